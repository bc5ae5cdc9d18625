"""The register of contributions, and what it says at a moment."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Select, select

from coursehub.contracts.models import (
    Contract,
    ContractParty,
    ContributionFact,
    FactContest,
)
from coursehub.db import db, look

# Every sale asks these, so they are put together once.
_COUNTING = (
    select(ContributionFact.kind, ContributionFact.party, ContributionFact.value)
    .where(
        ContributionFact.contract_id == sa.bindparam("contract_id"),
        ContributionFact.course_id == sa.bindparam("course_id"),
        ContributionFact.holds_from <= sa.bindparam("at"),
        ContributionFact.withdrawn_at.is_(None),
        sa.or_(ContributionFact.kind != "approved_minutes", ContributionFact.approved_at.is_not(None)),
        ~sa.exists().where(FactContest.fact_id == ContributionFact.id, FactContest.settled_at.is_(None)),
    )
    .order_by(ContributionFact.holds_from, ContributionFact.id)
)


def contribution(contract_id: int, course_id: int, at: datetime) -> dict[str, dict[str, int]]:
    """What the facts register says at a moment: the latest weight per maker, the sum of minutes per teacher.

    A fact that is taken back, or contested and not settled, does not count; nor do hours that wait for their approval.
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


@dataclass(frozen=True)
class FactsWaiting:
    """Facts of one contract that want a side's word: an answer, a word on an answer, or a yes to hours."""

    contract: Contract
    count: int
    since: datetime
    due_at: datetime | None


def facts_waiting_for(party: str) -> list[FactsWaiting]:
    """Contests whose next word is this side's, and hours of others that it has not approved; the most urgent contract first."""
    bound = select(ContractParty.contract_id).where(ContractParty.party == party)
    its_turn = sa.or_(
        sa.and_(FactContest.answered_at.is_(None), ContributionFact.recorded_party == party),
        sa.and_(FactContest.answered_at.is_not(None), FactContest.party == party),
    )
    unapproved = sa.and_(
        FactContest.id.is_(None),
        ContributionFact.kind == "approved_minutes",
        ContributionFact.approved_at.is_(None),
        ContributionFact.party != party,
    )
    still_open = sa.and_(FactContest.fact_id == ContributionFact.id, FactContest.settled_at.is_(None))
    since = sa.func.min(sa.func.coalesce(FactContest.answered_at, FactContest.contested_at, ContributionFact.recorded_at))
    rows = db.session.execute(
        select(ContributionFact.contract_id, sa.func.count(), since, sa.func.min(FactContest.due_at))
        .outerjoin(FactContest, still_open)
        .where(
            ContributionFact.contract_id.in_(bound),
            ContributionFact.withdrawn_at.is_(None),
            sa.or_(sa.and_(FactContest.id.is_not(None), its_turn), unapproved),
        )
        .group_by(ContributionFact.contract_id)
        .order_by(sa.func.min(FactContest.due_at).is_(None), sa.func.min(FactContest.due_at), ContributionFact.contract_id)
    ).all()
    contracts = select(Contract).where(Contract.id.in_([row[0] for row in rows]))
    found = {contract.id: contract for contract in db.session.execute(contracts).scalars()} if rows else {}
    return [FactsWaiting(found[contract_id], count, began, due) for contract_id, count, began, due in rows]


def facts_of(contract: Contract) -> Select[ContributionFact]:
    """The facts register of a contract, latest first."""
    return (
        select(ContributionFact)
        .where(ContributionFact.contract_id == contract.id)
        .order_by(ContributionFact.holds_from.desc(), ContributionFact.id.desc())
    )


def every_fact(contract: Contract) -> list[ContributionFact]:
    """The whole register in the order in which it was written."""
    found = select(ContributionFact).where(ContributionFact.contract_id == contract.id).order_by(ContributionFact.id)
    return list(db.session.execute(found).scalars())


def replaced_weights(contract: Contract, at: datetime) -> set[int]:
    """Module weights, by their ids, that a later weight of the same party and course has replaced by this moment."""
    latest: dict[tuple[int, str], ContributionFact] = {}
    replaced: set[int] = set()
    for fact in sorted(every_fact(contract), key=lambda one: (one.holds_from, one.id)):
        contested = any(contest.settled_at is None for contest in fact.contests)
        if fact.kind != "module_weight" or fact.withdrawn_at is not None or contested or fact.holds_from > at:
            continue
        before = latest.get((fact.course_id, fact.party))
        if before is not None:
            replaced.add(before.id)
        latest[fact.course_id, fact.party] = fact
    return replaced
