"""What a request tells about its browser, and the ways back into it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from coursehub import clock
from coursehub.config import current_settings
from coursehub.errors import Refusal
from coursehub.people import devices, operations, queries, sessions
from coursehub.people.models import Person
from coursehub.people.tokens import new_token
from coursehub.web import local_path

View = TypeVar("View", bound=Callable[..., Any])
_TWO_YEARS = 2 * 365 * 24 * 3600


class PlainHttp(Refusal):
    """Signing in needs a protected connection (https). Ask who runs this site to set it up."""

    status = 403


def require_protected_connection() -> None:
    """Refuse passwords where anybody on the way could read them; loopback has no way. Raises PlainHttp."""
    settings = current_settings()
    if not settings.https and urlsplit(settings.base_url).hostname not in ("localhost", "127.0.0.1", "::1"):
        raise PlainHttp


def asked_next(default: str = "/") -> str:
    """Where the reader wanted to go, if it is a path on this site."""
    return local_path(request.values.get("next"), default)


def _device_cookie() -> str:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    return "__Host-device" if secure else "device"


def enter(person: Person, target: str) -> ResponseReturnValue:
    """Sign somebody in, in this browser, and go where they wanted; new versions of our texts come first."""
    at = clock.now()
    device_token = request.cookies.get(_device_cookie()) or new_token()
    row, token = operations.begin_session(
        person, device=devices.describe(request.headers.get("User-Agent")), device_token=device_token, at=at
    )
    sessions.open_browser_session(token, row, person)
    if queries.texts_to_accept(person.id):
        target = url_for("people.agreements", next=target)
    answer: Response = cast("Response", redirect(target, 303))
    answer.set_cookie(
        _device_cookie(),
        device_token,
        max_age=_TWO_YEARS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return answer


def only_when_fresh(view: View) -> View:
    """The reader must have given their password within ten minutes; else they are asked, and brought back."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if sessions.fresh_sign_in(sessions.current_session(), clock.now()):
            return cast("ResponseReturnValue", view(*args, **kwargs))
        back = request.full_path.rstrip("?") if request.method == "GET" else local_path(request.form.get("back"), _page_of())
        return redirect(url_for("people.confirm_it_is_you", next=back), 303)

    return cast("View", guarded)


def _page_of() -> str:
    """The page a form was on: the one that sent us here, if it is ours."""
    parts = urlsplit(request.referrer or "")
    return local_path(parts.path, url_for("people.account")) if parts.netloc == request.host else url_for("people.account")


def add_problem(form: FlaskForm, field: str | None, refusal: Refusal) -> None:
    """Show a refusal as a mistake of the form, beside its field when it has one."""
    if field is None:
        form.form_errors.append(str(refusal))
    else:
        form[field].errors = [*form[field].errors, str(refusal)]
