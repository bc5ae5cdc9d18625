"""Prices paid in monthly parts: of a course the third is to come, of another the bank has just refused the second; and a bundle,
of which one course went back, so that the parts that follow are smaller.
"""

from datetime import datetime, timedelta
from functools import partial

from coursehub.catalog.models import Course
from coursehub.catalog.queries import course_by_slug
from coursehub.db import db
from coursehub.demo.agenda import Agenda, SideStory
from coursehub.demo.players import Players
from coursehub.people.models import Person
from coursehub.people.queries import can_pay
from coursehub.sales import queries
from coursehub.sales.models import Order
from coursehub.sales.operations import ask_refund, settle_order, start_bundle_checkout, start_checkout
from coursehub.sales.operations.charging import charge_due

MINUTES = timedelta(minutes=1)
PARTNERS, HOUSES = "tests-you-can-trust", "working-together-with-git"
"""The two courses by their address."""
THEO = 1


def put_on_the_agenda(agenda: Agenda, people: Players) -> None:
    """One buys fifty days before the end of the story, Theo thirty-three: his second part was due two days ago."""
    side = SideStory(agenda, seed=42)
    side.add(side.ago(days=50), partial(_somebody_buys, side, people))
    side.add(side.ago(days=35), partial(_somebody_buys_the_bundle, side, people))
    side.add(side.ago(days=33), partial(_theo_buys, side, people))
    side.add(side.ago(days=18), _charge)
    side.add(side.ago(days=1, hours=12), _charge)


def _charge(at: datetime) -> None:
    charge_due(at=at)


def _course(slug: str) -> Course:
    course = course_by_slug(slug)
    if course is None:
        raise LookupError(f"there is no course {slug}")
    return course


def _somebody_buys(side: SideStory, people: Players, at: datetime) -> None:
    """The first of the later learners who does not have the partner's course."""
    course = _course(PARTNERS)
    for person in people.learners[THEO + 1 :]:
        if can_pay(person.id, at=at) and not queries.courses_held(person.id, [course.id]):
            _buy(side, people, person.id, course, at)
            return


def _theo_buys(side: SideStory, people: Players, at: datetime) -> None:
    order = _buy(side, people, people.learners[THEO].id, _course(HOUSES), at)
    plan = queries.plan_of(order.id)
    if plan is not None:
        side.rail.answer_card(plan.payer_id, "card_declined")


def _somebody_buys_the_bundle(side: SideStory, people: Players, at: datetime) -> None:
    """A later learner who has none of its courses; one of them goes back three days later."""
    bundle = db.session.execute(queries.open_bundles()).scalars().first()
    if bundle is None:
        raise LookupError("there is no bundle")
    inside = [course.id for course in queries.courses_of_bundle(bundle.id)]
    for person in reversed(people.learners):
        if can_pay(person.id, at=at) and not queries.courses_held(person.id, inside):
            buyer = people.learner(db.session.get_one(Person, person.id))
            order = _pay(side, start_bundle_checkout(bundle, buyer=buyer, at=at, by_parts=True), at)
            side.add(at + timedelta(days=3), partial(_give_one_back, people, order.id))
            return
    raise LookupError("everybody has a course of the bundle")


def _give_one_back(people: Players, order_id: int, at: datetime) -> None:
    order = db.session.get_one(Order, order_id)
    buyer = people.learner(db.session.get_one(Person, order.buyer_id))
    ask_refund(order, reason="", by=buyer, at=at, part=queries.parts_of(order_id)[-1])


def _buy(side: SideStory, people: Players, person_id: int, course: Course, at: datetime) -> Order:
    offering = queries.open_offering(course.id)
    if offering is None:
        raise LookupError(f"{course.slug} is not on offer")
    order = start_checkout(offering, buyer=people.learner(db.session.get_one(Person, person_id)), at=at, by_parts=True)
    return _pay(side, order, at)


def _pay(side: SideStory, order: Order, at: datetime) -> Order:
    side.rail.at = at + 3 * MINUTES
    side.rail.pay(order.session_id or "", method="card")
    return settle_order(order, at=at + 4 * MINUTES)
