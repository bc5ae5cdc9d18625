"""What a run left of passes: who has which and until when, what was paid, shared and given back.

Moments are told as days since the pass was placed.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.sales.models import CoursePass, PassPeriod, PassRefund, PassSubscription, PaymentDispute, PeriodUse, PoolMonth


def of_passes() -> dict[str, dict[str, int]]:
    """Passes and their months, periods with their minutes, refunds and disputes."""
    mine, paid, back, taken = PassSubscription, PassPeriod, PassRefund, PaymentDispute
    whose = sa.select(mine.placed_at, mine.person_id, CoursePass.slug).join(CoursePass, CoursePass.id == mine.pass_id)
    periods = whose.join(paid, paid.subscription_id == mine.id)
    rows = {
        "passes": whose.add_columns(
            mine.state, mine.began_at, mine.covered_until, mine.stops_at_end, mine.late_since, mine.ended_at, mine.trouble
        ),
        "periods": periods.outerjoin(PoolMonth, PoolMonth.id == paid.pool_month_id).add_columns(
            paid.starts_at, paid.ends_at, paid.amount_minor, paid.fee_minor, PoolMonth.month, paid.pooled_minor
        ),
        "minutes of periods": periods.join(PeriodUse, PeriodUse.period_id == paid.id).add_columns(
            PeriodUse.course_id, PeriodUse.minutes, PeriodUse.share_minor
        ),
        "refunds of periods": periods.join(back, back.period_id == paid.id).add_columns(
            back.state, back.amount_minor, back.booked_at.is_not(None)
        ),
        "disputes of periods": periods.join(taken, taken.period_id == paid.id).add_columns(
            taken.state, taken.amount_minor, taken.shared_minor, taken.fee_minor, taken.withdrawn_at, taken.reinstated_at
        ),
        "pools": sa.select(sa.null(), CoursePass.slug, PoolMonth.month, PoolMonth.funded_minor, PoolMonth.distributed_minor)
        .join(CoursePass, CoursePass.id == PoolMonth.pass_id),
    }  # fmt: skip
    return {name: _counted(each) for name, each in rows.items()}


def _counted(rows: sa.Select[Any]) -> dict[str, int]:
    found = Counter(" | ".join(_told(each, placed) for each in row) for placed, *row in db.session.execute(rows))
    return dict(sorted(found.items()))


def _told(value: Any, placed: Any) -> str:
    return f"day {round((value - placed) / timedelta(days=1))}" if isinstance(value, datetime) else str(value)
