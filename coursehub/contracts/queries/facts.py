"""The register of contributions, and what it says at a moment."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Select, select

from coursehub.contracts.models import (
    Contract,
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
