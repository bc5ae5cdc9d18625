"""Ways to buy in the demonstration: a bundle of the house, of which one course is returned; employers who pay; gifts."""

from datetime import datetime, timedelta
from functools import partial

from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.demo.agenda import Agenda, SideStory
from coursehub.demo.learners import MINUTES
from coursehub.demo.players import Players
from coursehub.people.models import Person
from coursehub.people.operations.buyer_details import DetailsDraft
from coursehub.people.queries import can_pay
from coursehub.sales import queries
from coursehub.sales.models import Bundle, Order
from coursehub.sales.operations import (
    BundleDraft,
    ask_refund,
    employers,
    fapiao,
    gifts,
    make_bundle,
    papers,
    settle_order,
    sponsors,
    start_bundle_checkout,
)

BUYERS = ((38, 7), (20, 12), (9, 14))
"""Days ago, and who of the list of learners; the last returns one course after two days."""


def put_on_the_agenda(agenda: Agenda, people: Players, courses: dict[str, Course]) -> None:
    """Offer the bundle and let it be bought. courses: those of the story by their address, as they come."""
    side = SideStory(agenda, seed=36)
    side.add(side.ago(days=40), partial(_offer, side, people, courses))
    side.add(side.ago(days=6), partial(_employers, side, people, courses))
    side.add(side.ago(days=5), partial(_gifts, side, people, courses))


def _offer(side: SideStory, people: Players, courses: dict[str, Course], at: datetime) -> None:
    sold = queries.open_offerings(course.id for course in courses.values())
    inside = tuple(db.session.merge(course) for course in courses.values() if course.id in sold and sold[course.id].price_minor)
    whole = sum(sold[course.id].price_minor for course in inside)
    draft = BundleDraft(
        name="从第一行代码到可信的测试", name_en="From the first line to tests you can trust",
        about="先学会写程序，再学会证明它是对的。几门课程前后衔接，练习互相呼应，可以按自己的节奏学。",
        about_en="First learn to write programs, then to show that they are right. The courses follow on from each other.",
        courses=inside, price_minor=whole * 4 // 500 * 100, currency="CNY",
    )  # fmt: skip
    bundle = make_bundle(draft, by=people.acting("stan"), at=at)
    for days, number in BUYERS:
        side.add(side.ago(days=days), partial(_buy, side, people, bundle.id, number))


def _buy(side: SideStory, people: Players, bundle_id: int, number: int, at: datetime) -> None:
    bundle, person = db.session.get_one(Bundle, bundle_id), db.session.merge(people.learners[number])
    courses = queries.courses_of_bundle(bundle_id)
    if len(queries.courses_held(person.id, [course.id for course in courses])) == len(courses):
        return
    order = start_bundle_checkout(bundle, buyer=people.learner(person), at=at)
    if order.session_id is None:
        raise LookupError("the bundle has no pay page")
    side.rail.at = at + 3 * MINUTES
    side.rail.pay(order.session_id, method="card")
    settle_order(order, at=at + 4 * MINUTES)
    side.add(at + timedelta(days=1), partial(_papers, people, order.id, number == BUYERS[0][1]))
    if number == BUYERS[-1][1]:
        side.add(at + timedelta(days=2), partial(_return, people, order.id))


def _employers(side: SideStory, people: Players, courses: dict[str, Course], at: datetime) -> None:
    """Three learners ask their employers for a course they do not have: one paid, one thinks about it, one has an invoice."""
    asked = 0
    for person in people.learners:
        me = people.learner(db.session.merge(person))
        held = queries.courses_held(me.person_id, [course.id for course in courses.values()])
        wanted = next((course for course in courses.values() if course.id not in held), None)
        offering = queries.open_offering(wanted.id) if wanted is not None else None
        if offering is None or not offering.price_minor or not can_pay(me.person_id, at=at):
            continue
        words = "组里的回归测试现在由我维护，学完这门课可以直接用上。"
        _asked, token = sponsors.ask_employer(offering, words=words, employer_email=None, by=me, at=at)
        asked += 1
        if asked == 2:
            continue
        if asked == 3:
            employers.choose_invoice(token, {"reference": "HB-2041"}, by=people.acting("emma"), at=at + 90 * MINUTES)
            return
        order = sponsors.pay_as_employer(token, at=at + 60 * MINUTES)
        side.rail.at = at + 63 * MINUTES
        side.rail.pay(order.session_id or "", method="card")
        settle_order(order, at=at + 64 * MINUTES)


def _gifts(side: SideStory, people: Players, courses: dict[str, Course], at: datetime) -> None:
    """Ada gives a course twice: one is accepted the day after, the other has not been yet."""
    ada = people.learner(db.session.merge(people.learners[0]))
    course = next(
        course for course in courses.values() if (offering := queries.open_offering(course.id)) and offering.price_minor
    )
    offering = queries.open_offering(course.id)
    assert offering is not None
    for n, (words, to) in enumerate(
        (("你说想学编程，从这里开始吧。", None), ("生日快乐！一起学。", "birthday@friends.example")), start=1
    ):
        then = at + n * 20 * MINUTES
        order = gifts.give_course(offering, gifts.GiftDraft(words, to), by=ada, at=then)
        side.rail.at = then + 2 * MINUTES
        side.rail.pay(order.session_id or "", method="alipay")
        settle_order(order, at=then + 3 * MINUTES)
        if to is None:
            gift = queries.gift_of(order)
            assert gift is not None
            token = gifts.make_gift_link(gift, by=ada, at=then + 5 * MINUTES)
            side.add(at + timedelta(days=1), partial(_accept, people, course.id, token))


def _accept(people: Players, course_id: int, token: str, at: datetime) -> None:
    for person in reversed(people.learners):
        me = people.learner(db.session.merge(person))
        if course_id not in queries.courses_held(me.person_id, [course_id]) and can_pay(me.person_id, at=at):
            gifts.claim_gift(token, by=me, at=at)
            return


def _papers(people: Players, order_id: int, made_out: bool, at: datetime) -> None:
    """Each asks for a fapiao; the first has it already."""
    order = db.session.get_one(Order, order_id)
    buyer = people.learner(db.session.get_one(Person, order.buyer_id))
    details = DetailsDraft(
        "company", "青禾软件有限公司", "91310000MA1K00DEMO", "上海市青禾路 8 号 021-5550100", "青禾银行 6222 0000 1111"
    )
    asked = fapiao.ask_fapiao(order, details, kind="special" if made_out else "normal", by=buyer, at=at)
    papers.ask_invoice(order, details, by=buyer, at=at)
    if made_out:
        finance = people.acting("stan")
        fapiao.take_fapiao(asked, by=finance, at=at + timedelta(hours=3))
        fapiao.record_fapiao(asked, number="26312000000361", issued_on=at.date(), by=finance, at=at + timedelta(hours=3))


def _return(people: Players, order_id: int, at: datetime) -> None:
    order = db.session.get_one(Order, order_id)
    buyer = people.learner(db.session.get_one(Person, order.buyer_id))
    ask_refund(order, reason="", by=buyer, at=at, part=queries.parts_of(order_id)[-1])
