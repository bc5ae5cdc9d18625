"""Passkeys of the account: adding one, removing one, and using one to confirm that it is you."""

import sqlalchemy as sa
from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import redirect

from coursehub import clock
from coursehub.errors import Refusal
from coursehub.people import operations, own, passkeys, queries, sessions
from coursehub.people.models import Passkey
from coursehub.people.views import bp
from coursehub.people.views.browser import asked_next, only_when_fresh, require_protected_connection
from coursehub.web import SIGNED_IN, access, one_or_404, page, see_other, signed_in_actor


@bp.get("/account/passkeys")
@access(SIGNED_IN)
@only_when_fresh
def add_passkey() -> ResponseReturnValue:
    """Name a new passkey and let the device make it."""
    actor, session = signed_in_actor(), sessions.current_session()
    if session is None:
        abort(403)
    options = passkeys.creation_options(
        passkeys.new_challenge("add", session.public_id, at=clock.now()), person=actor.person.public_id,
        email=own.record(actor).email, name=own.record(actor).display_name, house=queries.house_name(),
        known=[one.credential_id for one in own.passkeys(actor)],
    )  # fmt: skip
    return page("people/passkey.html", options=options, passkeys=own.passkeys(actor))


@bp.post("/account/passkeys")
@access(SIGNED_IN)
@only_when_fresh
def keep_passkey() -> ResponseReturnValue:
    """Keep what the device has made."""
    session = sessions.current_session()
    if session is None:
        abort(403)
    answer = request.form.get("answer", "")
    if not answer:
        flash(_("Your browser made no passkey. Make sure that scripts may run here, then try again."), "warning")
        return see_other("people.add_passkey")
    try:
        operations.add_passkey(
            answer, name=request.form.get("name", ""), session=session.public_id, by=signed_in_actor(), at=clock.now()
        )
    except Refusal as refusal:
        flash(str(refusal), "warning")
        return see_other("people.add_passkey")
    flash(_("The passkey is added. It can confirm that it is you, and sign terms."), "done")
    return see_other("people.security")


@bp.post("/account/passkeys/<public_id>/remove")
@access(SIGNED_IN)
@only_when_fresh
def remove_passkey(public_id: str) -> ResponseReturnValue:
    """Let it work no more."""
    actor = signed_in_actor()
    row = one_or_404(sa.select(Passkey).where(Passkey.public_id == public_id, Passkey.person_id == actor.person_id))
    operations.remove_passkey(row, by=actor, at=clock.now())
    flash(_("The passkey is removed. Remove it from your device too."), "done")
    return see_other("people.security")


@bp.post("/account/confirm-with-passkey")
@access(SIGNED_IN)
def confirm_with_passkey() -> ResponseReturnValue:
    """Make this session fresh with a passkey, and go back to what was being done."""
    require_protected_connection()
    session, person = sessions.current_session(), signed_in_actor().person
    if session is None:
        abort(403)
    try:
        token = operations.confirm_with_passkey(session, person, request.form.get("answer", ""), at=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warning")
        return redirect(url_for("people.confirm_it_is_you", next=asked_next(url_for("people.account"))), 303)
    sessions.open_browser_session(token, session, person)
    return redirect(asked_next(url_for("people.account")), 303)
