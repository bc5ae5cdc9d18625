"""A pass with those who took it: learning, renewing, stopping, a card that fails, a bank that takes a month back;
one month of its pool shared, one running."""

from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from coursehub.catalog.models import Course
from coursehub.contracts.clauses import Pool
from coursehub.contracts.starting_points import in_passes
from coursehub.db import db
from coursehub.demo.agenda import Agenda, SideStory
from coursehub.demo.players import Players
from coursehub.learning.operations import note_active
from coursehub.people.models import Person
from coursehub.people.operations.buyer_details import DetailsDraft
from coursehub.sales.models import CoursePass, PassSubscription, PeriodUse, PoolMonth
from coursehub.sales.operations import follow_dispute
from coursehub.sales.passes import operations, queries
from coursehub.sales.passes.operations import PassDraft, papers

DAYS = timedelta(days=1)
SUBSCRIBERS = ((2, 75), (3, 74), (6, 73), (11, 72), (12, 71), (13, 70), (1, 40), (0, 3))
"""Number in the list of learners, and how many days ago they took the pass; the last is still on trial."""
STOPS, FAILS, DISPUTES, FILES = 12, 2, 11, 1


def rule() -> Pool:
    """The rule that the starting point for passes names, which every contract of the story takes over."""
    said = in_passes([{"id": "h"}], [], currency="CNY")["pool"]
    return Pool(said["rule"], said["floor_minutes"], said["unused"])


def put_on_the_agenda(agenda: Agenda, people: Players, courses: dict[str, Course]) -> None:
    """Let the pass be offered, taken, learned with and shared."""
    side = SideStory(agenda, seed=77)
    side.add(side.ago(days=80), partial(_open, people, courses))
    side.add(side.ago(days=55), partial(_join_later, people))
    for number, days_ago in SUBSCRIBERS:
        side.add(side.ago(days=days_ago, hours=2), partial(_take, side, people, number))
        for day in range(2, days_ago, 9):
            side.add(side.ago(days=days_ago - day, hours=4), partial(_learn, side, people, number))
    for day in range(2, 70, 3):
        side.add(side.ago(days=day, hours=1), partial(_renew, side, people))
    side.add(side.ago(days=20), partial(_stop, side, people))
    for day in range(60):
        side.add(side.ago(days=day, hours=6), partial(_look_after_months, people))
    side.add(side.ago(hours=22), partial(_refund, people))
    side.add(side.ago(days=2), partial(_dispute, side, people))
    side.add(side.ago(days=4), partial(_papers, people))


def _the_pass() -> CoursePass:
    return db.session.execute(sa.select(CoursePass)).scalar_one()


def _open(people: Players, courses: dict[str, Course], at: datetime) -> None:
    made = operations.open_pass(
        PassDraft(
            slug="data-and-code", name="数据与编程畅学卡", name_en="Data and code pass",
            about="一张卡学遍编程、测试和数据课程，学到哪里，付的钱就到哪里。", price_minor=9_900, currency="CNY", tax_bps=600, pool=rule(),
            about_en="One pass for the courses on programming, tests and data. What you pay follows what you learn.",
        ),
        by=people.acting("stan"), at=at,
    )  # fmt: skip
    for course in courses.values():
        operations.add_course(made, db.session.merge(course), by=people.acting("stan"), at=at)


def _join_later(people: Players, at: datetime) -> None:
    """A course that came after the pass joins it."""
    found = sa.select(Course).where(Course.slug == "reading-data-honestly")
    operations.add_course(_the_pass(), db.session.execute(found).scalar_one(), by=people.acting("stan"), at=at)


def _of(people: Players, number: int) -> PassSubscription | None:
    return queries.going(people.learners[number].id, _the_pass().id)


def _take(side: SideStory, people: Players, number: int, at: datetime) -> None:
    person = db.session.get_one(Person, people.learners[number].id)
    mine = operations.subscribe(_the_pass(), by=people.learner(person), at=at)
    if mine.session_id is not None:
        side.rail.agree(mine.session_id)
        operations.settle(mine, at=at)


def _learn(side: SideStory, people: Players, number: int, at: datetime) -> datetime:
    """An hour or two with one of the courses that only the pass opens."""
    mine = _of(people, number)
    by = people.learner(db.session.get_one(Person, people.learners[number].id))
    if mine is None or not operations.is_open(mine, _the_pass(), at):
        return at
    for course in side.dice.sample(list(queries.courses_in(mine.pass_id, at)), k=2):
        enrolment = operations.open_course(mine, course, by=by, at=at)
        if enrolment.source == "pass":
            for _sign in range(side.dice.randint(3, 8)):
                note_active(enrolment, by=by, at=at)
                at += timedelta(minutes=side.dice.randint(3, 5))
    return at


def _renew(side: SideStory, people: Players, at: datetime) -> None:
    failing = _of(people, FAILS) if side.ago(days=12) < at else None
    side.rail.renew(declines=(failing.rail_subscription_id or "") if failing else "")
    operations.settle_passes(at=at)


def _stop(_side: SideStory, people: Players, at: datetime) -> None:
    mine = _of(people, STOPS)
    if mine is not None:
        operations.stop(mine, by=people.learner(db.session.get_one(Person, mine.person_id)), at=at)


def _look_after_months(people: Players, at: datetime) -> None:
    """Minutes are fixed the day after a month; a partner asks about one of them; finance shares what may be shared."""
    if operations.draw_up_months(at=at):
        _contest(people, at)
    for month in queries.months_of(_the_pass().id):
        if month.shared_at is None and at >= month.drawn_up_at + operations.TIME_TO_CONTEST:
            operations.share_month(month, by=people.acting("fay"), at=at)


def _contest(people: Players, at: datetime) -> None:
    lumen = people.acting("eve")
    month = queries.months_of(_the_pass().id)[0]
    own = (
        sa.select(PeriodUse)
        .join(Course, Course.id == PeriodUse.course_id)
        .where(PeriodUse.pool_month_id == month.id, Course.organisation_id == lumen.organisation_id)
        .order_by(PeriodUse.minutes)
    )
    use = db.session.execute(own.limit(1)).scalar_one_or_none()
    if use is not None:
        contest = operations.contest_use(use, reason="这一期的直播答疑没有计入，请核对。", by=lumen, at=at)
        operations.answer_contest(
            contest, answer="核对了记录：直播另加 20 分钟。", minutes=use.minutes + 20, by=people.acting("fay"), at=at + DAYS / 4
        )


def _papers(people: Players, at: datetime) -> None:
    """One has invoices, and asks for the fapiao of the last period."""
    mine = _of(people, FILES)
    if mine is not None:
        by, period = people.learner(db.session.get_one(Person, mine.person_id)), queries.periods_of(mine.id)[0]
        details = DetailsDraft("personal", "Theo Maas")
        papers.ask_fapiao_of_period(period, details, kind="normal", by=by, at=at)
        papers.ask_invoices(mine, details, by=by, at=at)


def _refund(people: Players, at: datetime) -> None:
    """Long after its month was shared, half of a period goes back."""
    shared = sa.select(PoolMonth).where(PoolMonth.shared_at.is_not(None)).order_by(PoolMonth.month.desc())
    month = db.session.execute(shared.limit(1)).scalar_one_or_none()
    if month is not None:
        period = queries.periods_in(month.id)[0]
        operations.refund_period(period, amount_minor=period.amount_minor // 2, by=people.acting("fay"), at=at)


def _dispute(side: SideStory, people: Players, at: datetime) -> None:
    """A subscriber's bank takes a month back that was shared long ago, and decides in the days to come."""
    mine = _of(people, DISPUTES)
    shared = [each for each in queries.periods_of(mine.id) if each.pooled_minor] if mine is not None else []
    if shared:
        follow_dispute(side.rail.dispute(shared[-1].rail_payment_id), at=at)
