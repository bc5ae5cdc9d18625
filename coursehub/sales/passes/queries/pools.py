"""The months of pools: what was used, what there is to share, what courses got."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Select, select

from coursehub.contracts.models import Terms
from coursehub.contracts.pools import Divided, Period, divide
from coursehub.contracts.terms import canonical
from coursehub.db import db, in_parts
from coursehub.learning.models import Enrolment
from coursehub.learning.queries.activity import active_days
from coursehub.sales.models import (
    CoursePass,
    PassCourse,
    PassEnrolment,
    PassPeriod,
    PassSubscription,
    PeriodUse,
    PoolMonth,
    UseContest,
)
from coursehub.sales.passes.months import bounds, days_of
from coursehub.sales.passes.queries.held import answering_terms, every_pass
from coursehub.sales.passes.queries.returns import pooled_now


@dataclass(frozen=True)
class Used:
    """A fact of a month: for how many minutes somebody was active in a course during a period."""

    period: PassPeriod
    course_id: int
    minutes: int


def periods_to_draw_up(pass_id: int, month: str) -> Sequence[PassPeriod]:
    """Periods that ended with or before a month and belong to no month yet, oldest first."""
    _begins, ends = bounds(month)
    found = (
        select(PassPeriod)
        .join(PassSubscription, PassSubscription.id == PassPeriod.subscription_id)
        .where(PassSubscription.pass_id == pass_id, PassPeriod.pool_month_id.is_(None), PassPeriod.ends_at <= ends)
    )
    return db.session.execute(found.order_by(PassPeriod.id)).scalars().all()


def used_in(periods: Sequence[PassPeriod]) -> list[Used]:
    """For how long learners were active in each course during these periods, in whole minutes; nothing below one."""
    if not periods:
        return []
    by_subscription: dict[int, list[PassPeriod]] = {}
    for period in periods:
        by_subscription.setdefault(period.subscription_id, []).append(period)
    days = [days_of(period.starts_at, period.ends_at) for period in periods]
    found: dict[int, tuple[int, int]] = {}
    for few in in_parts(list(by_subscription)):
        opened = (
            select(PassEnrolment.subscription_id, Enrolment.id, Enrolment.course_id)
            .join(Enrolment, Enrolment.id == PassEnrolment.enrolment_id)
            .where(PassEnrolment.subscription_id.in_(few))
        )
        found |= {enrolment: (subscription, course) for subscription, enrolment, course in db.session.execute(opened)}
    seconds: dict[tuple[int, int], int] = {}
    named = {period.id: period for period in periods}
    for enrolment, day, active in active_days(found, since=min(d[0] for d in days), before=max(d[1] for d in days)):
        subscription, course = found[enrolment]
        for period in by_subscription[subscription]:
            first, last = days_of(period.starts_at, period.ends_at)
            if first <= day < last:
                seconds[period.id, course] = seconds.get((period.id, course), 0) + active
    return [Used(named[period], course, total // 60) for (period, course), total in sorted(seconds.items()) if total >= 60]


def facts_hash(pass_: CoursePass, month: str, periods: Sequence[PassPeriod], uses: Sequence[Used]) -> str:
    """SHA-256 over the rule and the facts of a month; people stand in it by the numbers of their periods alone."""
    rule = pass_.pool
    document = {
        "pass": pass_.public_id, "month": month,
        "rule": {"rule": rule.rule, "floor_minutes": rule.floor_minutes, "unused": rule.unused},
        "periods": sorted(period.public_id for period in periods),
        "uses": sorted([use.period.public_id, str(use.course_id), use.minutes] for use in uses),
    }  # fmt: skip
    return hashlib.sha256(canonical(document)).hexdigest()


def months_of(pass_id: int) -> Sequence[PoolMonth]:
    """The months of a pool, the latest first."""
    found = select(PoolMonth).where(PoolMonth.pass_id == pass_id).order_by(PoolMonth.month.desc())
    return db.session.execute(found).scalars().all()


def periods_in(month_id: int) -> Sequence[PassPeriod]:
    """The periods of a month of a pool."""
    return db.session.execute(listed_periods(month_id)).scalars().all()


def listed_periods(month_id: int) -> Select[PassPeriod]:
    """The same, to be read in parts."""
    return select(PassPeriod).where(PassPeriod.pool_month_id == month_id).order_by(PassPeriod.id)


def uses_of_courses(month_id: int, course_ids: Iterable[int]) -> Select[PeriodUse]:
    """The facts of a month about some courses, by period and course, to be read in parts."""
    found = select(PeriodUse).where(PeriodUse.pool_month_id == month_id, PeriodUse.course_id.in_(list(course_ids)))
    return found.order_by(PeriodUse.period_id, PeriodUse.course_id)


def uses_in(month_id: int) -> Sequence[PeriodUse]:
    """The facts of a month, by period and course."""
    found = select(PeriodUse).where(PeriodUse.pool_month_id == month_id).order_by(PeriodUse.period_id, PeriodUse.course_id)
    return db.session.execute(found).scalars().all()


def uses_of_periods(period_ids: Sequence[int]) -> Sequence[PeriodUse]:
    """The facts about these periods, by period and course."""
    found = select(PeriodUse).where(PeriodUse.period_id.in_(period_ids)).order_by(PeriodUse.period_id, PeriodUse.course_id)
    return db.session.execute(found).scalars().all()


def contests_in(month_id: int) -> Sequence[UseContest]:
    """What partners said against facts of a month, oldest first."""
    found = select(UseContest).join(PeriodUse, PeriodUse.id == UseContest.use_id).where(PeriodUse.pool_month_id == month_id)
    return db.session.execute(found.order_by(UseContest.id)).scalars().all()


def contests_to_answer() -> "sa.Select[*tuple[UseContest, PoolMonth]]":
    """What partners said against minutes and the house has not answered, with its month; the oldest first."""
    return (
        select(UseContest, PoolMonth)
        .join(PeriodUse, PeriodUse.id == UseContest.use_id)
        .join(PoolMonth, PoolMonth.id == PeriodUse.pool_month_id)
        .where(UseContest.answered_at.is_(None))
        .order_by(UseContest.contested_at, UseContest.id)
    )


def counting_minutes(month_id: int) -> dict[tuple[int, int], int]:
    """(period, course) -> the minutes that count: what was measured, or what the house agreed to after a contest."""
    found = select(PeriodUse.id, PeriodUse.period_id, PeriodUse.course_id, PeriodUse.minutes)
    counting, places = dict[tuple[int, int], int](), dict[int, tuple[int, int]]()
    for use_id, period, course, minutes in db.session.execute(found.where(PeriodUse.pool_month_id == month_id)):
        places[use_id] = (period, course)
        counting[period, course] = minutes
    for contest in contests_in(month_id):
        if contest.minutes is not None:
            counting[places[contest.use_id]] = contest.minutes
    return counting


@dataclass(frozen=True)
class Sharing:
    """A month of a pool as it stands: the periods with their money, the courses that take part, and the terms that answer."""

    periods: Sequence[Period]
    terms: Mapping[int, Terms]
    ids: Mapping[str, int]

    @property
    def courses(self) -> list[str]:
        """The courses among which the money is divided, as the arithmetic names them."""
        return [str(course) for course in self.terms]

    def divided(self, pass_: CoursePass) -> Divided:
        """What the rule of the pass makes of it."""
        return divide(pass_.pool, self.periods, self.courses)


def sharing_of(pass_: CoursePass, month: PoolMonth) -> Sharing:
    """What there is to share in a month; what was refunded and what banks took so far is not in it."""
    rows = periods_in(month.id)
    left, counting = pooled_now(pass_, rows), counting_minutes(month.id)
    terms = answering_terms(pass_, month.month)
    over = {course: each.ended_at for course, each in terms.items() if each.ended_at is not None}
    begun, begins = {row.id: row.starts_at for row in rows}, bounds(month.month)[0]
    minutes: dict[int, dict[str, int]] = {}
    for (period, course), active in counting.items():
        if course not in over or over[course] > begins or begun[period] < over[course]:
            minutes.setdefault(period, {})[str(course)] = active
    periods = [
        Period(
            row.public_id,
            row.pooled_minor if row.pooled_minor is not None else left[row.id],
            minutes.get(row.id, {}),
        )
        for row in rows
    ]
    return Sharing(periods, terms, {row.public_id: row.id for row in rows})


def unshared_pools(month: str) -> list[tuple[CoursePass, str]]:
    """Months of pools up to this one that are not shared: drawn up already, or with periods that wait for it."""
    waiting = select(PoolMonth.pass_id, PoolMonth.month).where(PoolMonth.shared_at.is_(None), PoolMonth.month <= month)
    drawn_up = {(pass_id, each) for pass_id, each in db.session.execute(waiting)}
    passes = {one.id: one for one in every_pass()}
    left = {(one.id, month) for one in passes.values() if periods_to_draw_up(one.id, month)}
    return [(passes[pass_id], each) for pass_id, each in sorted(drawn_up | left)]


def passes_of_courses(course_ids: Sequence[int]) -> list[tuple[CoursePass, int]]:
    """(pass, course) of courses that are in passes now."""
    found = (
        select(CoursePass, PassCourse.course_id)
        .join(PassCourse, PassCourse.pass_id == CoursePass.id)
        .where(PassCourse.course_id.in_(course_ids), PassCourse.left_at.is_(None))
        .order_by(CoursePass.id, PassCourse.id)
    )
    return [(pass_, course) for pass_, course in db.session.execute(found)]


@dataclass(frozen=True)
class CourseMonth:
    """A course in a month of a pool. periods: how many used it; share_minor: what it got, None while it is not shared."""

    month: PoolMonth
    pass_: CoursePass
    course_id: int
    periods: int
    minutes: int
    share_minor: int | None


def months_of_courses(course_ids: Sequence[int]) -> list[CourseMonth]:
    """These courses in every month of every pool in which somebody was active in them, the latest first."""
    found = (
        select(
            PoolMonth, CoursePass, PeriodUse.course_id, sa.func.count(PeriodUse.id), sa.func.sum(PeriodUse.minutes),
            sa.func.sum(PeriodUse.share_minor),
        )
        .join(CoursePass, CoursePass.id == PoolMonth.pass_id)
        .join(PeriodUse, PeriodUse.pool_month_id == PoolMonth.id)
        .where(PeriodUse.course_id.in_(course_ids))
        .group_by(PoolMonth.id, CoursePass.id, PeriodUse.course_id)
        .order_by(PoolMonth.month.desc(), CoursePass.id, PeriodUse.course_id)
    )  # fmt: skip
    return [
        CourseMonth(month, pass_, course, int(periods), int(minutes), None if month.shared_at is None else int(share or 0))
        for month, pass_, course, periods, minutes, share in db.session.execute(found)
    ]
