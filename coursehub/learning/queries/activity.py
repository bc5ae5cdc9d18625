"""For how long people were active in courses, day by day."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from coursehub.db import db
from coursehub.learning.models import ActiveDay


def active_days(enrolment_ids: Collection[int], *, since: date, before: date) -> list[tuple[int, date, int]]:
    """(enrolment, day, seconds) of these enrolments from a day on and before another."""
    found: list[tuple[int, date, int]] = []
    wanted = sorted(enrolment_ids)
    for start in range(0, len(wanted), 500):
        rows = sa.select(ActiveDay.enrolment_id, ActiveDay.on_day, ActiveDay.seconds).where(
            ActiveDay.enrolment_id.in_(wanted[start : start + 500]), ActiveDay.on_day >= since, ActiveDay.on_day < before
        )
        found += [(enrolment, day, seconds) for enrolment, day, seconds in db.session.execute(rows)]
    return found
