"""Courses paid in three monthly parts: of one the third is to come, of the other the bank has just refused the second."""

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
from coursehub.sales.operations import settle_order, start_checkout
from coursehub.sales.operations.charging import charge_due

MINUTES = timedelta(minutes=1)
PARTNERS, HOUSES = "tests-you-can-trust", "working-together-with-git"
"""The two courses by their address."""
THEO = 1


def put_on_the_agenda(agenda: Agenda, people: Players) -> None:
    """One buys fifty days before the end of the story, Theo thirty-three: his second part was due two days ago."""
    side = SideStory(agenda, seed=42)
    side.add(side.ago(days=50), partial(_somebody_buys, side, people))
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


def _buy(side: SideStory, people: Players, person_id: int, course: Course, at: datetime) -> Order:
    offering = queries.open_offering(course.id)
    if offering is None:
        raise LookupError(f"{course.slug} is not on offer")
    order = start_checkout(offering, buyer=people.learner(db.session.get_one(Person, person_id)), at=at, by_parts=True)
    side.rail.at = at + 3 * MINUTES
    side.rail.pay(order.session_id or "", method="card")
    return settle_order(order, at=at + 4 * MINUTES)
