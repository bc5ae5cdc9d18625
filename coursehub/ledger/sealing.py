"""Which journal belongs to which day. Pure: no database, no clock.

A day's journals are consecutive numbers: those after the last of the day before, up to the last
that was recorded before the day was over. So the days divide the chain without gap or overlap,
even if two moments stand in another order than their numbers. Days are those of the platform's zone.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple

from coursehub.web.locale import SHOWN_ZONE

DAY = timedelta(days=1)


class Written(NamedTuple):
    """A journal as sealing needs it."""

    id: int
    recorded_at: datetime
    hash: str


def day_of(moment: datetime) -> date:
    """The day of a moment in the platform's zone."""
    return moment.astimezone(SHOWN_ZONE).date()


def begin_of(day: date) -> datetime:
    """The moment at which a day begins there, in UTC."""
    return datetime.combine(day, time.min, SHOWN_ZONE).astimezone(UTC)


def days_of(written: Sequence[Written], *, since: date, until: date) -> Iterator[tuple[date, list[Written]]]:
    """Every day from `since` up to but without `until` with its journals, also those that have none.

    written: the journals that no day has yet, by number. What was recorded before `since` (it came late, when its
    day was sealed) belongs to `since`.
    """
    days: list[date] = []
    latest = date.max
    for journal in reversed(written):
        latest = min(latest, day_of(journal.recorded_at))
        days.append(max(latest, since))
    days.reverse()
    by_day = {
        day: [journal for _day, journal in those]
        for day, those in groupby(zip(days, written, strict=True), key=lambda pair: pair[0])
    }
    day = since
    while day < until:
        yield day, by_day.get(day, [])
        day += DAY
