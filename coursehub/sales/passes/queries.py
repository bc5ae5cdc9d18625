"""What is known of passes: on offer, held by somebody, paid, used, shared."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import select

from coursehub.catalog.models import Course
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import Terms
from coursehub.contracts.pools import Divided, Period, divide
from coursehub.contracts.terms import canonical
from coursehub.db import db
from coursehub.learning.models import Enrolment
from coursehub.learning.queries.activity import active_days
from coursehub.sales.instalments import CLOSED_BY
from coursehub.sales.models import (
    BEGINNING,
    GOING,
    CoursePass,
    PassCourse,
    PassEnrolment,
    PassPeriod,
    PassRefund,
    PassSubscription,
    PeriodUse,
    PoolMonth,
    UseContest,
)
from coursehub.sales.passes.months import bounds, days_of
from coursehub.sales.passes.standing import CLOSED_WITH_IT


def on_offer() -> Sequence[CoursePass]:
    """Passes that can be taken, the newest first."""
    return (
        db.session.execute(select(CoursePass).where(CoursePass.closed_at.is_(None)).order_by(CoursePass.id.desc()))
        .scalars()
        .all()
    )


def every_pass() -> Sequence[CoursePass]:
    """All passes, also those that are closed."""
    return db.session.execute(select(CoursePass).order_by(CoursePass.id.desc())).scalars().all()


def pass_by_slug(slug: str) -> CoursePass | None:
    """The pass at this address."""
    return db.session.execute(select(CoursePass).where(CoursePass.slug == slug)).scalar_one_or_none()


def courses_in(pass_id: int, at: datetime) -> Sequence[Course]:
    """The courses of a pass at a moment, those that joined first at the top."""
    found = (
        select(Course)
        .join(PassCourse, PassCourse.course_id == Course.id)
        .where(
            PassCourse.pass_id == pass_id, PassCourse.joined_at <= at,
            sa.or_(PassCourse.left_at.is_(None), PassCourse.left_at > at),
        )
        .order_by(PassCourse.id)
    )  # fmt: skip
    return db.session.execute(found).scalars().all()


def agreed_terms(pass_: CoursePass, course_id: int, at: datetime) -> Terms | None:
    """The terms by which a course takes part in a pass at a moment: in force, for passes, by the very rule of this one."""
    terms = contracts.terms_in_force(course_id, at)
    if terms is None:
        return None
    body = contracts.body_of(terms)
    same = "period" in body.scope.events and body.pool == pass_.pool and body.currency == pass_.currency
    return terms if same else None


def answering_terms(pass_: CoursePass, month: str) -> dict[int, Terms]:
    """By course: the terms that answer for a month of the pool, those that held when it began, or when the course joined.

    A change within the month therefore counts from the next one on.
    """
    begins, ends = bounds(month)
    joined = select(PassCourse.course_id, sa.func.min(PassCourse.joined_at)).where(
        PassCourse.pass_id == pass_.id, PassCourse.joined_at < ends,
        sa.or_(PassCourse.left_at.is_(None), PassCourse.left_at > begins),
    )  # fmt: skip
    found: dict[int, Terms] = {}
    for course_id, since in db.session.execute(joined.group_by(PassCourse.course_id).order_by(PassCourse.course_id)):
        terms = agreed_terms(pass_, course_id, max(since, begins))
        if terms is not None:
            found[course_id] = terms
    return found


def subscriptions_of(person_id: int) -> Sequence[PassSubscription]:
    """Somebody's passes, the latest first, without those that never began."""
    found = select(PassSubscription).where(PassSubscription.person_id == person_id, PassSubscription.state != "expired")
    return db.session.execute(found.order_by(PassSubscription.id.desc())).scalars().all()


def going(person_id: int, pass_id: int) -> PassSubscription | None:
    """The subscription that somebody has to a pass, or is about to have."""
    found = select(PassSubscription).where(
        PassSubscription.person_id == person_id, PassSubscription.pass_id == pass_id,
        PassSubscription.state.in_((*BEGINNING, *GOING)),
    )  # fmt: skip
    return db.session.execute(found).scalar_one_or_none()


def had_before(person_id: int, pass_id: int) -> bool:
    """Whether somebody had this pass already: a trial is given once."""
    found = select(PassSubscription.id).where(
        PassSubscription.person_id == person_id, PassSubscription.pass_id == pass_id, PassSubscription.began_at.is_not(None)
    )
    return db.session.execute(found.limit(1)).first() is not None


def subscription_of(session_id: str, reference: str) -> PassSubscription | None:
    """The subscription that a pay page of the rail is about."""
    found = select(PassSubscription).where(
        sa.or_(PassSubscription.session_id == session_id, PassSubscription.public_id == reference)
    )
    return db.session.execute(found.limit(1)).scalar_one_or_none()


def subscription_at_rail(rail_id: str) -> PassSubscription | None:
    """The subscription with this id at the rail."""
    return db.session.execute(
        select(PassSubscription).where(PassSubscription.rail_subscription_id == rail_id)
    ).scalar_one_or_none()


def periods_of(subscription_id: int) -> Sequence[PassPeriod]:
    """What was paid for a subscription, the latest first."""
    found = select(PassPeriod).where(PassPeriod.subscription_id == subscription_id)
    return db.session.execute(found.order_by(PassPeriod.starts_at.desc(), PassPeriod.id.desc())).scalars().all()


def enrolments_of(subscription_id: int) -> Sequence[Enrolment]:
    """The enrolments that a subscription opened."""
    found = select(Enrolment).join(PassEnrolment, PassEnrolment.enrolment_id == Enrolment.id)
    return (
        db.session.execute(found.where(PassEnrolment.subscription_id == subscription_id).order_by(Enrolment.id)).scalars().all()
    )


def open_enrolments(person_id: int, course_ids: Sequence[int]) -> dict[int, Enrolment]:
    """By course: what somebody has open of these, by whatever way."""
    found = select(Enrolment).where(
        Enrolment.person_id == person_id, Enrolment.course_id.in_(course_ids), Enrolment.ended_at.is_(None)
    )
    return {each.course_id: each for each in db.session.execute(found).scalars()}


def earlier_enrolment(person_id: int, course_id: int) -> Enrolment | None:
    """Somebody's last enrolment in a course that ended with a pass, or that waits for a part of its price."""
    found = select(Enrolment).where(
        Enrolment.person_id == person_id, Enrolment.course_id == course_id,
        Enrolment.ended_reason.in_((CLOSED_WITH_IT, CLOSED_BY)),
    )  # fmt: skip
    return db.session.execute(found.order_by(Enrolment.id.desc()).limit(1)).scalar_one_or_none()


def refunds_of(period_id: int) -> Sequence[PassRefund]:
    """Money of a period that went or goes back, oldest first."""
    found = select(PassRefund).where(PassRefund.period_id == period_id).order_by(PassRefund.id)
    return db.session.execute(found).scalars().all()


def refund_by_reference(reference: str) -> PassRefund | None:
    """The refund whose reference the rail keeps."""
    public_id = reference.rpartition("-")[0]
    return db.session.execute(select(PassRefund).where(PassRefund.public_id == public_id)).scalar_one_or_none()


def refunded_minor(period_ids: Sequence[int]) -> dict[int, int]:
    """By period: what was given back and is in the books."""
    found = (
        select(PassRefund.period_id, sa.func.sum(PassRefund.amount_minor))
        .where(PassRefund.period_id.in_(period_ids), PassRefund.booked_at.is_not(None))
        .group_by(PassRefund.period_id)
    )
    return {period: int(amount) for period, amount in db.session.execute(found)}


def refundable_minor(period: PassPeriod) -> int:
    """What of a period can still be given back."""
    return period.amount_minor - sum(one.amount_minor for one in refunds_of(period.id) if one.booked_at or one.state == "wanted")


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
    opened = (
        select(PassEnrolment.subscription_id, Enrolment.id, Enrolment.course_id)
        .join(Enrolment, Enrolment.id == PassEnrolment.enrolment_id)
        .where(PassEnrolment.subscription_id.in_(by_subscription))
    )
    days = [days_of(period.starts_at, period.ends_at) for period in periods]
    found = {enrolment: (subscription, course) for subscription, enrolment, course in db.session.execute(opened)}
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
    found = select(PassPeriod).where(PassPeriod.pool_month_id == month_id).order_by(PassPeriod.id)
    return db.session.execute(found).scalars().all()


def uses_in(month_id: int) -> Sequence[PeriodUse]:
    """The facts of a month, by period and course."""
    found = select(PeriodUse).where(PeriodUse.pool_month_id == month_id).order_by(PeriodUse.period_id, PeriodUse.course_id)
    return db.session.execute(found).scalars().all()


def contests_in(month_id: int) -> Sequence[UseContest]:
    """What partners said against facts of a month, oldest first."""
    found = select(UseContest).join(PeriodUse, PeriodUse.id == UseContest.use_id).where(PeriodUse.pool_month_id == month_id)
    return db.session.execute(found.order_by(UseContest.id)).scalars().all()


def counting_minutes(month_id: int) -> dict[tuple[int, int], int]:
    """(period, course) -> the minutes that count: what was measured, or what the house agreed to after a contest."""
    counting = {(use.period_id, use.course_id): use.minutes for use in uses_in(month_id)}
    places = {use.id: (use.period_id, use.course_id) for use in uses_in(month_id)}
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
    """What there is to share in a month, refunds so far taken off."""
    rows = periods_in(month.id)
    back, counting = refunded_minor([row.id for row in rows]), counting_minutes(month.id)
    minutes: dict[int, dict[str, int]] = {}
    for (period, course), active in counting.items():
        minutes.setdefault(period, {})[str(course)] = active
    periods = [
        Period(
            row.public_id,
            row.pooled_minor if row.pooled_minor is not None else row.paid(pass_.public_id).left_in_pool(back.get(row.id, 0)),
            minutes.get(row.id, {}),
        )
        for row in rows
    ]
    return Sharing(periods, answering_terms(pass_, month.month), {row.public_id: row.id for row in rows})


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
