"""A course is somebody's: beside a pass that opened it before, and back to that pass when the money goes back."""

from datetime import datetime

from coursehub.db import db, lock
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import end_enrolment, enrol, keep_enrolment, lend_enrolment
from coursehub.sales.instalments import CLOSED_BY
from coursehub.sales.models import GOING, CoursePass
from coursehub.sales.passes.standing import CLOSED_WITH_IT, is_open
from coursehub.sales.queries import holding


def hold(*, person_id: int, release_id: int, course_id: int, at: datetime, source: str = "order") -> Enrolment:
    """Give somebody a course for good: what a pass opened goes on as it is, else an enrolment begins. Joins.

    Raises AlreadyEnrolled, ReleaseNotOpen.
    """
    lent = holding.lent_enrolment(person_id, course_id)
    return take_over(lent.id if lent else None, person_id=person_id, release_id=release_id, source=source, at=at)


def take_over(lent_id: int | None, *, person_id: int, release_id: int, at: datetime, source: str = "order") -> Enrolment:
    """As `hold`, by one who knows already which enrolment a pass opened."""
    if lent_id is not None:
        lent = db.session.get_one(Enrolment, lent_id)
        if keep_enrolment(lent, source=source, at=at):
            return lent
    return enrol(person_id=person_id, release_id=release_id, at=at, source=source)


def let_go(enrolment_id: int | None, *, reason: str, at: datetime) -> None:
    """A sale holds an enrolment no longer: the pass that opened it has it back while it goes on, else the lessons close.

    A pass that is late beyond its days of grace has it closed, and opens it when it is paid. Joins.
    """
    if enrolment_id is None:
        return
    passes = holding.passes_behind(enrolment_id)
    for one in passes:
        lock(one)  # before the enrolment, as whoever ends a pass does
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    lock(enrolment)
    if enrolment.source == "pass":
        return
    going = [one for one in passes if one.state in GOING]
    waits = enrolment.ended_at is None or enrolment.ended_reason == CLOSED_BY
    if not (going and waits and lend_enrolment(enrolment, at=at)):
        end_enrolment(enrolment, reason=reason, at=at)
    elif not any(is_open(one, db.session.get_one(CoursePass, one.pass_id), at) for one in going):
        end_enrolment(enrolment, reason=CLOSED_WITH_IT, at=at)
