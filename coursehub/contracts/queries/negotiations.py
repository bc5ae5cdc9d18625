"""The contracts that somebody may see, their proposals, and the record of what was said."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import aliased

from coursehub.contracts.models import (
    Contract,
    ContractCourse,
    ContractParty,
    NegotiationEntry,
    Proposal,
    Terms,
    TermsCourse,
)
from coursehub.contracts.queries.terms import body_of, latest_terms
from coursehub.contracts.quorum import Quorum
from coursehub.db import db
from coursehub.people.actor import Actor


def contracts_visible_to(reader: Actor) -> Select[Contract]:
    """Staff see every contract, a partner those that bind it; newest first."""
    every = select(Contract).order_by(Contract.id.desc())
    if reader.is_staff:
        return every
    bound = select(ContractParty.contract_id).where(ContractParty.organisation_id == (reader.organisation_id or 0))
    return every.where(Contract.id.in_(bound))


def proposals_of(contract: Contract) -> Sequence[Proposal]:
    """The proposals of a contract, newest first."""
    found = select(Proposal).where(Proposal.contract_id == contract.id).order_by(Proposal.n.desc())
    return db.session.execute(found).scalars().all()


def open_proposal(contract: Contract) -> Proposal | None:
    """The proposal that waits for an answer, if one does."""
    found = select(Proposal).where(Proposal.contract_id == contract.id, Proposal.state == "open")
    return db.session.execute(found).scalar_one_or_none()


def proposals_waiting_for(party: str) -> Select[Proposal]:
    """Open proposals that this party has neither signed nor declined, most urgent first."""
    bound = select(ContractParty.contract_id).where(ContractParty.party == party)
    said_no = exists().where(
        NegotiationEntry.contract_id == Proposal.contract_id, NegotiationEntry.kind == "side_declined",
        NegotiationEntry.party == party, NegotiationEntry.body["proposal"].as_string() == Proposal.public_id,
    )  # fmt: skip
    return (
        select(Proposal)
        .where(
            Proposal.state == "open",
            Proposal.contract_id.in_(bound),
            ~Proposal.signatures.any(party=party),
            ~said_no,
        )
        .order_by(Proposal.reply_by, Proposal.id)
    )


def comments_on(proposal: Proposal) -> list[NegotiationEntry]:
    """What was said about clauses of a proposal, in order."""
    said = select(NegotiationEntry).where(
        NegotiationEntry.contract_id == proposal.contract_id, NegotiationEntry.kind == "commented"
    )
    found = db.session.execute(said.order_by(NegotiationEntry.n)).scalars()
    return [entry for entry in found if entry.body["proposal"] == proposal.public_id]


def declines_of(proposal: Proposal) -> dict[str, NegotiationEntry]:
    """The links by which sides said no to a proposal, by side; who has signed meanwhile has changed its mind."""
    said = select(NegotiationEntry).where(
        NegotiationEntry.contract_id == proposal.contract_id, NegotiationEntry.kind.in_(("side_declined", "declined"))
    )
    found = db.session.execute(said.order_by(NegotiationEntry.n)).scalars()
    signed = {signature.party for signature in proposal.signatures}
    return {
        entry.party: entry
        for entry in found
        if entry.party is not None and entry.party not in signed and entry.body["proposal"] == proposal.public_id
    }


def quorum_of(proposal: Proposal) -> Quorum:
    """Whose signatures make an open proposal hold: all of them, or as many as terms that bind them all have agreed on.

    Beyond a last day that everybody signed nobody is bound by the signatures of others.
    """
    body = body_of(proposal)
    signers = frozenset(body.governance.signers)
    holding = latest_terms(proposal.contract)
    before = body_of(holding) if holding is not None else None
    bound = before is not None and signers <= set(before.governance.signers) and not body.outlasts(before)
    fewer = before.governance.enough if before is not None and bound else None
    return Quorum(signers, len(signers) if fewer is None else min(fewer, len(signers)), body.house.id)


def entries_of(contract_id: int) -> Sequence[NegotiationEntry]:
    """The record of a contract in its order."""
    found = select(NegotiationEntry).where(NegotiationEntry.contract_id == contract_id).order_by(NegotiationEntry.n)
    return db.session.execute(found).scalars().all()


def course_ids_of(contract_id: int) -> list[int]:
    """The courses a contract was opened for."""
    found = select(ContractCourse.course_id).where(ContractCourse.contract_id == contract_id)
    return list(db.session.execute(found.order_by(ContractCourse.course_id)).scalars())


def course_ids_of_terms(contract_id: int) -> set[int]:
    """The courses that any terms of a contract have ever answered for."""
    found = select(TermsCourse.course_id).join(Terms, Terms.id == TermsCourse.terms_id).where(Terms.contract_id == contract_id)
    return set(db.session.execute(found).scalars())


def course_ids_of_version(terms_id: int) -> list[int]:
    """The courses that one version of terms answers for."""
    found = select(TermsCourse.course_id).where(TermsCourse.terms_id == terms_id)
    return list(db.session.execute(found.order_by(TermsCourse.course_id)).scalars())


def with_standing_terms(course_ids: Sequence[int]) -> set[int]:
    """Those of these courses for which terms hold, or will, under whatever contract and without a last day."""
    found = select(TermsCourse.course_id).where(TermsCourse.course_id.in_(course_ids), TermsCourse.ended_at.is_(None))
    return set(db.session.execute(found).scalars())


def contracts_of(organisation_id: int) -> Select[Contract]:
    """The contracts that bind one organisation, newest first."""
    bound = select(ContractParty.contract_id).where(ContractParty.organisation_id == organisation_id)
    return select(Contract).where(Contract.id.in_(bound)).order_by(Contract.id.desc())


def open_reopenings(at: datetime) -> Select[NegotiationEntry]:
    """The entries by which terms in force were opened for talk, with their contracts, until the answer that is hoped for.

    Not where somebody has proposed something since.
    """
    later = aliased(NegotiationEntry)
    answered = exists().where(
        later.contract_id == NegotiationEntry.contract_id, later.n > NegotiationEntry.n, later.kind.in_(("reopened", "proposed"))
    )
    holds = exists().where(
        Terms.contract_id == NegotiationEntry.contract_id, Terms.effective_from <= at,
        or_(Terms.ended_at.is_(None), Terms.ended_at > at),
        Terms.terms_hash == NegotiationEntry.body["terms_hash"].as_string(),
    )  # fmt: skip
    return (
        select(NegotiationEntry)
        .join(Contract, Contract.id == NegotiationEntry.contract_id)
        .where(
            NegotiationEntry.kind == "reopened", NegotiationEntry.body["answer_by"].as_string() > at.isoformat(),
            ~answered, holds, Contract.ends_at.is_(None),
        )
        .order_by(NegotiationEntry.at, NegotiationEntry.contract_id)
    )  # fmt: skip


def reopening_of(terms: Terms) -> NegotiationEntry | None:
    """The entry by which these terms were opened for talk, while nobody has proposed anything since."""
    entries = (
        select(NegotiationEntry)
        .where(NegotiationEntry.contract_id == terms.contract_id, NegotiationEntry.kind.in_(("reopened", "proposed")))
        .order_by(NegotiationEntry.n.desc())
    )
    latest: NegotiationEntry | None = db.session.execute(entries.limit(1)).scalar_one_or_none()
    about = latest is not None and latest.kind == "reopened" and latest.body["terms_hash"] == terms.terms_hash
    return latest if about else None
