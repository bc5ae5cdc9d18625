"""The days off that staff keep, and clocks that count working days with them."""

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from coursehub.db import db
from coursehub.talent import working_days
from coursehub.talent.models import DayOff


def days_off(since: date | None = None) -> set[date]:
    """Every day off, or those from a day on."""
    found = sa.select(DayOff.on)
    return set(db.session.execute(found if since is None else found.where(DayOff.on >= since)).scalars())


def days_off_listed(since: date) -> list[DayOff]:
    """The days off from a day on, the next one first."""
    return list(db.session.execute(sa.select(DayOff).where(DayOff.on >= since).order_by(DayOff.on)).scalars())


def due_after(at: datetime, days: int) -> datetime:
    """The end of the `days`-th working day after a moment."""
    return working_days.end_of_working_day(at, days, days_off(working_days.local_day(at) - timedelta(days=1)))


def days_taken(before: datetime, after: datetime) -> int:
    """How many working days an answer took."""
    return working_days.working_days_between(before, after, days_off(working_days.local_day(before)))
