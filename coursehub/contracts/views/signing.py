"""Signing: the whole text, its hash, and the password once more."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.utils import redirect

from coursehub import clock
from coursehub.contracts import operations, policies, queries
from coursehub.contracts.models import Proposal
from coursehub.contracts.operations.signing import ProveItIsYou
from coursehub.contracts.views import looking
from coursehub.errors import NotAllowed, Refusal
from coursehub.people import own
from coursehub.people.actor import Actor
from coursehub.people.passkeys import request_options
from coursehub.people.sessions import fresh_sign_in
from coursehub.web import page, see_other, signed_in_actor


def read_and_sign(contract_id: str, proposal_id: str) -> ResponseReturnValue:
    """The whole text to be signed. Whoever has not proved lately who they are does so first and comes back."""
    reader, at = signed_in_actor(), clock.now()
    found = looking.contract_or_404(reader, contract_id)
    shown = looking.proposal_or_404(found, proposal_id)
    if not policies.may_sign(reader, found):
        raise NotAllowed
    if shown.state != "open":
        flash(str(operations.ProposalClosed()), "warning")
        return see_other(".proposal", contract_id=contract_id, proposal_id=proposal_id)
    if not fresh_sign_in(reader.session, at):
        return _confirm_first()
    return page(
        "contracts/sign.html",
        contract=found,
        title=looking.title_of(found),
        proposal=shown,
        body=queries.body_of(shown),
        sections=looking.told(queries.body_of(shown)),
        names=looking.names_of([found]),
        side=policies.side_of(reader, found),
        signed={signature.party: signature for signature in shown.signatures},
        declined=queries.declines_of(shown),
        quorum=queries.quorum_of(shown),
        passkey_options=_passkey_options(reader, shown),
        now=at,
    )


def sign_proposal(contract_id: str, proposal_id: str) -> ResponseReturnValue:
    """Sign what was shown."""
    reader, at = signed_in_actor(), clock.now()
    found = looking.contract_or_404(reader, contract_id)
    shown = looking.proposal_or_404(found, proposal_id)
    if reader.session is None:
        raise NotAllowed
    if request.form.get("read") != "yes":
        flash(_("Tick that you have read the terms, then sign."), "warning")
        return see_other(".read_and_sign", contract_id=contract_id, proposal_id=proposal_id)
    try:
        agreed = operations.sign_proposal(
            shown,
            by=reader,
            terms_hash=request.form.get("terms_hash", ""),
            reauthenticated_at=reader.session.fresh_at,
            at=at,
            passkey=request.form.get("answer", ""),
        )
    except ProveItIsYou:
        return _confirm_first()
    except Refusal as refusal:
        flash(str(refusal), "harm")
        return see_other(".proposal", contract_id=contract_id, proposal_id=proposal_id)
    if agreed is None:
        flash(_("Your side has signed. The terms begin with the last signature that they need."), "done")
        return see_other(".proposal", contract_id=contract_id, proposal_id=proposal_id)
    flash(_("That was the last signature needed. The terms are agreed."), "done")
    return see_other(".contract", contract_id=contract_id)


def _passkey_options(reader: Actor, shown: Proposal) -> str:
    """What the browser is asked to let a passkey sign: the hash of the terms, and nothing else. Empty without a passkey."""
    held = [one.credential_id for one in own.passkeys(reader)]
    return request_options(bytes.fromhex(shown.terms_hash), known=held) if held else ""


def _confirm_first() -> ResponseReturnValue:
    back = url_for(".read_and_sign", **(request.view_args or {}))
    return redirect(url_for("people.confirm_it_is_you", next=back), 303)
