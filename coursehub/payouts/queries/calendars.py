"""The calendar of payouts in force."""

from datetime import datetime

import sqlalchemy as sa

from coursehub.contracts import queries as contracts
from coursehub.db import db
from coursehub.payouts.models import PayoutCalendar
from coursehub.payouts.paydays import Calendar


def calendar() -> Calendar:
    """What finance decided last, or what the platform begins with."""
    row = calendar_row()
    return Calendar() if row is None else Calendar(row.day, minimum_minor=dict(row.minimum_minor))


def promised(at: datetime) -> dict[tuple[int, str], Calendar]:
    """The rule for partners whose terms promise more than the house's, by organisation and currency."""
    rule = calendar()
    return {key: rule.with_promises(paydays, key[1]) for key, paydays in contracts.paydays_promised(at).items()}


def calendar_row() -> PayoutCalendar | None:
    """The decision behind it, with who and when; None before the first."""
    return db.session.execute(sa.select(PayoutCalendar).order_by(PayoutCalendar.id.desc()).limit(1)).scalar_one_or_none()
