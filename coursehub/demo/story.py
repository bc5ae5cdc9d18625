"""Twelve months in order: who came when, who bought what through which channel, and how it went on."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from coursehub.catalog.models import Course
from coursehub.catalog.operations.skills import load_skills
from coursehub.contracts.jobs import follow_terms
from coursehub.contracts.models import Contract
from coursehub.db import db, transaction
from coursehub.demo import (
    buying,
    careers,
    contests,
    counting,
    disputes,
    hiring,
    keeping,
    learners,
    matching,
    offers,
    paper,
    parts,
    passes,
    payouts,
    players,
    shelf,
    work,
)
from coursehub.demo.agenda import Agenda
from coursehub.demo.players import LEARNERS, Players
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import count_visits, report
from coursehub.learning.queries.reports import subject_named
from coursehub.people.models import Person
from coursehub.sales.jobs import expire_orders
from coursehub.sales.models import Order, PartnerLink, RefundRequest
from coursehub.sales.operations.campaigns import join_campaign
from coursehub.sales.operations.checkout import Click
from coursehub.sales.operations.coupons import CouponDraft, make_coupon
from coursehub.sales.operations.links import count_visit, make_link
from coursehub.sales.operations.refunds import approve_refund, ask_refund, decline_refund
from coursehub.sales.operations.support import answer_support, ask_support

HOUSE, NORTHWIND, LUMEN = "programming-with-python", "tests-you-can-trust", "answers-with-sql"
TEACHERS = {HOUSE: "lin", NORTHWIND: "tara", LUMEN: "eve"}


@dataclass
class Stage:
    """What the story has made so far."""

    players: Players
    courses: dict[str, Course] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    links: dict[str, PartnerLink] = field(default_factory=dict)
    orders: list[int] = field(default_factory=list)
    spent: set[tuple[int, str]] = field(default_factory=set)


def tell(agenda: Agenda, *, name: str, name_en: str, slug: str) -> Stage:
    """Put the whole story on the agenda; `agenda.run()` then lets it happen."""
    begin = agenda.ago(days=365)
    load_skills(at=begin)
    stage = Stage(players.found_house(name=name, name_en=name_en, slug=slug, at=begin))
    people = stage.players

    def house(at: datetime) -> datetime:
        stage.courses[HOUSE] = offers.house_course(people, at=at)
        learners.judge_ahead(agenda, stage.courses[HOUSE])
        return at + timedelta(days=3)

    def northwind(at: datetime) -> datetime:
        players.welcome_northwind(people, at=at)
        stage.courses[NORTHWIND], stage.contracts[NORTHWIND] = offers.northwind_course(people, at=at + timedelta(days=2))
        return at + timedelta(days=10)

    def lumen(at: datetime) -> datetime:
        players.welcome_lumen(people, at=at)
        stage.courses[LUMEN], stage.contracts[LUMEN] = offers.lumen_course(people, at=at + timedelta(days=2))
        return at + timedelta(days=6)

    def amended(at: datetime) -> datetime:
        offers.amend_lumen(people, stage.contracts[LUMEN], at=at)
        return at + timedelta(days=2)

    def newer(at: datetime) -> datetime:
        offers.newer_release(people, stage.courses[NORTHWIND], at=at)
        return at + timedelta(days=2)

    def written_together(at: datetime) -> datetime:
        offers.lumen_release(people, stage.courses[LUMEN], at=at)
        return at + timedelta(days=2)

    agenda.add(agenda.ago(days=363), house)
    agenda.add(agenda.ago(days=330), northwind)
    agenda.add(agenda.ago(days=300), lumen)
    _price_cuts(agenda, stage)
    agenda.add(agenda.ago(days=200), amended)
    agenda.add(agenda.ago(days=169), lambda at: follow_terms(at=at))
    agenda.add(agenda.ago(days=110), written_together)
    agenda.add(agenda.ago(days=70), newer)
    agenda.add(agenda.ago(days=3), lambda at: offers.lumen_weighs(people, stage.contracts[LUMEN], stage.courses[LUMEN], at=at))
    agenda.add(agenda.ago(days=4), lambda at: offers.northwind_asks(people, stage.contracts[NORTHWIND], at=at))
    _crowd(agenda, stage)
    agenda.add(
        agenda.ago(days=1, hours=14),
        lambda at: offers.open_ends(people, stage.contracts[NORTHWIND], stage.contracts[LUMEN], stage.courses[LUMEN], at=at),
    )
    agenda.add(agenda.ago(days=1, hours=6), partial(_conversations, agenda, stage))
    agenda.add(agenda.ago(hours=20), partial(_loose_ends, agenda, stage))
    hiring.put_on_the_agenda(agenda, people, stage.courses)
    work.put_on_the_agenda(agenda, people)
    keeping.put_on_the_agenda(agenda, people)
    shelf.put_on_the_agenda(agenda, people)
    payouts.put_on_the_agenda(agenda, people)
    buying.put_on_the_agenda(agenda, people, stage.courses)
    parts.put_on_the_agenda(agenda, people)
    disputes.put_on_the_agenda(agenda, people)
    contests.put_on_the_agenda(agenda, people)
    passes.put_on_the_agenda(agenda, people, stage.courses)
    matching.put_on_the_agenda(agenda, people, stage.courses)
    paper.put_on_the_agenda(agenda, people)
    agenda.add(agenda.ago(days=2), lambda at: careers.fill_the_pool(agenda, people, at))
    agenda.add(agenda.ago(days=1, hours=20), lambda at: careers.ask_and_answer(people, at))
    agenda.add(agenda.ago(hours=18), lambda at: careers.tell_careers(agenda, people, at))
    agenda.add(agenda.ago(hours=1), lambda at: expire_orders(at=at))
    return stage


def _price_cuts(agenda: Agenda, stage: Stage) -> None:
    agenda.add(agenda.ago(days=285), partial(_campaigns, stage))
    agenda.add(agenda.ago(days=20), partial(_winter, stage))
    counting.put_on_the_agenda(agenda, stage.players, stage.courses, stage.links)


def _winter(stage: Stage, at: datetime) -> None:
    """A campaign of the house that partners join, if their terms say so: Lumen does."""
    players = stage.players
    coupon = make_coupon(
        CouponDraft(code="WINTER15", borne_by="terms", starts_at=at, off_bps=1500, ends_at=at + timedelta(days=60)),
        by=players.acting("stan"), at=at,
    )  # fmt: skip
    join_campaign(coupon, stage.contracts[LUMEN], by=players.acting("eve"), at=at)


def _campaigns(stage: Stage, at: datetime) -> None:
    """Links by which partners bring their own learners, and coupons with who bears them."""
    for slug, who, name in ((NORTHWIND, "pia", "Newsletter"), (LUMEN, "eve", "公众号"), (NORTHWIND, "pia", "Meet-up in May")):
        link = make_link(name=name, course=stage.courses[slug], by=stage.players.acting(who), at=at)
        stage.links.setdefault(slug, link)
    make_coupon(
        CouponDraft(code="SPRING20", borne_by="house", starts_at=at, off_bps=2000, uses_limit=200),
        by=stage.players.acting("stan"),
        at=at,
    )
    draft = CouponDraft(
        code="NORTHWIND10", borne_by="partner", starts_at=at, off_bps=1000, uses_limit=50, courses=(stage.courses[NORTHWIND],)
    )
    make_coupon(draft, by=stage.players.acting("pia"), at=at)


def _crowd(agenda: Agenda, stage: Stage) -> None:
    """Learners arrive sparsely at first and densely in the last ninety days."""
    dice = agenda.dice
    days = sorted(
        [dice.uniform(100, 270) for _ in range(14)] + [dice.uniform(3, 90) for _ in range(len(LEARNERS) - 16)], reverse=True
    )
    for number, ago in enumerate([280.0, 275.0, *days]):
        agenda.add(agenda.ago(days=ago), partial(_arrive, agenda, stage, number))
    for day in range(280):
        agenda.add(agenda.ago(days=day, hours=2), partial(_visits, agenda, stage, day))


def _arrive(agenda: Agenda, stage: Stage, number: int, at: datetime) -> None:
    person = players.welcome_learner(stage.players, number, at=at)
    dice = agenda.dice
    wishes = [HOUSE, LUMEN, NORTHWIND] if number < 2 else dice.choices(
        [[HOUSE], [LUMEN], [NORTHWIND], [HOUSE, LUMEN], [HOUSE, NORTHWIND], [LUMEN, NORTHWIND], [HOUSE, LUMEN, NORTHWIND]],
        weights=[30, 16, 14, 14, 10, 8, 8],
    )[0]  # fmt: skip
    for n, slug in enumerate(wishes):
        when = at + timedelta(days=(n * (35 if number < 2 else 12)), hours=1)
        agenda.add(when, partial(_purchase, agenda, stage, person.id, number, slug))


def _purchase(agenda: Agenda, stage: Stage, person_id: int, number: int, slug: str, at: datetime) -> None:
    person = db.session.get_one(Person, person_id)
    course = stage.courses[slug]
    dice = agenda.dice
    if number > 4 and dice.random() < 0.08:
        learners.leave_unpaid(stage.players, person, course.id, at=at)
        agenda.add(at + timedelta(hours=2), lambda when: expire_orders(at=when))
        return
    click, coupon = None, ""
    chance = dice.random()
    if slug in stage.links and chance < 0.38:
        link = stage.links[slug]
        count_visit(db.session.merge(link), at=at)
        click = Click(link=link.code, at=at - timedelta(days=dice.uniform(0.1, 20)))
    elif chance > 0.86:
        coupon = "NORTHWIND10" if slug == NORTHWIND else "SPRING20"
        if (person_id, coupon) in stage.spent:
            coupon = ""
        stage.spent.add((person_id, coupon))
    order = learners.buy(agenda, stage.players, person, course.id, at=at, click=click, coupon=coupon)
    stage.orders.append(order.id)
    if order.enrolment_id is None:
        return
    enrolment = db.session.get_one(Enrolment, order.enrolment_id)
    if number > 4 and dice.random() < 0.09:
        agenda.add(at + timedelta(days=dice.uniform(1, 9)), partial(_give_back, stage, order.id))
    finishes = number == 0 or (slug == HOUSE and number == 3) or (slug != HOUSE and dice.random() < 0.45)
    share = 1.0 if finishes and not (number == 0 and slug == NORTHWIND) else dice.choice((0.15, 0.3, 0.45, 0.6, 0.8))
    walk = learners.Walk(agenda, stage.players, enrolment, slug=slug, share=share, coded=share == 1.0 or number < 2)
    walk.begin(at + timedelta(minutes=20))


def _give_back(stage: Stage, order_id: int, at: datetime) -> None:
    """Within the window the money goes back by itself."""
    order = db.session.get_one(Order, order_id)
    ask_refund(order, reason="时间安排有变。", by=stage.players.learner(db.session.get_one(Person, order.buyer_id)), at=at)


def _visits(agenda: Agenda, stage: Stage, days_ago: int, at: datetime) -> None:
    """People look at course pages every day, more of them lately."""
    with transaction():
        for slug, course in stage.courses.items():
            base = 14 if days_ago < 90 else 5
            seen = agenda.dice.randint(base // 2, base * 2) + (4 if slug == HOUSE else 0)
            count_visits(course.id, what="course", on_day=at.date(), visits=seen)
            count_visits(course.id, what="preview", on_day=at.date(), visits=seen // 4)


def _conversations(agenda: Agenda, stage: Stage, at: datetime) -> None:
    for slug, course in stage.courses.items():
        learners.talk(agenda, stage.players, slug=slug, course_id=course.id, teacher=TEACHERS[slug])


def _late_orders(stage: Stage, at: datetime) -> list[Order]:
    """Paid orders whose refund window is over, the newest first."""
    rows = sa.select(Order).where(Order.state == "paid", Order.paid_at < at - timedelta(days=16)).order_by(Order.paid_at.desc())
    return list(db.session.execute(rows).scalars())


def _loose_ends(agenda: Agenda, stage: Stage, at: datetime) -> None:
    """Refunds that staff decided or still have to, messages answered and not, a report waiting."""
    people = stage.players
    stan = people.acting("stan")
    late = _late_orders(stage, at)[2:6]
    for n, order in enumerate(late[:3]):
        buyer = people.learner(db.session.get_one(Person, order.buyer_id))
        asked = ask_refund(order, reason="只学了两课就换了工作，没有时间继续。", by=buyer, at=at + timedelta(minutes=10 * n))
        if not isinstance(asked, RefundRequest):
            continue
        if n == 0:
            half = order.gross_minor // 2
            approve_refund(asked, amount_minor=half, answer="您学了前两课，我们退还一半。", by=stan, at=at + timedelta(hours=5))
        elif n == 1:
            decline_refund(
                asked, answer="课程已学完八成，按条款不再退款。学习进度和凭证会一直保留。", by=stan, at=at + timedelta(hours=6)
            )
    for n, order in enumerate(late[2:4]):
        buyer = people.learner(db.session.get_one(Person, order.buyer_id))
        message = ask_support(
            text="请问可以开具发票吗？抬头与税号应该在哪里填写？", order=order, by=buyer, at=at + timedelta(hours=n)
        )
        if n == 0:
            answer_support(message, text="可以。请回复抬头和税号，我们在三个工作日内开出。", by=stan, at=at + timedelta(hours=4))
    reader = people.learner(people.learners[5])
    subject = subject_named("course", stage.courses[NORTHWIND].public_id, "zh-CN")
    if subject is not None:
        report(subject, why="wrong", text="第三课的表格在手机上显示不全。", by=reader, at=at + timedelta(hours=2))
