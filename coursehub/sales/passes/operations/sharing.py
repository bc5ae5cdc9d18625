"""A month of a pool: its facts are drawn up, partners may contest them, then it is shared, once."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.catalog.models import Course
from coursehub.contracts.operations.contests import ANSWER_TIME, LAST_DAYS
from coursehub.contracts.operations.pooling import SharedMonth, share_pool
from coursehub.contracts.pools import Divided
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger.operations import Booked
from coursehub.people.actor import Actor
from coursehub.sales.models import CoursePass, PeriodUse, PoolMonth, UseContest
from coursehub.sales.passes import policies, queries
from coursehub.sales.passes.months import bounds, month_before

DRAWN_UP_AFTER = timedelta(days=1)
"""So long after the end of a month its last minutes and payments are expected to have arrived."""
TIME_TO_CONTEST = timedelta(days=3)


class MonthNotOver(Refusal):
    """This month is not over yet."""


class StillContestable(Refusal):
    """Partners may still contest the minutes of this month. It can be shared three days after they were drawn up."""


class ContestOpen(Refusal):
    """Somebody contests minutes of this month. Answer first, then share it."""


class AlreadyContested(Refusal):
    """These minutes are contested already."""


class MonthShared(Refusal):
    """This month has been shared; its minutes are fixed."""


class ContestAnswered(Refusal):
    """This has been answered already."""


def draw_up_months(*, at: datetime) -> int:
    """Draw up the last month that is over for every pass that had periods in it; how many months that made."""
    month, made = month_before(at - DRAWN_UP_AFTER), 0
    for pass_ in queries.every_pass():
        if queries.periods_to_draw_up(pass_.id, month):
            made += draw_up(pass_, month, at=at) is not None
    return made


def draw_up(pass_: CoursePass, month: str, *, at: datetime) -> PoolMonth | None:
    """Fix the facts of a month under one hash; None if they were fixed before. Raises MonthNotOver.

    A period that becomes known only later belongs to the next month that is drawn up.
    """
    _begins, ends = bounds(month)
    if at < ends:
        raise MonthNotOver
    with transaction():
        lock(pass_)
        found = sa.select(PoolMonth.id).where(PoolMonth.pass_id == pass_.id, PoolMonth.month == month)
        if db.session.execute(found).first() is not None:
            return None
        periods = queries.periods_to_draw_up(pass_.id, month)
        uses = queries.used_in(periods)
        made = PoolMonth(
            pass_id=pass_.id, month=month, facts_hash=queries.facts_hash(pass_, month, periods, uses), drawn_up_at=at
        )
        db.session.add(made)
        db.session.flush()
        for period in periods:
            period.pool_month_id = made.id
        for use in uses:
            db.session.add(
                PeriodUse(pool_month_id=made.id, period_id=use.period.id, course_id=use.course_id, minutes=use.minutes)
            )
        db.session.flush()
        events.record("sales.pool_drawn_up", at=at, month_id=made.id)
    return made


def contest_use(use: PeriodUse, *, reason: str, by: Actor, at: datetime) -> UseContest:
    """A partner says that minutes in its own course are not so. Raises MonthShared, AlreadyContested."""
    course = db.session.get_one(Course, use.course_id)
    require(policies.may_contest(by, course.organisation_id))
    with transaction():
        month = db.session.get_one(PoolMonth, use.pool_month_id)
        lock(month)
        if month.shared_at is not None:
            raise MonthShared
        if any(one.use_id == use.id and one.answered_at is None for one in queries.contests_in(month.id)):
            raise AlreadyContested
        made = UseContest(
            use_id=use.id, organisation_id=course.organisation_id, reason=reason.strip(), contested_at=at,
            contested_by_id=by.person_id,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        events.record("sales.use_contested", at=at, contest_id=made.id, by_id=by.person_id)
    return made


def answer_contest(contest: UseContest, *, answer: str, minutes: int | None, by: Actor, at: datetime) -> None:
    """The house answers; minutes: what counts instead, None if what was measured stands. Raises ContestAnswered, MonthShared."""
    require(policies.may_share_pools(by))
    with transaction():
        use = db.session.get_one(PeriodUse, contest.use_id)
        month = db.session.get_one(PoolMonth, use.pool_month_id)
        lock(month)
        lock(contest)
        if contest.answered_at is not None:
            raise ContestAnswered
        if month.shared_at is not None:
            raise MonthShared
        contest.answer, contest.minutes, contest.answered_at, contest.answered_by_id = answer.strip(), minutes, at, by.person_id
        events.record("sales.contest_answered", at=at, contest_id=contest.id, by_id=by.person_id)


def remind_of_contests(*, at: datetime) -> int:
    """Bring contests of minutes to mind whose time to be answered is nearly over; how many. The letters go out once.

    They have as long as contests of facts and of sales; the month waits in any case.
    """
    begun = at - ANSWER_TIME
    due = sa.select(UseContest.id).where(
        UseContest.answered_at.is_(None), UseContest.contested_at > begun, UseContest.contested_at <= begun + LAST_DAYS
    )
    with transaction():
        found = db.session.execute(due.order_by(UseContest.id)).scalars().all()
        for contest_id in found:
            events.record("sales.use_contest_ends_soon", at=at, contest_id=contest_id)
    return len(found)


def share_month(month: PoolMonth, *, by: Actor, at: datetime) -> PoolMonth:
    """Share a month out by the rule of its pass: each course's part runs that course's terms, all in one journal, once.

    Raises StillContestable, ContestOpen.
    """
    require(policies.may_share_pools(by))
    pass_ = db.session.get_one(CoursePass, month.pass_id)
    with transaction():
        lock(pass_)  # no refund of a period is booked at the same time
        lock(month)
        if month.shared_at is not None:
            return month
        if at < month.drawn_up_at + TIME_TO_CONTEST:
            raise StillContestable
        if any(one.answered_at is None for one in queries.contests_in(month.id)):
            raise ContestOpen
        sharing = queries.sharing_of(pass_, month)
        divided = sharing.divided(pass_)
        pooled = {each.id: each.amount_minor for each in sharing.periods}
        for row in queries.periods_in(month.id):
            row.pooled_minor = pooled[row.public_id]
        month.funded_minor = month.distributed_minor = 0
        month.shared_at, month.shared_by_id = at, by.person_id
        events.record("sales.pool_shared", at=at, month_id=month.id, by_id=by.person_id)
        ends = bounds(month.month)[1] - timedelta(seconds=1)
        booked = share_out_of(month, pass_, sharing, divided, effect_key=month.effect_key(pass_), occurred_at=ends, at=at)
        month.journal_id = booked.id if booked else None
    return month


def share_out_of(
    month: PoolMonth, pass_: CoursePass, sharing: queries.Sharing, divided: Divided, *, effect_key: str, occurred_at: datetime,
    at: datetime,
) -> Booked | None:  # fmt: skip
    """Book what a month gives to its courses, and add it to what is on file of the month and of its periods. Joins."""
    _keep_shares(month, {sharing.ids[period]: shares for period, shares in divided.by_period.items()})
    month.funded_minor = (month.funded_minor or 0) + divided.funded_minor
    month.distributed_minor = (month.distributed_minor or 0) + divided.distributed_minor
    db.session.flush()
    return share_pool(
        SharedMonth(
            effect_key=effect_key, occurred_at=occurred_at, pass_id=pass_.public_id, currency=pass_.currency,
            funded_minor=divided.funded_minor,
            by_course={int(course): amount for course, amount in divided.by_course.items() if amount},
            terms={course: terms.terms_hash for course, terms in sharing.terms.items()}, document=month.facts_hash,
            facts={"pass": pass_.public_id, "month": month.month, "rule": pass_.rule, "facts_hash": month.facts_hash},
        ),
        at=at,
    )  # fmt: skip


def _keep_shares(month: PoolMonth, by_period: dict[int, Mapping[str, int]]) -> None:
    """What each period gave to each course; where money went by everybody's minutes, a fact without minutes stands for it."""
    known = {(use.period_id, use.course_id): use for use in queries.uses_in(month.id)}
    for period_id, shares in by_period.items():
        for course, amount in shares.items():
            if not amount:
                continue
            use = known.get((period_id, int(course)))
            if use is None:
                use = PeriodUse(pool_month_id=month.id, period_id=period_id, course_id=int(course), minutes=0)
                db.session.add(use)
            use.share_minor = (use.share_minor or 0) + amount
