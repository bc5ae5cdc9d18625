"""What a pass opened for somebody, and which passes stand behind an enrolment."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from coursehub.db import db
from coursehub.learning.models import Enrolment
from coursehub.sales.models import GOING, Order, OrderPart, PassEnrolment, PassSubscription
from coursehub.sales.passes.standing import CLOSED_WITH_IT

LENT = sa.and_(Enrolment.source == "pass", sa.or_(Enrolment.ended_at.is_(None), Enrolment.ended_reason == CLOSED_WITH_IT))
"""An enrolment that a pass holds open, or closed when it ended: a sale goes on with it."""
LATEST = (Enrolment.ended_at.is_not(None), Enrolment.id.desc())
KEPT = sa.and_(Enrolment.source != "pass", Enrolment.ended_at.is_(None))
"""An enrolment that is held for good."""


def lent_enrolment(person_id: int, course_id: int) -> Enrolment | None:
    """What a pass opened for somebody in a course, open or closed with it; the open one first, then the latest."""
    found = sa.select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.course_id == course_id, LENT)
    return db.session.execute(found.order_by(*LATEST).limit(1)).scalar_one_or_none()


def is_kept(person_id: int, course_id: int) -> bool:
    """Whether somebody has a course for good."""
    found = sa.select(Enrolment.id).where(Enrolment.person_id == person_id, Enrolment.course_id == course_id, KEPT)
    return db.session.execute(found).first() is not None


def courses_lent(person_id: int, course_ids: Iterable[int]) -> set[int]:
    """Which of these courses are open to somebody by a pass alone."""
    found = sa.select(Enrolment.course_id).where(
        Enrolment.person_id == person_id, Enrolment.course_id.in_(list(course_ids)), Enrolment.source == "pass",
        Enrolment.ended_at.is_(None),
    )  # fmt: skip
    return set(db.session.execute(found).scalars())


def is_lent(order: Order, course_id: int | None = None) -> bool:
    """Whether a pass alone opens what was ordered (one course of it, if it is named) to its buyer; a gift is another person's."""
    parts = sa.select(OrderPart.course_id).where(OrderPart.order_id == order.id)
    named = [each for each in (course_id or order.course_id,) if each is not None]
    courses = named or list(db.session.execute(parts).scalars())
    return order.gift_id is None and bool(courses_lent(order.buyer_id, courses))


def passes_behind(enrolment_id: int) -> Sequence[PassSubscription]:
    """The subscriptions that opened an enrolment and go on, in one order."""
    found = sa.select(PassSubscription).join(PassEnrolment, PassEnrolment.subscription_id == PassSubscription.id)
    going = found.where(PassEnrolment.enrolment_id == enrolment_id, PassSubscription.state.in_(GOING))
    return db.session.execute(going.order_by(PassSubscription.id)).scalars().all()
