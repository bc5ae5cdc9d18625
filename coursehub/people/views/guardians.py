"""A guardian's two pages, opened from letters, without an account."""

from flask import abort, request
from flask.typing import ResponseReturnValue

from coursehub import clock
from coursehub.config import current_settings
from coursehub.people import operations
from coursehub.people.views import bp
from coursehub.web import PUBLIC, access, page


@bp.get("/guardian/<token>")
@access(PUBLIC)
def ask_guardian(token: str) -> ResponseReturnValue:
    """Say who asks, and what agreeing means."""
    name = operations.name_behind(token, "guardian", at=clock.now())
    return page("people/guardian.html", name=name, token=token, guardian_age=current_settings().guardian_age)


@bp.post("/guardian/<token>")
@access(PUBLIC)
def answer_as_guardian(token: str) -> ResponseReturnValue:
    """Take the answer; the link works once."""
    answer = request.form.get("answer")
    if answer not in ("agree", "refuse"):
        abort(400)
    name = operations.name_behind(token, "guardian", at=clock.now())
    operations.answer_as_guardian(token, agrees=answer == "agree", at=clock.now())
    return page("people/guardian_done.html", name=name, answer=answer)


@bp.get("/guardian/withdraw/<token>")
@access(PUBLIC)
def ask_to_withdraw_consent(token: str) -> ResponseReturnValue:
    """Say what taking the consent back means."""
    name = operations.name_behind(token, "withdraw_consent", at=clock.now())
    return page("people/guardian_withdraw.html", name=name, token=token)


@bp.post("/guardian/withdraw/<token>")
@access(PUBLIC)
def withdraw_consent(token: str) -> ResponseReturnValue:
    """Take it back."""
    name = operations.name_behind(token, "withdraw_consent", at=clock.now())
    operations.withdraw_consent(token, at=clock.now())
    return page("people/guardian_done.html", name=name, answer="withdrawn")
