"""Reading contracts: who may see which, which terms hold, and what the book says."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from coursehub.contracts import reasons
from coursehub.contracts.models import (
    Contract,
    ContractCourse,
    ContractParty,
    ContributionFact,
    FactContest,
    Listing,
    MoneyEvent,
    MoneyLine,
    NegotiationEntry,
    Proposal,
    PublishedPrices,
    Terms,
    TermsCourse,
)
from coursehub.contracts.terms import TermsBody, parse
from coursehub.contracts.waterfall import Line
from coursehub.db import db, look
from coursehub.ledger import queries as ledger
from coursehub.ledger.models import Journal
from coursehub.people.actor import Actor


def contracts_visible_to(reader: Actor) -> Select[Contract]:
    """Staff see every contract, a partner those that bind it; newest first."""
    every = select(Contract).order_by(Contract.id.desc())
    if reader.is_staff:
        return every
    bound = select(ContractParty.contract_id).where(ContractParty.organisation_id == (reader.organisation_id or 0))
    return every.where(Contract.id.in_(bound))


def terms_in_force(course_id: int, at: datetime) -> Terms | None:
    """The terms under which a course is sold at that moment, or None if there are none."""
    found = (
        select(Terms)
        .join(TermsCourse, TermsCourse.terms_id == Terms.id)
        .where(
            TermsCourse.course_id == course_id,
            TermsCourse.effective_from <= at,
            sa.or_(TermsCourse.ended_at.is_(None), TermsCourse.ended_at > at),
        )
    )
    return db.session.execute(found).scalar_one_or_none()


def contract_of(terms_hash: str | None) -> Contract | None:
    """The contract whose terms have this hash."""
    found = select(Contract).join(Terms, Terms.contract_id == Contract.id).where(Terms.terms_hash == terms_hash)
    return db.session.execute(found.limit(1)).scalar_one_or_none()


def terms_with_hash(terms_hash: str) -> Terms | None:
    """The signed terms with this hash. The contract's id is part of what is hashed, so there is one."""
    return db.session.execute(select(Terms).where(Terms.terms_hash == terms_hash)).scalar_one_or_none()


def body_of(terms: Terms | Proposal) -> TermsBody:
    """The typed terms of a row; read once per hash, since such a row never changes."""
    known = _bodies.get(terms.terms_hash)
    if known is None:
        known = parse(terms.body)
        if len(_bodies) > 500:
            _bodies.clear()
        _bodies[terms.terms_hash] = known
    return known


_bodies: dict[str, TermsBody] = {}


def body_hashed(terms_hash: str) -> TermsBody:
    """The typed terms with this hash, which must exist."""
    known = _bodies.get(terms_hash)
    if known is None:
        known = body_of(db.session.execute(select(Terms).where(Terms.terms_hash == terms_hash)).scalar_one())
    return known


def terms_of(contract: Contract, at: datetime) -> Terms | None:
    """What holds between the parties of a contract at that moment."""
    found = (
        select(Terms)
        .where(
            Terms.contract_id == contract.id,
            Terms.effective_from <= at,
            sa.or_(Terms.ended_at.is_(None), Terms.ended_at > at),
        )
        .order_by(Terms.id.desc())
    )
    return db.session.execute(found).scalars().first()


def latest_terms(contract: Contract) -> Terms | None:
    """The terms signed last, whether or not they have begun or ended."""
    found = select(Terms).where(Terms.contract_id == contract.id).order_by(Terms.id.desc())
    return db.session.execute(found).scalars().first()


def terms_history(contract: Contract) -> Sequence[Terms]:
    """Every terms version of a contract, newest first."""
    found = select(Terms).where(Terms.contract_id == contract.id).order_by(Terms.id.desc())
    return db.session.execute(found).scalars().all()


def proposals_of(contract: Contract) -> Sequence[Proposal]:
    """The proposals of a contract, newest first."""
    found = select(Proposal).where(Proposal.contract_id == contract.id).order_by(Proposal.n.desc())
    return db.session.execute(found).scalars().all()


def open_proposal(contract: Contract) -> Proposal | None:
    """The proposal that waits for an answer, if one does."""
    found = select(Proposal).where(Proposal.contract_id == contract.id, Proposal.state == "open")
    return db.session.execute(found).scalar_one_or_none()


def proposals_waiting_for(party: str) -> Select[Proposal]:
    """Open proposals that this party has not signed, most urgent first."""
    bound = select(ContractParty.contract_id).where(ContractParty.party == party)
    return (
        select(Proposal)
        .where(
            Proposal.state == "open",
            Proposal.contract_id.in_(bound),
            ~Proposal.signatures.any(party=party),
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


def entries_of(contract_id: int) -> Sequence[NegotiationEntry]:
    """The record of a contract in its order."""
    found = select(NegotiationEntry).where(NegotiationEntry.contract_id == contract_id).order_by(NegotiationEntry.n)
    return db.session.execute(found).scalars().all()


def course_ids_of(contract_id: int) -> list[int]:
    """The courses a contract was opened for."""
    found = select(ContractCourse.course_id).where(ContractCourse.contract_id == contract_id)
    return list(db.session.execute(found.order_by(ContractCourse.course_id)).scalars())


def open_listing(course_id: int) -> Listing | None:
    """The listing under which a course is on offer now, if it is."""
    found = select(Listing).where(Listing.course_id == course_id, Listing.closed_at.is_(None))
    return db.session.execute(found).scalar_one_or_none()


# Every sale asks these, so they are put together once.
_COUNTING = (
    select(ContributionFact.kind, ContributionFact.party, ContributionFact.value)
    .where(
        ContributionFact.contract_id == sa.bindparam("contract_id"),
        ContributionFact.course_id == sa.bindparam("course_id"),
        ContributionFact.holds_from <= sa.bindparam("at"),
        ContributionFact.withdrawn_at.is_(None),
        ~sa.exists().where(FactContest.fact_id == ContributionFact.id, FactContest.settled_at.is_(None)),
    )
    .order_by(ContributionFact.holds_from, ContributionFact.id)
)
_EVENT_ID = select(MoneyEvent.id).where(MoneyEvent.effect_key == sa.bindparam("effect_key"))


def contribution(contract_id: int, course_id: int, at: datetime) -> dict[str, dict[str, int]]:
    """What the facts register says at a moment: the latest weight per maker, the sum of minutes per teacher.

    A fact that is taken back, or contested and not settled, does not count.
    """
    rows = look(_COUNTING, {"contract_id": contract_id, "course_id": course_id, "at": at}).all()
    weights: dict[str, int] = {}
    minutes: dict[str, int] = {}
    for kind, party, value in rows:
        if kind == "module_weight":
            weights[party] = value
        else:
            minutes[party] = minutes.get(party, 0) + value
    return {"module_weights": weights, "approved_minutes": minutes}


def facts_of(contract: Contract) -> Select[ContributionFact]:
    """The facts register of a contract, latest first."""
    return (
        select(ContributionFact)
        .where(ContributionFact.contract_id == contract.id)
        .order_by(ContributionFact.holds_from.desc(), ContributionFact.id.desc())
    )


def event_for(effect_key: str) -> MoneyEvent | None:
    """The money event of a business effect, or None if it is not in the book."""
    event_id = look(_EVENT_ID, {"effect_key": effect_key}).scalar_one_or_none()
    return None if event_id is None else db.session.get_one(MoneyEvent, event_id)


def refunded_of(sale: MoneyEvent) -> int:
    """How much of a sale has gone back to the buyer, in minor units."""
    total = select(sa.func.coalesce(sa.func.sum(MoneyEvent.amount_minor), 0)).where(MoneyEvent.reverses_id == sale.id)
    return -int(db.session.execute(total).scalar_one())


def events_for_party(party: str) -> Select[Any]:
    """Events that gave or took something for one party: (event, its amount), latest first."""
    mine = (
        select(MoneyLine.event_id, sa.func.sum(MoneyLine.amount_minor).label("amount_minor"))
        .where(MoneyLine.party == party)
        .group_by(MoneyLine.event_id)
        .subquery()
    )
    return (
        select(MoneyEvent, mine.c.amount_minor)
        .join(mine, mine.c.event_id == MoneyEvent.id)
        .order_by(MoneyEvent.occurred_at.desc(), MoneyEvent.id.desc())
    )


def sales_since(contract_id: int, since: datetime) -> Sequence[MoneyEvent]:
    """The sales of a contract from a moment on, oldest first, with their lines."""
    found = (
        select(MoneyEvent)
        .where(MoneyEvent.contract_id == contract_id, MoneyEvent.kind == "sale", MoneyEvent.occurred_at >= since)
        .order_by(MoneyEvent.occurred_at, MoneyEvent.id)
    )
    return db.session.execute(found).scalars().all()


def refunded_by_sale(sale_ids: Sequence[int]) -> dict[int, list[MoneyEvent]]:
    """What went back of each of these sales, with its lines."""
    found: dict[int, list[MoneyEvent]] = {}
    for start in range(0, len(sale_ids), 500):
        some = sale_ids[start : start + 500]
        refunds = select(MoneyEvent).where(MoneyEvent.reverses_id.in_(some), MoneyEvent.kind == "refund").order_by(MoneyEvent.id)
        for refund in db.session.execute(refunds).scalars():
            found.setdefault(refund.reverses_id or 0, []).append(refund)
    return found


def contracts_of(organisation_id: int) -> Select[Contract]:
    """The contracts that bind one organisation, newest first."""
    bound = select(ContractParty.contract_id).where(ContractParty.organisation_id == organisation_id)
    return select(Contract).where(Contract.id.in_(bound)).order_by(Contract.id.desc())


def prices_in_force(currency: str, at: datetime) -> PublishedPrices | None:
    """What placements and hours cost in this currency at a moment."""
    found = select(PublishedPrices).where(PublishedPrices.currency == currency, PublishedPrices.effective_from <= at)
    found = found.order_by(PublishedPrices.effective_from.desc(), PublishedPrices.version.desc())
    return db.session.execute(found.limit(1)).scalar_one_or_none()


def every_prices() -> Select[PublishedPrices]:
    """Every price list that was ever announced, the latest first."""
    return select(PublishedPrices).order_by(PublishedPrices.effective_from.desc(), PublishedPrices.id.desc())


def events_of_journal(journal_id: int) -> list[MoneyEvent]:
    """The entries of the book that one journal stands behind, in order."""
    found = select(MoneyEvent).where(MoneyEvent.journal_id == journal_id).order_by(MoneyEvent.id)
    return list(db.session.execute(found).scalars())


def reversals_of_event(event_id: int) -> Sequence[MoneyEvent]:
    """What took an entry of the book back, wholly or in part, oldest first."""
    return (
        db.session.execute(select(MoneyEvent).where(MoneyEvent.reverses_id == event_id).order_by(MoneyEvent.id)).scalars().all()
    )


def rebated_of(journal_id: int, account: str) -> int:
    """What was given back of a journal before, as it stands on this account."""
    taken = [
        leg.amount_minor for each in ledger.reversals_of(journal_id) for leg in ledger.lines_of(each.id) if leg.code == account
    ]
    return -sum(taken)


def hours_to_release(at: datetime) -> Sequence[Journal]:
    """Journals of weeks in which courses have a part whose hold is over, and which was neither released nor taken back."""
    later = aliased(Journal)
    ended = select(later.id).where(or_(later.effect_key == Journal.effect_key + ":released", later.reverses == Journal.id))
    found = (
        select(Journal)
        .where(
            Journal.id.in_(select(MoneyEvent.journal_id).where(MoneyEvent.kind == "hour", MoneyEvent.held_until <= at)),
            ~ended.exists(),
        )
        .order_by(Journal.id)
    )
    return db.session.execute(found).scalars().all()


def reserves_that_end(at: datetime) -> list[MoneyEvent]:
    """Sales whose reserve has been kept for its days and was not let go of yet, oldest first."""
    released, found = aliased(Journal), list[MoneyEvent]()
    for terms in db.session.execute(select(Terms).order_by(Terms.id)).scalars():
        kept = body_of(terms).reserve
        if kept is None:
            continue
        gone = select(released.id).where(released.effect_key == MoneyEvent.effect_key + ":reserve")
        refund = aliased(MoneyEvent)
        refunded = select(func.coalesce(func.sum(refund.amount_minor), 0)).where(refund.reverses_id == MoneyEvent.id)
        due = select(MoneyEvent).where(
            MoneyEvent.terms_hash == terms.terms_hash, MoneyEvent.kind == "sale",
            MoneyEvent.amount_minor + refunded.scalar_subquery() > 0,
            MoneyEvent.occurred_at <= at - timedelta(days=kept.days), ~gone.exists(),
        )  # fmt: skip
        found += db.session.execute(due.order_by(MoneyEvent.id)).scalars()
    return found


def line_of(row: MoneyLine) -> Line:
    """The waterfall's line that a row of the book keeps."""
    return Line(row.role, row.party, row.amount_minor, row.path, reasons.from_data(row.reason))
