"""The signed cookie that remembers which partner's link this browser opened last."""

from datetime import datetime

from flask import request
from werkzeug.wrappers import Response

from coursehub.config import current_settings
from coursehub.sales.operations import ATTRIBUTION, Click
from coursehub.web import read_token, sign_token

_COOKIE = "came-by"
_PURPOSE = "partner link"
_SECONDS = int(ATTRIBUTION.total_seconds())


def remember_click(answer: Response, code: str, *, at: datetime) -> None:
    """Let this browser carry the link for 30 days; the last one opened wins."""
    value = sign_token(_PURPOSE, {"link": code, "at": at.isoformat()})
    secure = request.is_secure or current_settings().https
    answer.set_cookie(_COOKIE, value, max_age=_SECONDS, httponly=True, secure=secure, samesite="Lax")


def last_click() -> Click | None:
    """The link that this browser carries, if its cookie is ours and young enough."""
    found = read_token(_PURPOSE, request.cookies.get(_COOKIE, ""), _SECONDS)
    if not isinstance(found, dict):
        return None
    return Click(str(found["link"]), datetime.fromisoformat(found["at"]))
