"""Signing in and out."""

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from coursehub import clock
from coursehub.people import operations, sessions
from coursehub.people.views import bp
from coursehub.web import PUBLIC, access, page, see_other


@bp.get("/sign-in")
@access(PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Ask for address and password."""
    return page("people/sign_in.html")


@bp.post("/sign-out")
@access(PUBLIC)
def sign_out() -> ResponseReturnValue:
    """End this session; harmless for somebody who is not signed in."""
    if current_user.is_authenticated:
        operations.end_session(current_user.row, at=clock.now())
    sessions.close_browser_session()
    flash(_("You are signed out."), "done")
    return see_other("people.sign_in")
