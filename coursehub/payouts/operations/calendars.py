"""Deciding when payouts leave, and from which amount."""

from collections.abc import Mapping
from datetime import datetime

from coursehub.db import db, transaction
from coursehub.errors import require
from coursehub.payouts import policies
from coursehub.payouts.models import PayoutCalendar
from coursehub.people.actor import Actor
from coursehub.people.audit import note


def set_calendar(*, day: int, minimum_minor: Mapping[str, int], by: Actor, at: datetime) -> PayoutCalendar:
    """From now on payouts leave on this day and from these amounts; runs that are prepared stay as they are."""
    require(policies.may_prepare(by))
    with transaction():
        row = PayoutCalendar(day=day, minimum_minor=dict(minimum_minor), since_at=at, set_by_id=by.person_id)
        db.session.add(row)
        db.session.flush()
        note("payout_calendar_set", at=at, by_id=by.person_id, organisation_id=by.organisation_id, calendar=row.id)
    return row
