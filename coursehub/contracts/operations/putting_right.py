"""After a fact is settled: what was shared meanwhile otherwise than it should have been is put right, batch after batch.

Settling only says what is to be looked at, and a job looks: a contract may have sold thousands of times meanwhile. Whatever
order contests end in, each look works out anew what counts for a sale by now, so a sale is put right once and for all.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events, jobs
from coursehub.contracts import queries
from coursehub.contracts.models import SHARED, Contract, ContributionFact, FactContest, FactSettlement, MoneyEvent
from coursehub.contracts.operations.resharing import RESHARED, contribute_anew
from coursehub.contracts.queries.anew import STANDS
from coursehub.contracts.standing import contribution_by
from coursehub.contracts.waterfall import shares_of
from coursehub.db import db, lock, transaction

AT_ONCE = 20
"""So many sales are looked at in one transaction: whoever books waits for it."""
SLACK = timedelta(hours=1)
"""A moment is read before the contract is waited for; sales that were booked around a contest are looked at as well."""


def note_settlement(fact: ContributionFact, contest: FactContest | None, *, at: datetime) -> FactSettlement | None:
    """Say in the open transaction what a settled fact calls for, and have it done. None if nothing was shared otherwise.

    The caller holds the lock of the contract, and what was decided is written. contest: the one that was settled; None if the
    fact was taken back by itself.
    """
    stands = contest is not None and contest.outcome in STANDS
    if contest is not None and stands:
        since = contest.contested_at
    elif queries.until_of(fact) == fact.recorded_at:  # it never counted
        since = fact.recorded_at
    else:
        return None
    of = sa.select(sa.func.max(MoneyEvent.id)).where(
        MoneyEvent.contract_id == fact.contract_id, MoneyEvent.course_id == fact.course_id, MoneyEvent.kind.in_(SHARED),
        MoneyEvent.recorded_at >= since - SLACK,
    )  # fmt: skip
    through_id: int | None = db.session.execute(of).scalar_one()
    if through_id is None:
        return None
    settlement = FactSettlement(
        fact_id=fact.id, contest_id=contest.id if contest else None, stands=stands, settled_at=at, since=since - SLACK,
        through_id=through_id, looked_id=0, sales=0, moved={},
    )  # fmt: skip
    db.session.add(settlement)
    db.session.flush()
    jobs.enqueue("contracts.put_facts_right", at=at, dedupe_key=f"contracts.put_facts_right:{settlement.id}")
    return settlement


def put_facts_right(*, at: datetime) -> int:
    """Put right whatever settled facts call for; how many sales that moved something of."""
    open_ones = sa.select(FactSettlement.id).where(FactSettlement.done_at.is_(None)).order_by(FactSettlement.id)
    moved = 0
    for settlement_id in db.session.execute(open_ones).scalars().all():
        is_done = False
        while not is_done:
            is_done, sales = _look_at_some(settlement_id, at=at)
            moved += sales
    return moved


def _look_at_some(settlement_id: int, *, at: datetime) -> tuple[bool, int]:
    """One batch in a transaction of its own: whether it was the last, and how many sales were put right."""
    with transaction():
        settlement = db.session.get_one(FactSettlement, settlement_id)
        fact = db.session.get_one(ContributionFact, settlement.fact_id)
        lock(db.session.get_one(Contract, fact.contract_id))
        db.session.refresh(settlement)
        if settlement.done_at is not None:
            return True, 0
        some = _next(settlement, fact)
        facts = queries.stated(fact.contract_id, fact.course_id)
        sales = 0
        for event in some:
            known = contribution_by(facts, sold_at=event.occurred_at, booked_at=event.recorded_at)
            key = f"{RESHARED}:fact:{settlement.id}:{event.public_id}"
            anew = contribute_anew(event, known, fact=fact.public_id, stands=settlement.stands, key=key, at=at)
            if anew is not None:
                sales += 1
                _add_up(settlement, anew)
        settlement.sales += sales
        if some:
            settlement.looked_id = some[-1].id
        if len(some) < AT_ONCE:
            settlement.done_at = at
            if settlement.sales:
                events.record("contracts.facts_put_right", at=at, settlement_id=settlement.id)
        return settlement.done_at is not None, sales


def _next(settlement: FactSettlement, fact: ContributionFact) -> list[MoneyEvent]:
    found = (
        sa.select(MoneyEvent)
        .where(
            MoneyEvent.contract_id == fact.contract_id, MoneyEvent.course_id == fact.course_id, MoneyEvent.kind.in_(SHARED),
            MoneyEvent.recorded_at >= settlement.since, MoneyEvent.id > settlement.looked_id,
            MoneyEvent.id <= settlement.through_id,
        )
        .order_by(MoneyEvent.id)
        .limit(AT_ONCE)
    )  # fmt: skip
    return list(db.session.execute(found).scalars())


def _add_up(settlement: FactSettlement, anew: MoneyEvent) -> None:
    moved = {currency: dict(parties) for currency, parties in settlement.moved.items()}
    parties = moved.setdefault(anew.currency, {})
    for party, minor in shares_of([queries.line_of(row) for row in anew.lines]).items():
        parties[party] = parties.get(party, 0) + minor
    settlement.moved = moved
