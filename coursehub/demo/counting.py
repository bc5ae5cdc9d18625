"""Terms that count: Lumen's platform part falls with volume. The answer to one payment came late, and the close trued that up.

A learner of Lumen's own paid, her browser was closed and the provider's word was lost; three days later we asked. Meanwhile
another course was sold by the platform, below the step that the first payment had reached.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial

import sqlalchemy as sa

from coursehub.catalog.models import Course
from coursehub.contracts.operations.closing import close_months
from coursehub.db import db
from coursehub.demo.agenda import Agenda, SideStory
from coursehub.demo.learners import buy
from coursehub.demo.passes import SUBSCRIBERS
from coursehub.demo.players import Players
from coursehub.people.models import Person
from coursehub.sales.models import Order, PartnerLink
from coursehub.sales.operations.checkout import Click, start_checkout
from coursehub.sales.operations.completion import settle_order
from coursehub.sales.queries import open_offering
from coursehub.statements.months import month_at, months_between
from coursehub.web.locale import SHOWN_ZONE

LATE_DAYS_AGO = 78


def put_on_the_agenda(agenda: Agenda, people: Players, courses: Mapping[str, Course], links: Mapping[str, PartnerLink]) -> None:
    """The payment whose answer came late, and the close of each month, on its sixth."""
    side = SideStory(agenda, seed=78)
    side.add(side.ago(days=LATE_DAYS_AGO), partial(_pay_and_be_lost, side, people, courses, links))
    for month in months_between(month_at(agenda.ago(days=200)), month_at(agenda.end)):
        sixth = datetime.combine(month.first + timedelta(days=5), time(12), SHOWN_ZONE)
        agenda.add(sixth, _close)


def _close(at: datetime) -> None:
    close_months(at=at)


def _pay_and_be_lost(
    side: SideStory, people: Players, courses: Mapping[str, Course], links: Mapping[str, PartnerLink], at: datetime
) -> None:
    course, link = courses["answers-with-sql"], links["answers-with-sql"]
    offering = open_offering(course.id)
    if offering is None:
        raise LookupError("the course is not on offer")
    late, other = _without(people, course, at)
    order = start_checkout(
        offering, buyer=people.learner(late), at=at, click=Click(link=link.code, at=at - timedelta(hours=2)), coupon_code=""
    )
    side.rail.pay(order.session_id or "", method="wechat_pay")
    side.add(at + timedelta(days=1), partial(_bought, side, people, other.id, course.id))
    side.add(at + timedelta(days=3), partial(_found, order.id))


def _bought(side: SideStory, people: Players, person_id: int, course_id: int, at: datetime) -> None:
    buy(side, people, db.session.get_one(Person, person_id), course_id, at=at, click=None, coupon="")


def _found(order_id: int, at: datetime) -> None:
    """We ask the provider what became of it."""
    settle_order(db.session.get_one(Order, order_id), at=at)


def _without(people: Players, course: Course, at: datetime) -> list[Person]:
    """The two who came last of those who never ordered this course nor have a pass; whoever wants it does so within weeks."""
    ordered = sa.select(Order.buyer_id).where(Order.course_id == course.id)
    known = set(db.session.execute(ordered).scalars())
    known |= {people.learners[number].id for number, _days in SUBSCRIBERS}
    old = [person for person in people.learners if db.session.merge(person).created_at < at - timedelta(days=30)]
    return [person for person in old if person.id not in known][-2:]
