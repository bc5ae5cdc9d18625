"""A course paid in three monthly parts: two are paid, the third is taken from the card in some days."""

from datetime import datetime, timedelta
from functools import partial

from coursehub.catalog.models import Course
from coursehub.db import db
from coursehub.demo.agenda import Agenda, SideStory
from coursehub.demo.players import Players
from coursehub.people.queries import can_pay
from coursehub.sales import queries
from coursehub.sales.operations import settle_order, start_checkout
from coursehub.sales.operations.charging import charge_due

MINUTES = timedelta(minutes=1)


def put_on_the_agenda(agenda: Agenda, people: Players, courses: dict[str, Course]) -> None:
    """Bought fifty days before the end of the story, so that the second part has been taken and the third has not."""
    side = SideStory(agenda, seed=42)
    side.add(side.ago(days=50), partial(_buy, side, people, courses))
    side.add(side.ago(days=18), _charge)


def _charge(at: datetime) -> None:
    charge_due(at=at)


def _buy(side: SideStory, people: Players, courses: dict[str, Course], at: datetime) -> None:
    """The first of the later learners who does not have the course that is sold in parts."""
    sold = queries.open_offerings(course.id for course in courses.values())
    offering = next(each for each in sold.values() if each.instalments > 1)
    for person in people.learners[1:]:
        mine = db.session.merge(person)
        if can_pay(mine.id, at=at) and not queries.courses_held(mine.id, [offering.course_id]):
            order = start_checkout(offering, buyer=people.learner(mine), at=at, by_parts=True)
            side.rail.at = at + 3 * MINUTES
            side.rail.pay(order.session_id or "", method="card")
            settle_order(order, at=at + 4 * MINUTES)
            return
