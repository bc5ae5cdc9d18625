"""Proposals: read beside what holds, with the money they would have moved, commented on and answered."""

from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from coursehub import clock
from coursehub.contracts import operations, policies, queries
from coursehub.contracts.diff import changes
from coursehub.contracts.models import Contract, NegotiationEntry, Proposal
from coursehub.contracts.operations import comments
from coursehub.contracts.quorum import Quorum
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.views import looking
from coursehub.contracts.views.beside import beside
from coursehub.contracts.views.simulating import simulated
from coursehub.errors import Refusal
from coursehub.people.actor import Actor
from coursehub.web import page, see_other, signed_in_actor


def proposal(contract_id: str, proposal_id: str, *, fault: str = "", status: int = 200) -> ResponseReturnValue:
    """One proposal: its sentences with what changed marked, old beside new, and the money it would have moved."""
    reader, at = signed_in_actor(), clock.now()
    found = looking.contract_or_404(reader, contract_id)
    shown = looking.proposal_or_404(found, proposal_id)
    body = queries.body_of(shown)
    against = _compared_with(found, shown)
    comparison = _comparison(against, body) if against else None
    year = simulated(found, body, against, at, whole=request.args.get("whole") == "year")
    side = policies.side_of(reader, found)
    signed = {signature.party: signature for signature in shown.signatures}
    declined, quorum = queries.declines_of(shown), queries.quorum_of(shown)
    is_open, has_answered = shown.state == "open", side in declined or (quorum.is_fewer_than_all and side in signed)
    said: dict[str, list[NegotiationEntry]] = {}
    for entry in queries.comments_on(shown):
        said.setdefault(entry.body["clause"], []).append(entry)
    return page(
        "contracts/proposal.html",
        status=status,
        fault=fault,
        typed=request.form,
        comments=said,
        may_comment=is_open and policies.may_negotiate(reader, found),
        contract=found,
        title=looking.title_of(found),
        proposal=shown,
        body=body,
        sections=looking.told(body),
        names=looking.names_of([found]),
        side=side,
        signed=signed,
        declined=declined,
        quorum=quorum,
        holds_without=side is not None and quorum.can_be_met(without={side, *declined}),
        comparison=comparison,
        changed=comparison.values if comparison else set(),
        simulated=year,
        beside=beside(found, body, against, at, moved=year.moved if year else []),
        example=looking.example_of(body, looking.contribution_of(found, at), clause_url=None),
        may_sign=is_open and policies.may_sign(reader, found) and side not in signed,
        may_answer=is_open and policies.may_answer(reader, shown) and not has_answered,
        may_withdraw=is_open and policies.may_withdraw(reader, shown),
        may_counter=_may_counter(reader, shown, quorum, set(declined)),
        now=at,
    )


def _may_counter(reader: Actor, shown: Proposal, quorum: Quorum, noes: set[str]) -> bool:
    """Whether the page offers to answer with other terms."""
    side = policies.side_of(reader, shown.contract)
    if shown.state != "open" or side is None or not policies.may_negotiate(reader, shown.contract):
        return False
    signed = {signature.party for signature in shown.signatures}
    return side == shown.offered_party or quorum.may_counter(side, signed=signed, noes=noes)


def comment_on_clause(contract_id: str, proposal_id: str) -> ResponseReturnValue:
    """Say something about one clause; a refusal keeps what was typed."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    shown = looking.proposal_or_404(found, proposal_id)
    path, words = request.form.get("clause", ""), request.form.get("words", "")
    try:
        comments.comment_on_clause(shown, path, words, by=reader, at=clock.now())
    except Refusal as refusal:
        return proposal(contract_id, proposal_id, fault=str(refusal), status=refusal.status)
    flash(_("Said. The other side gets a letter."), "done")
    return redirect(url_for(".proposal", contract_id=contract_id, proposal_id=proposal_id, _anchor=looking.anchor(path)), 303)


def decline_proposal(contract_id: str, proposal_id: str) -> ResponseReturnValue:
    """Say no."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    shown = looking.proposal_or_404(found, proposal_id)
    try:
        reason = request.form.get("reason", "")[:1000]
        if operations.decline_proposal(shown, by=reader, at=clock.now(), reason=reason):
            flash(_("The proposal is declined. What holds goes on."), "done")
        else:
            flash(_("Your side has declined. The proposal stays open, since the others can still agree to it."), "done")
    except Refusal as refusal:
        flash(str(refusal), "harm")
    return see_other(".proposal", contract_id=contract_id, proposal_id=proposal_id)


def withdraw_proposal(contract_id: str, proposal_id: str) -> ResponseReturnValue:
    """Take one's own back."""
    reader = signed_in_actor()
    found = looking.contract_or_404(reader, contract_id)
    shown = looking.proposal_or_404(found, proposal_id)
    try:
        operations.withdraw_proposal(shown, by=reader, at=clock.now(), reason=request.form.get("reason", "")[:1000])
        flash(_("The proposal is withdrawn."), "done")
    except Refusal as refusal:
        flash(str(refusal), "harm")
    return see_other(".contract", contract_id=contract_id)


def _compared_with(found: Contract, shown: Proposal) -> TermsBody | None:
    """What a reader wants a proposal set beside: what held before it, else the proposal before it."""
    for terms in queries.terms_history(found):
        if terms.proposal_id != shown.id and terms.agreed_at <= (shown.closed_at or terms.agreed_at):
            return queries.body_of(terms)
    for earlier in queries.proposals_of(found):
        if earlier.n < shown.n:
            return queries.body_of(earlier)
    return None


@dataclass(frozen=True)
class Comparison:
    """Two terms side by side."""

    old: list[str]
    new: list[str]
    changed: int
    values: set[tuple[str | None, str]]


def _comparison(old: TermsBody, new: TermsBody) -> Comparison:
    before, after = ({section.key: section for section in looking.told(body)} for body in (old, new))
    lines: tuple[list[str], list[str]] = ([], [])
    for key in dict.fromkeys([*before, *after]):
        pair = [[sentence.text for sentence in side[key].sentences] if key in side else [] for side in (before, after)]
        if pair[0] != pair[1]:  # a part that stayed as it was needs no reading
            title = (after.get(key) or before[key]).title
            for out, sentences in zip(lines, pair, strict=True):
                out += [title, *sentences]
    return Comparison(lines[0], lines[1], len(changes(old, new)), _live(new) - _live(old))


def _live(body: TermsBody) -> set[tuple[str | None, str]]:
    """Every live value with its clause."""
    said = (sentence for section in looking.told(body) for sentence in section.sentences)
    return {(piece.path, piece.text) for sentence in said for piece in sentence.pieces if piece.path}
