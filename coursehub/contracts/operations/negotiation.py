"""Negotiating: a contract is opened, terms are proposed, countered, declined, withdrawn or run out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from coursehub import events
from coursehub.catalog.models import Course
from coursehub.contracts import policies, queries
from coursehub.contracts.compiler import compile_terms, keeps_from_hiring
from coursehub.contracts.models import Contract, ContractCourse, ContractParty, Proposal
from coursehub.contracts.operations.recording import write_down
from coursehub.contracts.prose import texts
from coursehub.contracts.shape import Problem
from coursehub.contracts.terms import TermsBody, TermsRefused, hash_of, to_data
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation


class ProposalClosed(Refusal):
    """This proposal is no longer open. Look at the latest one."""


class ProposalOvertaken(Refusal):
    """Meanwhile another proposal was made. Read it before you answer."""


class ContractEnded(Refusal):
    """This contract has been ended. Open a new one to go on together."""


class CoursesBelongToOthers(Refusal):
    """A contract covers courses of its own parties only. Take the other courses off."""


class SameTerms(Refusal):
    """These are the very terms that hold already. Change something, or leave them as they are."""


class TermsCannotStartInThePast(Refusal):
    """These terms would begin in the past. Propose them again with a later date."""


class TermsOverBeforeTheyBegin(Refusal):
    """The last day of these terms would have passed before they begin. Propose them again with a later one."""


class SignatureStands(Refusal):
    """Your side has signed this proposal, and the others may count on that until it is closed."""


class DeclinedAlready(Refusal):
    """Your side has declined this proposal already. If you have changed your mind, sign it while it is open."""


class OthersHaveSigned(Refusal):
    """Others have signed the open proposal, and it can hold without your side.

    Decline it, or comment on its clauses. You can propose other terms once it is closed.
    """


class WordsKeepFromHiring(Refusal):
    """Your message would keep somebody from hiring or being hired, or make them ask first.

    Such an arrangement is unlawful. Remove it.
    """

    status = 422


def open_contract(
    *, courses: Sequence[Course], partners: Sequence[Organisation], title: str, title_en: str, by: Actor, at: datetime
) -> Contract:
    """Open a contract between the house and partners about courses; nothing holds until terms are signed.

    partners: empty for the house's own courses. Raises CoursesBelongToOthers.
    """
    asks_for_itself = by.organisation in partners and policies.may_open_as_partner(by)
    require(policies.may_open_for_the_house(by) or asks_for_itself)
    house = db.session.execute(sa.select(Organisation).where(Organisation.is_house)).scalar_one()
    sides = [house, *(partner for partner in partners if not partner.is_house)]
    if not courses or any(course.organisation_id not in {side.id for side in sides} for course in courses):
        raise CoursesBelongToOthers
    with transaction():
        contract = Contract(title=title, title_en=title_en, opened_at=at, opened_by_id=by.person_id, entries=0)
        contract.reference = new_public_id()  # until the database has numbered the row
        db.session.add(contract)
        db.session.flush()
        contract.reference = f"K-{contract.id:04d}"
        contract.parties = [
            ContractParty(organisation_id=side.id, party=side.public_id, position=n, side="house" if side.is_house else "partner")
            for n, side in enumerate(sides)
        ]
        db.session.add_all(ContractCourse(contract_id=contract.id, course_id=course.id) for course in courses)
        db.session.flush()
        write_down(
            contract, "opened", asked_by=by, at=at,
            parties=[side.public_id for side in sides], courses=[course.public_id for course in courses],
        )  # fmt: skip
        return contract


def propose_terms(
    contract: Contract,
    *,
    by: Actor,
    terms: Mapping[str, Any],
    at: datetime,
    message: str = "",
    seen: int | None = None,
) -> Proposal:
    """Put terms on offer. A counter-offer closes the proposal before it, with every signature on it, unless others
    have signed that and can do without this side.

    terms: JSON data; its `contract` and `version` are set here. seen: the number of the
    last proposal its author has read; if a newer one exists nothing happens.

    Raises TermsRefused with sentences that say how to mend the terms, ContractEnded,
    ProposalOvertaken, SameTerms, TermsCannotStartInThePast, TermsOverBeforeTheyBegin, OthersHaveSigned, SignatureStands or
    WordsKeepFromHiring.
    """
    require(policies.may_negotiate(by, contract))
    if keeps_from_hiring(message):
        raise WordsKeepFromHiring
    with transaction():
        lock(contract)
        if contract.ends_at is not None:
            raise ContractEnded
        last = last_number(contract)
        if seen is not None and seen != last:
            raise ProposalOvertaken
        data = {**terms, "contract": contract.public_id, "version": last + 1}
        body = compile_terms(data, payees=queries.payees_of(contract))
        _check_fits(contract, body)
        _check_is_new(contract, body, at=at)
        _close_the_open_one(contract, by=by, at=at)
        told = texts(body)
        proposal = Proposal(
            contract_id=contract.id, n=last + 1, offered_by_id=by.person_id,
            offered_party=policies.side_of(by, contract), offered_at=at,
            reply_by=at + timedelta(days=body.governance.reply_days), body=to_data(body), semantics=body.semantics,
            texts=told, terms_hash=hash_of(body, told), message=message, state="open",
        )  # fmt: skip
        db.session.add(proposal)
        db.session.flush()
        write_down(
            contract, "proposed", asked_by=by, at=at, proposal=proposal.public_id, terms_hash=proposal.terms_hash, message=message
        )
        events.record("contracts.terms_proposed", at=at, proposal_id=proposal.id)
        return proposal


def decline_proposal(proposal: Proposal, *, by: Actor, at: datetime, reason: str = "") -> bool:
    """Say no for one's side to an open proposal; whether that closed it.

    It stays open while the others can make it hold without that side, which terms in force must have agreed on (decision 59).
    Raises ProposalClosed, and there SignatureStands or DeclinedAlready.
    """
    require(policies.may_answer(by, proposal))
    party = _own_side(by, proposal.contract)
    with transaction():
        lock_open(proposal, at=at)
        quorum, noes = queries.quorum_of(proposal), set(queries.declines_of(proposal))
        if quorum.is_fewer_than_all and party in _signed(proposal):
            raise SignatureStands
        if party in noes:
            raise DeclinedAlready
        if quorum.can_be_met(without=noes | {party}):
            write_down(proposal.contract, "side_declined", asked_by=by, at=at, proposal=proposal.public_id, reason=reason)
            events.record("contracts.side_declined", at=at, proposal_id=proposal.id, party=party)
            return False
        _close(proposal, "declined", by=by, at=at, reason=reason)
        events.record("contracts.proposal_declined", at=at, proposal_id=proposal.id)
        return True


def withdraw_proposal(proposal: Proposal, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Take one's own open proposal back. Raises ProposalClosed."""
    require(policies.may_withdraw(by, proposal))
    with transaction():
        lock_open(proposal, at=at)
        _close(proposal, "withdrawn", by=by, at=at, reason=reason)
        events.record("contracts.proposal_withdrawn", at=at, proposal_id=proposal.id)


def expire_proposals(*, at: datetime) -> int:
    """Close every open proposal whose time to answer has run out; says how many."""
    due = sa.select(Proposal.id).where(Proposal.state == "open", Proposal.reply_by <= at).order_by(Proposal.id)
    expired = 0
    for proposal_id in db.session.execute(due).scalars().all():
        with transaction():
            proposal = db.session.get_one(Proposal, proposal_id)
            lock(proposal.contract)
            db.session.refresh(proposal)
            if proposal.state == "open" and proposal.reply_by <= at:
                _close(proposal, "expired", by=None, at=at)
                events.record("contracts.proposal_expired", at=at, proposal_id=proposal.id)
                expired += 1
    return expired


def lock_open(proposal: Proposal, *, at: datetime) -> None:
    """Lock the negotiation and read the proposal as it is now. Raises ProposalClosed if it was answered meanwhile."""
    lock(proposal.contract)
    db.session.refresh(proposal)
    if proposal.state != "open" or proposal.reply_by <= at:
        raise ProposalClosed


def last_number(contract: Contract) -> int:
    """The number of the newest proposal, 0 if there is none."""
    newest = sa.select(sa.func.coalesce(sa.func.max(Proposal.n), 0)).where(Proposal.contract_id == contract.id)
    return int(db.session.execute(newest).scalar_one())


def close_open_proposal(contract: Contract, *, state: str, asked_by: Actor | None, at: datetime) -> None:
    """Close whatever is on offer. The caller holds the contract's lock."""
    proposal = queries.open_proposal(contract)
    if proposal is not None:
        _close(proposal, state, by=asked_by, at=at)


def _close_the_open_one(contract: Contract, *, by: Actor, at: datetime) -> None:
    proposal = queries.open_proposal(contract)
    if proposal is None:
        return
    party = _own_side(by, contract)
    if proposal.offered_party == party:
        _close(proposal, "withdrawn", by=by, at=at)
        return
    if proposal.reply_by > at:
        _leave_what_others_signed(proposal, party)
    _close(proposal, "countered", by=by, at=at)


def _leave_what_others_signed(proposal: Proposal, party: str) -> None:
    db.session.refresh(proposal)  # with the signatures it has now that the negotiation is locked
    signed, noes = _signed(proposal), set(queries.declines_of(proposal))
    if not queries.quorum_of(proposal).may_counter(party, signed=signed, noes=noes):
        raise SignatureStands if party in signed else OthersHaveSigned


def _signed(proposal: Proposal) -> set[str]:
    return {signature.party for signature in proposal.signatures}


def _own_side(by: Actor, contract: Contract) -> str:
    """The party somebody acts for; permission has been asked before."""
    party = policies.side_of(by, contract)
    if party is None:
        raise LookupError("whoever negotiates acts for a side")
    return party


def _close(proposal: Proposal, state: str, *, by: Actor | None, at: datetime, reason: str = "") -> None:
    proposal.state = state
    proposal.closed_at = at
    proposal.closed_by_id = by.person_id if by else None
    proposal.close_reason = reason
    db.session.flush()
    write_down(proposal.contract, state, asked_by=by, at=at, proposal=proposal.public_id, reason=reason)


def _check_fits(contract: Contract, body: TermsBody) -> None:
    """The terms are about this contract: its parties, its courses."""
    problems = []
    if {(party.id, party.side) for party in body.parties} != {(party.party, party.side) for party in contract.parties}:
        problems.append(Problem("/parties", _l("The parties are not those of this contract. Use exactly its parties.")))
    own = set(db.session.execute(sa.select(Course.public_id).where(Course.id.in_(queries.course_ids_of(contract.id)))).scalars())
    if not {course.id for course in body.scope.courses} <= own:
        problems.append(Problem("/scope/courses", _l("A course is not part of this contract. Choose among its courses.")))
    if problems:
        raise TermsRefused(problems)


def _check_is_new(contract: Contract, body: TermsBody, *, at: datetime) -> None:
    if body.starts is not None and datetime.fromisoformat(body.starts) < at:
        raise TermsCannotStartInThePast
    if body.ends is not None and datetime.fromisoformat(body.ends) <= at:
        raise TermsOverBeforeTheyBegin
    standing = queries.latest_terms(contract)
    if standing is not None and (standing.ended_at is None or standing.ended_at > at):
        what_moves = {**to_data(body), "version": 0, "starts": None}
        if what_moves == {**standing.body, "version": 0, "starts": None}:
            raise SameTerms
