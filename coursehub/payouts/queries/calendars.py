"""The calendar of payouts in force."""

import sqlalchemy as sa

from coursehub.db import db
from coursehub.payouts.models import PayoutCalendar
from coursehub.payouts.paydays import Calendar


def calendar() -> Calendar:
    """What finance decided last, or what the platform begins with."""
    row = calendar_row()
    return Calendar() if row is None else Calendar(row.day, dict(row.minimum_minor))


def calendar_row() -> PayoutCalendar | None:
    """The decision behind it, with who and when; None before the first."""
    return db.session.execute(sa.select(PayoutCalendar).order_by(PayoutCalendar.id.desc()).limit(1)).scalar_one_or_none()
