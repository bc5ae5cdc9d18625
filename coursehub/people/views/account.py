"""The account: name, address, password, guardian."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.config import current_settings
from coursehub.errors import Refusal
from coursehub.people import operations, own, queries, sessions
from coursehub.people.forms import AddressForm, ChangePasswordForm, GuardianForm, NameForm, typed
from coursehub.people.views import bp
from coursehub.people.views.browser import add_problem, only_when_fresh, require_protected_connection
from coursehub.web import SIGNED_IN, access, page, see_other, signed_in_actor


@bp.get("/account")
@access(SIGNED_IN)
def account() -> ResponseReturnValue:
    """Everything about the reader at a glance."""
    actor = signed_in_actor()
    at = clock.now()
    return page(
        "people/account.html",
        record=own.record(actor),
        organisations=own.memberships(actor),
        needs_guardian=queries.needs_guardian(actor.person_id, at),
        consent=queries.guardian_consent(actor.person_id),
        has_second_step=operations.has_second_step(actor.person),
        looks=own.looks(actor)[:3],
        guardian_age=current_settings().guardian_age,
        other_sessions=len(own.live_sessions(actor, at)),
    )


@bp.get("/account/name")
@access(SIGNED_IN)
def edit_name() -> ResponseReturnValue:
    """Ask for another name or language."""
    actor = signed_in_actor()
    form = NameForm(formdata=None, display_name=own.record(actor).display_name, locale=actor.person.locale)
    return page("people/name.html", form=form)


@bp.post("/account/name")
@access(SIGNED_IN)
def change_name() -> ResponseReturnValue:
    """Change them."""
    form = NameForm()
    if not form.validate_on_submit():
        return page("people/name.html", status=422, form=form)
    operations.change_name(display_name=typed(form.display_name), locale=typed(form.locale), by=signed_in_actor(), at=clock.now())
    flash(_("Saved."), "done")
    return see_other("people.account")


@bp.get("/account/address")
@access(SIGNED_IN)
@only_when_fresh
def edit_address() -> ResponseReturnValue:
    """Ask for a new e-mail address."""
    return page("people/address.html", form=AddressForm(formdata=None), record=own.record(signed_in_actor()))


@bp.post("/account/address")
@access(SIGNED_IN)
@only_when_fresh
def ask_for_new_address() -> ResponseReturnValue:
    """Send the link to the new address."""
    actor = signed_in_actor()
    form = AddressForm()
    if not form.validate_on_submit():
        return page("people/address.html", status=422, form=form, record=own.record(actor))
    try:
        operations.ask_for_new_address(typed(form.email), by=actor, at=clock.now())
    except Refusal as refusal:
        add_problem(form, "email", refusal)
        return page("people/address.html", status=refusal.status, form=form, record=own.record(actor))
    flash(_("We have written to the new address. Open the link in that letter to finish."), "done")
    return see_other("people.account")


@bp.post("/account/address/forget")
@access(SIGNED_IN)
def forget_new_address() -> ResponseReturnValue:
    """Keep the old address after all."""
    operations.forget_new_address(by=signed_in_actor(), at=clock.now())
    flash(_("Your address stays as it is."), "done")
    return see_other("people.account")


@bp.get("/account/address/<token>")
@access(SIGNED_IN)
def confirm_new_address(token: str) -> ResponseReturnValue:
    """Ask once before the account moves to the new address."""
    operations.look_at_link(token, "address", at=clock.now())
    return page("people/confirm_address.html", token=token, record=own.record(signed_in_actor()))


@bp.post("/account/address/<token>")
@access(SIGNED_IN)
def take_new_address(token: str) -> ResponseReturnValue:
    """Move the account."""
    operations.take_new_address(token, by=signed_in_actor(), at=clock.now())
    flash(_("Your account has a new address. We have told the old one."), "done")
    return see_other("people.account")


@bp.get("/account/password")
@access(SIGNED_IN)
def edit_password() -> ResponseReturnValue:
    """Ask for the old and a new password."""
    return page("people/password.html", form=ChangePasswordForm(formdata=None))


@bp.post("/account/password")
@access(SIGNED_IN)
def change_password() -> ResponseReturnValue:
    """Change it; other devices are signed out."""
    require_protected_connection()
    form = ChangePasswordForm()
    status = 422
    if form.validate_on_submit():
        try:
            operations.change_password(
                current=typed(form.current),
                new=typed(form.password),
                by=signed_in_actor(),
                session=sessions.current_session(),
                network=request.remote_addr,
                at=clock.now(),
            )
        except Refusal as refusal:
            add_problem(form, "current", refusal)
            status = refusal.status if refusal.status != 409 else 422
        else:
            flash(_("Your password is changed. Your other devices are signed out."), "done")
            return see_other("people.security")
    return page("people/password.html", status=status, form=form)


@bp.get("/account/guardian")
@access(SIGNED_IN)
def edit_guardian() -> ResponseReturnValue:
    """Ask for the guardian's address."""
    record = own.record(signed_in_actor())
    return _guardian_page(GuardianForm(formdata=None, email=record.guardian_email))


@bp.post("/account/guardian")
@access(SIGNED_IN)
def name_guardian() -> ResponseReturnValue:
    """Write to the guardian."""
    form = GuardianForm()
    if not form.validate_on_submit():
        return _guardian_page(form, status=422)
    try:
        operations.name_guardian(email=typed(form.email), by=signed_in_actor(), at=clock.now())
    except Refusal as refusal:
        add_problem(form, "email", refusal)
        return _guardian_page(form, status=refusal.status)
    flash(_("We have written to your guardian."), "done")
    return see_other("people.account")


def _guardian_page(form: GuardianForm, status: int = 200) -> ResponseReturnValue:
    actor = signed_in_actor()
    return page(
        "people/guardian_ask.html", status=status, form=form, consent=queries.guardian_consent(actor.person_id),
        guardian_age=current_settings().guardian_age, back=url_for("people.account"),
        needed=queries.needs_guardian(actor.person_id, clock.now()),
    )  # fmt: skip
