"""The shared months of pools, told to the room of contracts, which works out what other rules would have given."""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.contracts.clauses import Pool
from coursehub.contracts.models import Terms, TermsCourse
from coursehub.contracts.pool_past import PooledMonth, tells
from coursehub.db import db
from coursehub.sales.models import CoursePass, PassCourse, PassPeriod, PoolMonth
from coursehub.sales.passes.months import bounds
from coursehub.sales.passes.queries.pools import periods_in, sharing_of
from coursehub.sales.passes.queries.returns import pooled_now


@tells
def months_shared(contract_id: int, since: datetime, pools: Collection[Pool], most: int) -> list[PooledMonth]:
    """Months of pools in which courses of a contract took part under its terms; those that all these rules share alike are left.

    What went back of a period before its month was shared was never in it; what went back since is told beside it.
    most: months with more periods than that, with those after them, are named and not told.
    """
    covered = sa.select(TermsCourse.course_id).join(Terms, Terms.id == TermsCourse.terms_id)
    joined = sa.select(PassCourse.pass_id).where(PassCourse.course_id.in_(covered.where(Terms.contract_id == contract_id)))
    periods = sa.select(sa.func.count()).where(PassPeriod.pool_month_id == PoolMonth.id).scalar_subquery()
    shared = (
        sa.select(PoolMonth, CoursePass, periods)
        .join(CoursePass, CoursePass.id == PoolMonth.pass_id)
        .where(PoolMonth.shared_at.is_not(None), CoursePass.id.in_(joined))
        .order_by(PoolMonth.month.desc(), PoolMonth.id)
    )
    found, left = list[PooledMonth](), most
    for month, pass_, count in db.session.execute(shared):
        ends = bounds(month.month)[1] - timedelta(seconds=1)
        if ends < since or all(pool == pass_.pool for pool in pools):
            continue
        left -= count
        told = _told(pass_, month, contract_id, ends) if left >= 0 else _named(pass_, month, ends)
        if told.own or not told.is_told:
            found.append(told)
    return found


def _named(pass_: CoursePass, month: PoolMonth, occurred_at: datetime) -> PooledMonth:
    return PooledMonth(pass_.public_id, month.month, pass_.currency, occurred_at, pass_.pool, (), {}, (), (), is_told=False)


def _told(pass_: CoursePass, month: PoolMonth, contract_id: int, occurred_at: datetime) -> PooledMonth:
    sharing, rows = sharing_of(pass_, month), periods_in(month.id)
    left = pooled_now(pass_, rows)
    gone = {row.public_id: max(0, (row.pooled_minor or 0) - left[row.id]) for row in rows}
    return PooledMonth(
        pass_id=pass_.public_id, month=month.month, currency=pass_.currency, occurred_at=occurred_at, rule=pass_.pool,
        periods=sharing.periods, gone={period: minor for period, minor in gone.items() if minor}, courses=sharing.courses,
        own=[str(course) for course, terms in sharing.terms.items() if terms.contract_id == contract_id],
    )  # fmt: skip
