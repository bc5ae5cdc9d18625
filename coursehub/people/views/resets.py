"""Choosing a new password when the old one is forgotten."""

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.people import operations, sessions
from coursehub.people.forms import AddressForm, NewPasswordForm, typed
from coursehub.people.views import bp
from coursehub.people.views.browser import add_problem, require_protected_connection
from coursehub.web import PUBLIC, access, current_locale, page, see_other


@bp.get("/reset")
@access(PUBLIC)
def ask_for_reset() -> ResponseReturnValue:
    """Ask for the address."""
    return page("people/reset.html", form=AddressForm(formdata=None))


@bp.post("/reset")
@access(PUBLIC)
def send_reset() -> ResponseReturnValue:
    """Send a letter; the answer is the same whether there is an account or not."""
    form = AddressForm()
    status = 422
    if form.validate_on_submit():
        try:
            operations.ask_for_reset(typed(form.email), locale=current_locale(), network=request.remote_addr, at=clock.now())
        except Refusal as refusal:
            add_problem(form, None, refusal)
            status = refusal.status
        else:
            return see_other("people.reset_sent")
    return page("people/reset.html", status=status, form=form)


@bp.get("/reset/sent")
@access(PUBLIC)
def reset_sent() -> ResponseReturnValue:
    """Say that the rest is in the mail."""
    return page("people/letter_sent.html", about="reset")


@bp.get("/reset/<token>")
@access(PUBLIC)
def choose_password(token: str) -> ResponseReturnValue:
    """Ask for the new password."""
    operations.look_at_link(token, "reset", at=clock.now())
    return page("people/choose_password.html", form=NewPasswordForm(formdata=None), token=token)


@bp.post("/reset/<token>")
@access(PUBLIC)
def set_password(token: str) -> ResponseReturnValue:
    """Set it; everybody is signed out, this browser too."""
    require_protected_connection()
    form = NewPasswordForm()
    if not form.validate_on_submit():
        operations.look_at_link(token, "reset", at=clock.now())
        return page("people/choose_password.html", status=422, form=form, token=token)
    operations.reset_password(token, new=typed(form.password), at=clock.now())
    sessions.close_browser_session()
    flash(_("Your password is changed and every device is signed out. Sign in with the new one."), "done")
    return see_other("people.sign_in")
