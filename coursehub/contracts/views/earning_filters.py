"""Filters of a partner's earnings, as they stand in the address; the list and the table for spreadsheets follow the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from coursehub.catalog.models import Course
from coursehub.contracts.models import MoneyEvent
from coursehub.db import db
from coursehub.ledger.sealing import begin_of
from coursehub.web.locale import read_day


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody chose; anything that is not known means all.

    since, until: days in the zone that pages show, both included.
    """

    course: str
    channel: str
    kind: str
    since: date | None
    until: date | None

    @property
    def are_any(self) -> bool:
        """Whether anything is left out."""
        return bool(self.course or self.channel or self.kind or self.since or self.until)

    def as_args(self) -> dict[str, str]:
        """The same for another address."""
        days = {name: day.isoformat() for name, day in (("since", self.since), ("until", self.until)) if day}
        words = {"course": self.course, "channel": self.channel, "kind": self.kind}
        return {name: word for name, word in words.items() if word} | days


def chosen(args: Mapping[str, str], *, courses: Sequence[Course], channels: Sequence[str], kinds: Sequence[str]) -> Filters:
    """What stands in the address, without what nobody offers."""

    def one_of(name: str, offered: Sequence[str]) -> str:
        return args[name] if args.get(name) in offered else ""

    return Filters(
        one_of("course", [course.public_id for course in courses]), one_of("channel", channels), one_of("kind", kinds),
        read_day(args.get("since", "")), read_day(args.get("until", "")),
    )  # fmt: skip


def narrowed(found: "sa.Select[Any]", filters: Filters) -> "sa.Select[Any]":
    """Events of the book, without those that the filters leave out."""
    if filters.kind:
        found = found.where(MoneyEvent.kind == filters.kind)
    if filters.channel:
        found = found.where(MoneyEvent.channel == filters.channel)
    if filters.course:
        found = found.where(MoneyEvent.course_id.in_(sa.select(Course.id).where(Course.public_id == filters.course)))
    if filters.since:
        found = found.where(MoneyEvent.occurred_at >= begin_of(filters.since))
    if filters.until:
        found = found.where(MoneyEvent.occurred_at < begin_of(filters.until + timedelta(days=1)))
    return found


def sums(found: "sa.Select[Any]") -> list[Any]:
    """(currency, events, amount_minor) of what is found, by currency; `found` as from `queries.events_for_party`."""
    rows = found.with_only_columns(MoneyEvent.currency, list(found.selected_columns)[-1].label("minor")).order_by(None).subquery()
    of_each = sa.select(rows.c.currency, sa.func.count().label("events"), sa.func.sum(rows.c.minor).label("amount_minor"))
    return list(db.session.execute(of_each.group_by(rows.c.currency).order_by(rows.c.currency)))
