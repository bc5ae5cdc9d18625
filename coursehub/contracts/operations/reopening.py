"""Re-opening: when contributions have moved as far as the terms name, or a year has passed, every side is asked to talk again."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.contracts import queries
from coursehub.contracts.clauses import Trigger
from coursehub.contracts.models import Contract, ContributionFact, FactContest, NegotiationEntry, Terms
from coursehub.contracts.operations.recording import write_down
from coursehub.contracts.shifts import largest_shift, last_anniversary
from coursehub.db import db, lock, transaction
from coursehub.ledger.sealing import day_of

FIELD = {"modules": "module_weights", "hours": "approved_minutes"}
KIND = {"modules": "module_weight", "hours": "approved_minutes"}


def reopen_terms(*, at: datetime) -> int:
    """Look at every terms in force that name a trigger; how many were opened for talk. Once for each terms and measure, and year.

    Nothing ends and nothing changes by it: the record says what was measured, until when an answer is hoped for, and on which day
    other terms could begin.
    """
    opened = 0
    in_force = sa.select(Terms).where(Terms.effective_from <= at, sa.or_(Terms.ended_at.is_(None), Terms.ended_at > at))
    for terms in list(db.session.execute(in_force.order_by(Terms.id)).scalars()):
        for trigger in queries.body_of(terms).governance.triggers:
            look = _look_at_the_calendar if trigger.measure == "yearly" else _look
            opened += look(terms, trigger, at)
    return opened


def _look_at_the_calendar(terms: Terms, trigger: Trigger, at: datetime) -> bool:
    """A year, or another one, has passed: unless somebody has proposed something since, or other terms are agreed, all talk."""
    on = last_anniversary(day_of(terms.effective_from), day_of(at))
    if on is None:
        return False
    with transaction():
        contract = db.session.get_one(Contract, terms.contract_id)
        lock(contract)
        latest, offered = queries.latest_terms(contract), queries.proposals_of(contract)
        talked = offered and (offered[0].state == "open" or day_of(offered[0].offered_at) >= on)
        if talked or latest != terms or contract.ends_at is not None or _opened_before(terms, trigger, on.isoformat()):
            return False
        _open(contract, terms, at, measure=trigger.measure, on=on.isoformat())
    return True


def _look(terms: Terms, trigger: Trigger, at: datetime) -> bool:
    courses = queries.course_ids_of_version(terms.id)
    if _is_contested(terms.contract_id, courses, trigger):
        return False  # an objection alone moves nothing: it is measured once that is settled
    before = _contributed(terms.contract_id, courses, trigger, terms.effective_from)
    if not any(before.values()):
        before = _contributed(terms.contract_id, courses, trigger, _first_known(terms, trigger) or at)
    now = _contributed(terms.contract_id, courses, trigger, at)
    party, was, has = largest_shift(before, now)
    if abs(has - was) * 10_000 <= trigger.points_bps:
        return False
    with transaction():
        contract = db.session.get_one(Contract, terms.contract_id)
        lock(contract)
        if _opened_before(terms, trigger):
            return False
        moved: dict[str, str | int] = {"moved": party, "was_bps": round(was * 10_000), "has_bps": round(has * 10_000)}
        _open(contract, terms, at, measure=trigger.measure, **moved)
    return True


def _open(contract: Contract, terms: Terms, at: datetime, **why: str | int) -> None:
    """Write down why, and until when an answer is hoped for; the letters follow. The caller holds the contract's lock."""
    answer_by = at + timedelta(days=queries.body_of(terms).governance.reply_days)
    entry = write_down(
        contract, "reopened", asked_by=None, at=at, terms_hash=terms.terms_hash, **why, answer_by=answer_by.isoformat(),
        begins_on=next_month(answer_by).isoformat(),
    )  # fmt: skip
    events.record("contracts.terms_reopened", at=at, contract_id=contract.id, n=entry.n)


def next_month(moment: datetime) -> date:
    """The day that is proposed for other terms: the first of the month after the time to answer, as China counts days."""
    last = day_of(moment)
    return date(last.year + last.month // 12, last.month % 12 + 1, 1)


def _first_known(terms: Terms, trigger: Trigger) -> datetime | None:
    """When something was contributed for the first time, where that was after the terms had begun."""
    return db.session.execute(
        sa.select(sa.func.min(ContributionFact.holds_from)).where(
            ContributionFact.contract_id == terms.contract_id, ContributionFact.kind == KIND[trigger.measure],
            ContributionFact.withdrawn_at.is_(None), ContributionFact.holds_from > terms.effective_from,
        )
    ).scalar_one_or_none()  # fmt: skip


def _is_contested(contract_id: int, courses: list[int], trigger: Trigger) -> bool:
    """Whether somebody objects to a contribution that would be measured."""
    found = (
        sa.select(FactContest.id)
        .join(ContributionFact, ContributionFact.id == FactContest.fact_id)
        .where(
            ContributionFact.contract_id == contract_id, ContributionFact.course_id.in_(courses),
            ContributionFact.kind == KIND[trigger.measure], FactContest.settled_at.is_(None),
        )
    )  # fmt: skip
    return db.session.execute(found.limit(1)).first() is not None


def _contributed(contract_id: int, courses: list[int], trigger: Trigger, at: datetime) -> dict[str, int]:
    found: dict[str, int] = {}
    for course_id in courses:
        for party, weight in queries.contribution(contract_id, course_id, at)[FIELD[trigger.measure]].items():
            found[party] = found.get(party, 0) + weight
    return found


def _opened_before(terms: Terms, trigger: Trigger, on: str | None = None) -> bool:
    said = sa.select(NegotiationEntry).where(
        NegotiationEntry.contract_id == terms.contract_id, NegotiationEntry.kind == "reopened"
    )
    return any(
        entry.body["terms_hash"] == terms.terms_hash and entry.body["measure"] == trigger.measure and entry.body.get("on") == on
        for entry in db.session.execute(said).scalars()
    )
