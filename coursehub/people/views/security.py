"""Security of the account: devices, the second step, and what happened lately."""

import pyotp
import segno
import sqlalchemy as sa
from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from coursehub import clock
from coursehub.people import operations, own, queries, sessions
from coursehub.people.forms import CodeForm, typed
from coursehub.people.models import SignInSession
from coursehub.people.views import bp
from coursehub.people.views.browser import add_problem, only_when_fresh
from coursehub.web import SIGNED_IN, access, one_or_404, page, see_other, signed_in_actor

ACT_WORDS = {
    "signed_in": _l("Signed in"),
    "signed_out_everywhere": _l("Signed out on other devices"),
    "sign_in_failed": _l("Wrong password"),
    "second_step_failed": _l("Wrong code"),
    "password_changed": _l("Password changed"),
    "password_reset": _l("Password reset by mail"),
    "reset_asked_for": _l("Password reset asked for"),
    "address_changed": _l("E-mail address changed"),
    "new_address_asked_for": _l("New e-mail address asked for"),
    "second_step_on": _l("Second step turned on"),
    "second_step_off": _l("Second step turned off"),
    "recovery_code_used": _l("Recovery code used"),
    "recovery_codes_renewed": _l("New recovery codes made"),
    "passkey_added": _l("Passkey added"),
    "passkey_removed": _l("Passkey removed"),
    "sign_up_with_known_address": _l("Somebody tried to sign up with your address"),
    "role_given": _l("Role in an organisation given"),
    "role_asked_for": _l("Role in the house asked for, to be confirmed by a second person"),
    "role_confirmed": _l("Role in the house confirmed by a second person"),
    "role_declined": _l("Role in the house declined by a second person"),
    "role_ended": _l("Role in an organisation ended"),
}


@bp.get("/account/security")
@access(SIGNED_IN)
def security() -> ResponseReturnValue:
    """Password, second step, devices, and what happened."""
    actor = signed_in_actor()
    return page(
        "people/security.html",
        sessions=own.live_sessions(actor, clock.now()),
        current=sessions.current_session(),
        has_second_step=operations.has_second_step(actor.person),
        codes_left=operations.recovery_codes_left(actor.person_id),
        passkeys=own.passkeys(actor),
        happenings=own.happenings(actor),
        words=ACT_WORDS,
    )


@bp.post("/account/sessions/<public_id>/end")
@access(SIGNED_IN)
def end_session(public_id: str) -> ResponseReturnValue:
    """Sign one device out."""
    actor = signed_in_actor()
    row = one_or_404(
        sa.select(SignInSession).where(SignInSession.public_id == public_id, SignInSession.person_id == actor.person_id)
    )
    operations.end_session(row, at=clock.now())
    flash(_("That device is signed out."), "done")
    return see_other("people.security")


@bp.post("/account/sessions/end-all")
@access(SIGNED_IN)
def end_other_sessions() -> ResponseReturnValue:
    """Sign every other device out."""
    operations.end_all_sessions(signed_in_actor().person, at=clock.now(), but=sessions.current_session())
    flash(_("Every other device is signed out."), "done")
    return see_other("people.security")


@bp.get("/account/second-step")
@access(SIGNED_IN)
@only_when_fresh
def second_step() -> ResponseReturnValue:
    """Show whether it is on; what can be done stands on the page."""
    actor = signed_in_actor()
    return page(
        "people/second_step.html",
        is_on=operations.has_second_step(actor.person),
        codes_left=operations.recovery_codes_left(actor.person_id),
    )


@bp.post("/account/second-step/begin")
@access(SIGNED_IN)
@only_when_fresh
def begin_second_step() -> ResponseReturnValue:
    """Make a secret, then show it to be scanned."""
    operations.begin_second_step(by=signed_in_actor(), at=clock.now())
    return see_other("people.scan_second_step")


@bp.get("/account/second-step/scan")
@access(SIGNED_IN)
@only_when_fresh
def scan_second_step() -> ResponseReturnValue:
    """Show the picture for the app, and ask for its first code."""
    if not operations.second_step_is_begun(signed_in_actor().person_id):
        return see_other("people.second_step")
    return _scan_page(CodeForm(formdata=None))


@bp.post("/account/second-step/scan")
@access(SIGNED_IN)
@only_when_fresh
def turn_on_second_step() -> ResponseReturnValue:
    """Check the first code; the recovery codes are shown now and never again."""
    form = CodeForm()
    if not form.validate_on_submit():
        return _scan_page(form, status=422)
    try:
        codes = operations.turn_on_second_step(typed(form.code), by=signed_in_actor(), at=clock.now())
    except operations.CodeDoesNotFit as refusal:
        add_problem(form, "code", refusal)
        return _scan_page(form, status=refusal.status)
    return page("people/recovery_codes.html", codes=codes)


def _scan_page(form: CodeForm, status: int = 200) -> ResponseReturnValue:
    actor = signed_in_actor()
    secret = operations.begin_second_step(by=actor, at=clock.now())
    issuer = queries.house_name()
    uri = pyotp.TOTP(secret).provisioning_uri(name=own.record(actor).email, issuer_name=issuer)
    drawn = segno.make(uri, error="m").svg_inline(scale=4, border=3, dark="#10202c", light="#ffffff")
    return page(
        "people/second_step_scan.html", status=status, form=form, secret=secret,
        picture=Markup(drawn),  # noqa: S704 - drawn by segno from our own text
    )  # fmt: skip


@bp.post("/account/second-step/off")
@access(SIGNED_IN)
@only_when_fresh
def turn_off_second_step() -> ResponseReturnValue:
    """Ask no code any more."""
    operations.turn_off_second_step(by=signed_in_actor(), at=clock.now())
    flash(_("The second step is off. Your password alone signs you in now."), "warning")
    return see_other("people.security")


@bp.post("/account/second-step/codes")
@access(SIGNED_IN)
@only_when_fresh
def renew_recovery_codes() -> ResponseReturnValue:
    """Ten new codes, shown once."""
    return page("people/recovery_codes.html", codes=operations.renew_recovery_codes(by=signed_in_actor(), at=clock.now()))
