"""What a contract has shared, as a replay wants it: read in three statements, without an object for each line of it."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.contracts.clauses import Pool
from coursehub.contracts.counters import written
from coursehub.contracts.models import SHARED, TAKEN_BACK, MoneyEvent, MoneyLine
from coursehub.contracts.pool_past import PooledMonth, PooledPart, pooled_months
from coursehub.contracts.queries.facts import contribution as contribution_at
from coursehub.contracts.replay import KEPT, Past, sale_from
from coursehub.db import db

SINCE = (*TAKEN_BACK, "rebate", "reshared")
"""What comes after an event and changes what each side keeps of it."""


def past_of(
    contract_id: int, since: datetime, *, currency: str, most: int, pools: Collection[Pool] = ()
) -> tuple[list[Past], int]:
    """Sales and parts of placements, hours and passes from a moment on, oldest first, and how many there are in all.

    most: only the latest so many, and of passes only months with so many periods in all. What went back, came again or was
    shared anew since then is in what each side got. pools: rules for passes under which it may be played again; months that
    one of them divides otherwise are there whole, with a part of nothing for each course of the contract that took part and
    got nothing.
    """
    which = (
        MoneyEvent.contract_id == contract_id, MoneyEvent.kind.in_(SHARED), MoneyEvent.currency == currency,
        MoneyEvent.occurred_at >= since,
    )  # fmt: skip
    there = db.session.execute(sa.select(sa.func.count()).where(*which)).scalar_one()
    latest = sa.select(MoneyEvent.id).where(*which).order_by(MoneyEvent.occurred_at.desc(), MoneyEvent.id.desc()).limit(most)
    ids = latest.subquery()
    gone, said = _since(ids)
    got = _kept(ids)
    found = (
        sa.select(
            MoneyEvent.id, MoneyEvent.kind, MoneyEvent.course_id, MoneyEvent.occurred_at, MoneyEvent.channel,
            MoneyEvent.amount_minor, MoneyEvent.facts, MoneyEvent.contribution,
        )
        .join(ids, ids.c.id == MoneyEvent.id)
        .order_by(MoneyEvent.occurred_at, MoneyEvent.id)
    )  # fmt: skip
    months = pooled_months(contract_id, since, pools, most=most)
    past, parts = [], _Parts([month for month in months if month.currency == currency])
    for event_id, kind, course_id, occurred_at, channel, amount_minor, facts, contribution in db.session.execute(found):
        known = facts if kind == "sale" else {"gross_minor": amount_minor, "channel": channel}
        came, contributed = said.get(event_id, ({}, {}))
        sale = sale_from(known | came, contributed or contribution, written(occurred_at))
        pooled = parts.of(facts, str(course_id)) if kind == "period" else None
        past.append(Past(sale, got.get(event_id, {}), gone.get(event_id, 0), kind, pooled))
    begins = past[0].sale.occurred_at if len(past) < there else ""
    empty = [each for each in _got_nothing(contract_id, parts) if each.sale.occurred_at >= begins]
    return sorted([*past, *empty], key=lambda each: each.sale.occurred_at) if empty else past, there


class _Parts:
    """Which part of which month of a pool an entry of the book was."""

    def __init__(self, months: list[PooledMonth]) -> None:
        self.months = {(month.pass_id, month.month): month for month in months}
        self.seen: set[tuple[str, str, str]] = set()

    def of(self, facts: dict[str, Any], course: str) -> PooledPart | None:
        """The part that these facts of an entry name; None where the month is divided alike by every rule in question."""
        month = self.months.get((facts["pass"], facts["month"]))
        place = (facts["pass"], facts["month"], course)
        is_late = place in self.seen
        self.seen.add(place)
        return PooledPart(month, course, is_late) if month else None


def _got_nothing(contract_id: int, parts: _Parts) -> Iterator[Past]:
    """The courses of a contract to which a month gave nothing, though another rule may have."""
    for month in parts.months.values():
        for course in month.own:
            if (month.pass_id, month.month, course) not in parts.seen:
                known = contribution_at(contract_id, int(course), month.occurred_at)
                sale = sale_from({"gross_minor": 0}, known, written(month.occurred_at))
                yield Past(sale, {}, 0, "period", PooledPart(month, course))


def _since(ids: "sa.Subquery") -> tuple[dict[int, int], dict[int, tuple[dict[str, Any], dict[str, Any]]]]:
    """By event: how much of it went back, and how it came and what had been contributed as it was said last."""
    gone, said = defaultdict[int, int](int), dict[int, tuple[dict[str, Any], dict[str, Any]]]()
    later = (
        sa.select(MoneyEvent.reverses_id, MoneyEvent.kind, MoneyEvent.amount_minor, MoneyEvent.facts, MoneyEvent.contribution)
        .join(ids, ids.c.id == MoneyEvent.reverses_id)
        .where(MoneyEvent.kind.in_(SINCE))
        .order_by(MoneyEvent.id)
    )
    for event_id, kind, amount_minor, facts, contribution in db.session.execute(later):
        gone[event_id] -= amount_minor
        if kind == "reshared":
            said[event_id] = ({name: facts[name] for name in ("channel", "attributed")}, contribution)
    return gone, said


def _kept(ids: "sa.Subquery") -> dict[int, dict[str, int]]:
    """By event and party: what is kept of it as booked, with everything that came after it."""
    found = defaultdict[int, dict[str, int]](dict)
    for event_id, party, amount_minor in _sums(ids):
        found[event_id][party] = found[event_id].get(party, 0) + amount_minor
    return found


def _sums(ids: "sa.Subquery") -> Iterator[tuple[int, str, int]]:
    for event, late in ((MoneyEvent.id, False), (MoneyEvent.reverses_id, True)):
        sums = (
            sa.select(event, MoneyLine.party, sa.func.sum(MoneyLine.amount_minor))
            .join(MoneyLine, MoneyLine.event_id == MoneyEvent.id)
            .join(ids, ids.c.id == event)
            .where(MoneyLine.role.in_(KEPT), MoneyLine.party.is_not(None), MoneyEvent.kind.in_(SINCE if late else SHARED))
            .group_by(event, MoneyLine.party)
        )
        for event_id, party, amount_minor in db.session.execute(sums):
            yield event_id or 0, party or "", int(amount_minor)
