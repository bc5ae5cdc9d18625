"""Signing and leaving: terms begin with the last signature, and end with notice."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from coursehub import events, jobs
from coursehub.catalog.models import Course
from coursehub.contracts import policies, queries
from coursehub.contracts.models import Contract, Proposal, Signature, Terms, TermsCourse
from coursehub.contracts.operations.negotiation import (
    ContractEnded,
    ProposalOvertaken,
    TermsCannotStartInThePast,
    TermsOverBeforeTheyBegin,
    close_open_proposal,
    lock_open,
    open_contract,
    propose_terms,
)
from coursehub.contracts.operations.recording import write_down
from coursehub.contracts.record import stamp
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.people.operations import prove_with_passkey

REAUTHENTICATION_LASTS = timedelta(minutes=10)


class ProveItIsYou(Refusal):
    """Enter your password once more before you sign."""

    status = 403


class AlreadySigned(Refusal):
    """Your side has signed this proposal already. It waits for the other side now."""


class NewTermsStartLater(Refusal):
    """Terms that begin later are already agreed. Propose terms that begin after those."""


class CourseUnderOtherTerms(Refusal):
    """A course of this proposal is under another contract then. Its terms need a last day before these begin."""


def sign_proposal(
    proposal: Proposal, *, by: Actor, terms_hash: str, reauthenticated_at: datetime, at: datetime, passkey: str = ""
) -> Terms | None:
    """Sign for one's side the very text that was shown; returns the terms once as many have signed as must.

    Who declined may change its mind by signing while the proposal is open.

    terms_hash: the hash of what the signer saw. reauthenticated_at: when they last
    entered their password, at most ten minutes ago. passkey: what the signer's browser answered when
    a passkey of theirs was asked to sign the hash itself; it stands in for the password.

    Raises PasskeyRefused, ProveItIsYou, ProposalClosed, ProposalOvertaken (the hash is another one),
    AlreadySigned, TermsCannotStartInThePast, TermsOverBeforeTheyBegin, NewTermsStartLater or CourseUnderOtherTerms.
    """
    require(policies.may_sign(by, proposal.contract))
    if not passkey and not timedelta(0) <= at - reauthenticated_at <= REAUTHENTICATION_LASTS:
        raise ProveItIsYou
    party = policies.side_of(by, proposal.contract)
    try:
        with transaction():
            lock_open(proposal, at=at)
            if terms_hash != proposal.terms_hash:
                raise ProposalOvertaken
            body = queries.body_of(proposal)
            if any(signature.party == party for signature in proposal.signatures):
                raise AlreadySigned
            if body.starts is not None and datetime.fromisoformat(body.starts) < at:
                raise TermsCannotStartInThePast
            if body.ends is not None and datetime.fromisoformat(body.ends) <= at:
                raise TermsOverBeforeTheyBegin
            method, proved = "password", None
            if passkey:
                method, reauthenticated_at = "passkey", at
                proved = prove_with_passkey(by.person, passkey, challenge=bytes.fromhex(proposal.terms_hash), at=at)
            db.session.add(
                Signature(
                    proposal_id=proposal.id, party=party, person_id=by.person_id, terms_hash=proposal.terms_hash, method=method,
                    assertion=proved, reauthenticated_at=reauthenticated_at, signed_at=at,
                )
            )  # fmt: skip
            db.session.flush()
            db.session.refresh(proposal, ["signatures"])
            write_down(
                proposal.contract, "signed", asked_by=by, at=at,
                proposal=proposal.public_id, terms_hash=proposal.terms_hash, method=method, proved_at=stamp(reauthenticated_at),
                **({"assertion": proved} if proved else {}),
            )  # fmt: skip
            if queries.quorum_of(proposal).is_met({signature.party for signature in proposal.signatures}):
                return _begin_terms(proposal, at=at)
            events.record("contracts.proposal_signed", at=at, proposal_id=proposal.id, party=party)
            return None
    except IntegrityError as clash:
        # The lock makes this polite; these constraints make it true.
        if "uq_signature_one_per_side" in str(clash.orig) or "signature.proposal_id" in str(clash.orig):
            raise AlreadySigned from clash
        if "terms_course" in str(clash.orig):
            raise CourseUnderOtherTerms from clash
        raise


def _begin_terms(proposal: Proposal, *, at: datetime) -> Terms:
    """As many have signed as must: a new immutable row, and the end of what held before."""
    contract = proposal.contract
    body = queries.body_of(proposal)
    begins = at if body.starts is None else datetime.fromisoformat(body.starts)
    ends = None if body.ends is None else datetime.fromisoformat(body.ends)
    _end_terms(contract, begins)
    proposal.state = "agreed"
    proposal.closed_at = at
    terms = Terms(
        contract_id=contract.id, proposal_id=proposal.id, terms_hash=proposal.terms_hash, semantics=proposal.semantics,
        body=proposal.body, texts=proposal.texts, agreed_at=at, effective_from=begins, ended_at=ends,
    )  # fmt: skip
    db.session.add(terms)
    db.session.flush()
    wanted = [course.id for course in body.scope.courses]
    course_ids = db.session.execute(sa.select(Course.id).where(Course.public_id.in_(wanted))).scalars().all()
    for course_id in course_ids:
        _cover(terms, course_id, begins, ends)
    db.session.flush()
    write_down(
        contract, "agreed", asked_by=None, at=at,
        proposal=proposal.public_id, terms_hash=terms.terms_hash, effective_from=begins.isoformat(),
    )  # fmt: skip
    events.record("contracts.terms_agreed", at=at, terms_id=terms.id)
    jobs.enqueue("contracts.follow_terms", at=begins)
    if ends is not None:
        jobs.enqueue("contracts.follow_terms", at=ends)
    return terms


def _end_terms(contract: Contract, ends: datetime) -> None:
    """Let the terms that reach beyond the day on which new ones begin end on it; who named an earlier last day keeps that."""
    standing = queries.latest_terms(contract)
    if standing is None or (standing.ended_at is not None and standing.ended_at <= ends):
        return
    if ends <= standing.effective_from:
        raise NewTermsStartLater
    _set_end(standing, ends)


def _set_end(terms: Terms, ends: datetime) -> None:
    terms.ended_at = ends
    db.session.execute(
        sa.update(TermsCourse)
        .where(TermsCourse.terms_id == terms.id, sa.or_(TermsCourse.ended_at.is_(None), TermsCourse.ended_at > ends))
        .values(ended_at=ends)
    )
    db.session.flush()


def _cover(terms: Terms, course_id: int, begins: datetime, ends: datetime | None) -> None:
    goes_on = sa.and_(TermsCourse.ended_at > begins, TermsCourse.ended_at > TermsCourse.effective_from)  # not: never began
    overlap = sa.select(TermsCourse.terms_id).where(
        TermsCourse.course_id == course_id, sa.or_(TermsCourse.ended_at.is_(None), goes_on)
    )
    if ends is not None:
        overlap = overlap.where(TermsCourse.effective_from < ends)
    if db.session.execute(overlap).first() is not None:
        raise CourseUnderOtherTerms
    db.session.add(TermsCourse(terms_id=terms.id, course_id=course_id, effective_from=begins, ended_at=ends))


def end_contract(contract: Contract, *, by: Actor, at: datetime, reason: str = "") -> datetime:
    """Give notice: after the notice agreed nothing new is sold under this contract. Returns when it ends.

    Orders placed before keep their terms. Terms agreed but not begun by then never begin.
    Raises ContractEnded if notice was given already.
    """
    require(policies.may_sign(by, contract))
    with transaction():
        lock(contract)
        if contract.ends_at is not None:
            raise ContractEnded
        holding = queries.terms_of(contract, at)
        days = queries.body_of(holding).governance.notice_days if holding else 0
        contract.ends_at = at + timedelta(days=days)
        contract.end_reason = reason
        close_open_proposal(contract, state="withdrawn", asked_by=by, at=at)
        for terms in queries.terms_history(contract):
            if terms.ended_at is None or terms.ended_at > contract.ends_at:
                _set_end_at_most(terms, contract.ends_at)
        write_down(contract, "ended", asked_by=by, at=at, ends_at=contract.ends_at.isoformat(), reason=reason)
        events.record("contracts.contract_ended", at=at, contract_id=contract.id)
        jobs.enqueue("contracts.follow_terms", at=contract.ends_at)
        return contract.ends_at


def _set_end_at_most(terms: Terms, ends: datetime) -> None:
    ends = max(ends, terms.effective_from)
    terms.ended_at = ends
    db.session.execute(sa.update(TermsCourse).where(TermsCourse.terms_id == terms.id).values(ended_at=ends))
    db.session.flush()


def agree_terms(
    *,
    courses: Sequence[Course],
    partners: Sequence[Organisation],
    title: str,
    title_en: str,
    terms: Mapping[str, Any],
    offered_by: Actor,
    signed_by: Sequence[tuple[Actor, datetime]],
    at: datetime,
    contract: Contract | None = None,
) -> tuple[Contract, Terms]:
    """A whole negotiation at given moments: opened (unless `contract` is given), proposed at `at`, signed by each in turn.

    For what was agreed elsewhere, and for building a demonstration. Every step is the
    ordinary operation and checks its own permission.
    """
    require(policies.may_open_for_the_house(offered_by) or policies.may_open_as_partner(offered_by))
    contract = contract or open_contract(courses=courses, partners=partners, title=title, title_en=title_en, by=offered_by, at=at)
    proposal = propose_terms(contract, by=offered_by, terms=terms, at=at)
    agreed = None
    for signer, signed_at in signed_by:
        agreed = sign_proposal(proposal, by=signer, terms_hash=proposal.terms_hash, reauthenticated_at=signed_at, at=signed_at)
    if agreed is None:
        raise ValueError("not every side has signed")
    return contract, agreed
