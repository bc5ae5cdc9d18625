"""Two members who hire: openings, people on the way, an offer that waits, somebody who has started."""

from datetime import date, datetime, timedelta
from functools import partial

import sqlalchemy as sa

from coursehub.billing.models import Document
from coursehub.billing.operations import set_collection_account
from coursehub.catalog.models import Course, Release, ReleaseSkill
from coursehub.contracts.operations.prices import announce_prices
from coursehub.contracts.placement_fee import Band, PriceList
from coursehub.contracts.price_book import PriceBook
from coursehub.db import db
from coursehub.demo.agenda import Agenda
from coursehub.demo.bank import book_two_days
from coursehub.demo.players import Players
from coursehub.people.models import Person
from coursehub.people.operations.buyer_details import DetailsDraft
from coursehub.sales.operations.fapiao import ask_fapiao_of_invoice
from coursehub.talent.models import Application, InterviewSlot, Opening
from coursehub.talent.operations.advancing import advance
from coursehub.talent.operations.applications import apply
from coursehub.talent.operations.interviews import pick_time, propose_interview
from coursehub.talent.operations.introductions import accept_introduction, introduce, see_introduction
from coursehub.talent.operations.offers import Said, accept_offer, approve_offer, draft_offer, extend_offer
from coursehub.talent.operations.openings import Terms, Wanted, draft_opening, publish_opening, submit_opening
from coursehub.talent.operations.placements import confirm_start_as_employer, confirm_start_as_person
from coursehub.talent.operations.working_days import add_day_off
from coursehub.talent.queries.profiles import profile_of

FIELDS = ("display_name", "credentials", "portfolio")
ACCOUNT = "0000 1111 2222"
"""Of the house at its bank."""
PAY = {"python": 1_100_000, "tests": 900_000, "data": 1_000_000}


def open_three(people: Players, courses: dict[str, Course], at: datetime) -> dict[str, Opening]:
    """Harbour opens two places, Beacon one; staff publish each."""
    made = {}
    for key, who, title, about, course, form, kind in (
        ("python", "emma", "初级 Python 开发", "和三位同事一起维护港口排程系统。", "programming-with-python", "employee", "hire"),
        ("tests", "emma", "测试开发实习生", "为每个版本写测试，跟着资深同事学。", "tests-you-can-trust", "internship", "hire"),
        ("data", "emil", "数据分析助理", "把业务问题写成 SQL，再把答案写成一页纸。", "answers-with-sql", "employee", "hire"),
    ):  # fmt: skip
        terms = Terms(
            kind=kind, title=title, about=about, form=form, pay_minor=PAY[key], currency="CNY", pay_period="month", weekly_hours=40,
            city="上海" if who == "emma" else "杭州", remote=key == "data",
            places=4, answer_within_days=3, guarantee_days=90,
        )  # fmt: skip
        by = people.acting(who)
        opening = draft_opening(terms, skills_of(courses[course]), by=by, at=at)
        submit_opening(opening, by=by, at=at + timedelta(hours=1))
        publish_opening(opening, by=people.acting("stan"), at=at + timedelta(hours=6))
        made[key] = opening
    return made


def skills_of(course: Course) -> list[Wanted]:
    """Two skills that a course teaches, as an opening asks for them."""
    taught = (
        sa.select(ReleaseSkill.skill_id, ReleaseSkill.level)
        .join(Release, Release.id == ReleaseSkill.release_id)
        .where(Release.course_id == course.id, Release.state == "listed")
        .order_by(ReleaseSkill.level.desc(), ReleaseSkill.skill_id)
        .limit(2)
    )
    return [Wanted(row.skill_id, min(row.level, 2)) for row in db.session.execute(taught)]


def put_on_the_agenda(agenda: Agenda, people: Players, courses: dict[str, Course]) -> None:
    """Everything about hiring, in the last four weeks."""
    openings: dict[str, Opening] = {}
    sent: dict[tuple[str, int], Application] = {}

    def opened(at: datetime) -> None:
        openings.update(open_three(people, courses, at))

    def applied(key: str, n: int, at: datetime) -> None:
        learner = people.learner(_applicant(people, n))
        sent[key, n] = apply(openings[key], fields=FIELDS, message="我学完了相关课程，证据在证书里。", by=learner, at=at)

    def moved(key: str, who: str, numbers: tuple[int, ...], step: str, at: datetime) -> None:
        reason = "skills" if step == "reject" else ""
        advance([sent[key, n] for n in numbers], step, reason=reason, by=people.acting(who), at=at)

    agenda.add(agenda.ago(days=60), lambda at: _announce_prices(people, at))
    agenda.add(agenda.ago(days=27), opened)
    agenda.add(agenda.ago(hours=30), lambda at: book_two_days(people, ACCOUNT, at))
    agenda.add(agenda.ago(hours=27), lambda at: _ask_fapiao(people, at))
    for key, n, days in (
        ("python", 3, 25), ("python", 1, 24), ("python", 6, 22), ("python", 8, 12), ("python", 9, 8), ("python", 4, 3),
        ("python", 0, 1.4), ("tests", 7, 9), ("tests", 10, 4), ("data", 11, 15), ("data", 12, 10), ("data", 1, 2.5),
    ):  # fmt: skip
        agenda.add(agenda.ago(days=days), partial(applied, key, n))
    for key, who, numbers, step, days in (
        ("python", "emma", (3, 1, 6), "screen", 21), ("python", "emma", (6,), "reject", 20), ("python", "emma", (3, 1), "interview", 19),
        ("data", "emil", (11,), "screen", 13), ("python", "emma", (8, 9), "screen", 6), ("python", "emma", (8,), "interview", 5),
        ("data", "emil", (12,), "screen", 8), ("tests", "emma", (7,), "screen", 7),
    ):  # fmt: skip
        agenda.add(agenda.ago(days=days), partial(moved, key, who, numbers, step))
    agenda.add(agenda.ago(days=26), lambda at: _keep_days_off(people, at))
    agenda.add(agenda.ago(days=24), lambda at: _start(people, openings["data"], 2, "emil", at))
    agenda.add(agenda.ago(days=23), lambda at: _start(people, openings["tests"], 5, "emma", at, both=True))
    agenda.add(agenda.ago(hours=20), lambda at: _submit_another(people, courses, at))
    agenda.add(agenda.ago(days=17), lambda at: _hire(people, sent["python", 3], at))
    agenda.add(agenda.ago(days=1, hours=18), lambda at: _offer(people, sent["python", 1], at))
    agenda.add(agenda.ago(days=1, hours=16), lambda at: _write_to_the_pool(people, openings, at))
    agenda.add(agenda.ago(days=4), lambda at: _invite(people, sent["python", 8], _applicant(people, 8).id, at))


APPLICANTS = range(16, 29)
"""Learners of the last ninety days; those before them are told of as hired already."""


def _applicant(people: Players, n: int) -> Person:
    """The n-th of those who apply; 0 is Ada."""
    return people.learners[APPLICANTS[n] if n else 0]


def _said(at: datetime, days: int) -> Said:
    return Said(PAY["python"], "CNY", "month", 40, "上海", "employee", (at + timedelta(days=days)).date(), "欢迎加入。")


def _offer(people: Players, application: Application, at: datetime) -> None:
    emma = people.acting("emma")
    offer = draft_offer(application, _said(at, 30), by=emma, at=at)
    approve_offer(offer, by=emma, at=at + timedelta(minutes=20))
    extend_offer(offer, decide_by_at=at + timedelta(days=14), by=emma, at=at + timedelta(hours=1))


def _hire(people: Players, application: Application, at: datetime) -> None:
    """Offered, accepted a day later, begun nine days after that; both say so."""
    emma = people.acting("emma")
    person = next(each for each in people.learners if each.id == application.person_id)
    offer = draft_offer(application, _said(at, 10), by=emma, at=at)
    approve_offer(offer, by=emma, at=at + timedelta(minutes=20))
    extend_offer(offer, decide_by_at=at + timedelta(days=14), by=emma, at=at + timedelta(hours=1))
    placement = accept_offer(offer, by=people.learner(person), at=at + timedelta(days=1))
    begun = at + timedelta(days=10, hours=10)
    confirm_start_as_person(placement, by=people.learner(person), at=begun)
    confirm_start_as_employer(placement, by=emma, at=begun + timedelta(hours=3))


def _announce_prices(people: Players, at: datetime) -> None:
    """What placements and hours cost, and where members pay."""
    bands = (Band(12_000_000, 600_000), Band(24_000_000, 1_200_000), Band(None, 2_000_000))
    hours = {"non_full_time": 800, "personal_service": 800, "business_service": 800, "internship": 500}
    book = PriceBook(PriceList("CNY", bands, training_bps=4_000, tax_bps=600), hours, hour_training_bps=2_000)
    by = people.acting("fay")
    announce_prices(book, effective_from=at, by=by, at=at)
    set_collection_account("CNY", holder="量潮课堂", bank="示例银行 深圳分行", number=ACCOUNT, by=by, at=at)


def _keep_days_off(people: Players, at: datetime) -> None:
    """Staff enter the holidays that lie ahead."""
    for month, words in ((1, "元旦"), (5, "劳动节"), (10, "国庆节")):
        first = date(at.year + 1, month, 1)
        working = next(day for day in (first + timedelta(days=n) for n in range(3)) if day.weekday() < 5)
        add_day_off(working, words=words, by=people.acting("stan"), at=at)


def _start(people: Players, opening: Opening, n: int, who: str, at: datetime, *, both: bool = False) -> None:
    """Somebody began and said so; the employer has as well, or not yet. The fifth shows a credential that counts."""
    person, by = _applicant(people, n), people.acting(who)
    application = apply(opening, fields=FIELDS, message="可以立刻开始。", by=people.learner(person), at=at)
    advance([application], "screen", by=by, at=at + timedelta(hours=2))
    said = Said(opening.pay_minor, "CNY", "month", 40, opening.city, opening.form, (at + timedelta(days=4)).date(), "")
    offer = draft_offer(application, said, by=by, at=at + timedelta(hours=3))
    approve_offer(offer, by=by, at=at + timedelta(hours=4))
    extend_offer(offer, decide_by_at=at + timedelta(days=14), by=by, at=at + timedelta(hours=5))
    placement = accept_offer(offer, by=people.learner(person), at=at + timedelta(days=1))
    confirm_start_as_person(placement, by=people.learner(person), at=at + timedelta(days=5))
    if both:
        confirm_start_as_employer(placement, by=by, at=at + timedelta(days=5, hours=2))


def _write_to_the_pool(people: Players, openings: dict[str, Opening], at: datetime) -> None:
    """Harbour writes to two people whom it cannot name; one accepts after some hours, the other has not looked yet."""
    emma = people.acting("emma")
    for n in (0, 1):
        learner = people.learners[APPLICANTS[n]]
        profile = profile_of(learner.id)
        if profile is None:
            raise LookupError("whoever is written to stands in the pool")
        words = "您练习里的测试写得很清楚。我们在招测试开发实习生，想请您看一看。"
        sent = introduce(openings["tests"], profile.public_id, message=words, by=emma, at=at + timedelta(minutes=10 * n))
        if n == 0:
            person = people.learner(learner)
            see_introduction(sent, by=person, at=at + timedelta(hours=2))
            accept_introduction(sent, fields=FIELDS, by=person, at=at + timedelta(hours=9))


def _submit_another(people: Players, courses: dict[str, Course], at: datetime) -> None:
    """Beacon asks the house to publish a part-time place."""
    terms = Terms(
        kind="part_time", title="周末数据标注复核", about="每周两个半天，复核标注并写下规则里没写清的地方。", form="non_full_time",
        pay_minor=6_000, currency="CNY", pay_period="hour", weekly_hours=8, city="杭州", remote=True, places=3,
        answer_within_days=2, guarantee_days=0,
    )  # fmt: skip
    emil = people.acting("emil")
    opening = draft_opening(terms, skills_of(courses["answers-with-sql"]), by=emil, at=at)
    submit_opening(opening, by=emil, at=at + timedelta(hours=1))


def _invite(people: Players, application: Application, person_id: int, at: datetime) -> None:
    """Three times are proposed; the person takes the second, in three days."""
    day = (at + timedelta(days=7)).replace(hour=2, minute=0, second=0)
    interview = propose_interview(
        application, kind="video", place="", minutes=45, words="我们聊聊你的练习和排程系统。",
        times=[day, day + timedelta(hours=4), day + timedelta(days=1)], by=people.acting("emma"), at=at,
    )  # fmt: skip
    slots = sa.select(InterviewSlot).where(InterviewSlot.interview_id == interview.id).order_by(InterviewSlot.id)
    slot = db.session.execute(slots).scalars().all()[1]
    person = next(each for each in people.learners if each.id == person_id)
    pick_time(interview, slot, by=people.learner(person), at=at + timedelta(hours=5))


def _ask_fapiao(people: Players, at: datetime) -> None:
    """Harbour asks for the fapiao of its newest fee; finance has not made it out."""
    found = sa.select(Document).where(Document.kind == "invoice", Document.cause == "placement").order_by(Document.id.desc())
    invoice = db.session.execute(found.limit(1)).scalar_one()
    details = DetailsDraft(
        "company", "海港物流有限公司（虚构）", "91310000MA1K11DEMO", "上海市海港路 21 号 021-5550199", "海港银行 6222 0000 2222"
    )
    ask_fapiao_of_invoice(invoice, details, kind="special", by=people.acting("emma"), at=at)
