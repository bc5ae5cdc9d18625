"""Passes on offer, and those that somebody has."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import select

from coursehub.catalog.models import Course
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import Terms
from coursehub.db import db
from coursehub.learning.models import Enrolment
from coursehub.sales.instalments import CLOSED_BY
from coursehub.sales.models import (
    BEGINNING,
    GOING,
    CoursePass,
    FapiaoRequest,
    PassCourse,
    PassEnrolment,
    PassPeriod,
    PassSubscription,
)
from coursehub.sales.passes.months import bounds
from coursehub.sales.passes.standing import CLOSED_WITH_IT

LONGEST_PERIOD = timedelta(days=31)


def on_offer() -> Sequence[CoursePass]:
    """Passes that can be taken, the newest first."""
    return (
        db.session.execute(select(CoursePass).where(CoursePass.closed_at.is_(None)).order_by(CoursePass.id.desc()))
        .scalars()
        .all()
    )


def every_pass() -> Sequence[CoursePass]:
    """All passes, also those that are closed."""
    return db.session.execute(select(CoursePass).order_by(CoursePass.id.desc())).scalars().all()


def pass_by_slug(slug: str) -> CoursePass | None:
    """The pass at this address."""
    return db.session.execute(select(CoursePass).where(CoursePass.slug == slug)).scalar_one_or_none()


def courses_in(pass_id: int, at: datetime) -> Sequence[Course]:
    """The courses of a pass at a moment, those that joined first at the top."""
    found = (
        select(Course)
        .join(PassCourse, PassCourse.course_id == Course.id)
        .where(
            PassCourse.pass_id == pass_id, PassCourse.joined_at <= at,
            sa.or_(PassCourse.left_at.is_(None), PassCourse.left_at > at),
        )
        .order_by(PassCourse.id)
    )  # fmt: skip
    return db.session.execute(found).scalars().all()


def agreed_terms(pass_: CoursePass, course_id: int, at: datetime) -> Terms | None:
    """The terms by which a course takes part in a pass at a moment: in force, for passes, by the very rule of this one."""
    terms = contracts.terms_in_force(course_id, at)
    return terms if terms is not None and _is_for(pass_, terms) else None


def _is_for(pass_: CoursePass, terms: Terms) -> bool:
    body = contracts.body_of(terms)
    return "period" in body.scope.events and body.pool == pass_.pool and body.currency == pass_.currency


def answering_terms(pass_: CoursePass, month: str) -> dict[int, Terms]:
    """By course: the terms that answer for a month of the pool, those that held when it began, or when the course joined.

    A change within the month therefore counts from the next one on. Terms that ended in the month before, and that none
    follow, answer for it still, but only for periods that began under them: `pools.py` leaves the minutes of others aside.
    """
    begins, ends = bounds(month)
    joined = select(PassCourse.course_id, sa.func.min(PassCourse.joined_at)).where(
        PassCourse.pass_id == pass_.id, PassCourse.joined_at < ends,
        sa.or_(PassCourse.left_at.is_(None), PassCourse.left_at > begins),
    )  # fmt: skip
    found: dict[int, Terms] = {}
    for course_id, since in db.session.execute(joined.group_by(PassCourse.course_id).order_by(PassCourse.course_id)):
        terms = agreed_terms(pass_, course_id, max(since, begins)) or _ended_before(pass_, course_id, begins)
        if terms is not None:
            found[course_id] = terms
    return found


def _ended_before(pass_: CoursePass, course_id: int, begins: datetime) -> Terms | None:
    """The terms that ended within a period's length before a month; None where others hold, or they were not for the pass."""
    terms = contracts.last_terms_before(course_id, begins)
    late = terms is not None and terms.ended_at is not None and terms.ended_at > begins - LONGEST_PERIOD
    return terms if terms is not None and late and _is_for(pass_, terms) else None


def subscriptions_of(person_id: int) -> Sequence[PassSubscription]:
    """Somebody's passes, the latest first, without those that never began."""
    found = select(PassSubscription).where(PassSubscription.person_id == person_id, PassSubscription.state != "expired")
    return db.session.execute(found.order_by(PassSubscription.id.desc())).scalars().all()


def passes_of_subscriptions(public_ids: Iterable[str]) -> dict[str, str]:
    """The public id of the pass, by the public id of its subscription; ids of anything else are left out."""
    found = sa.select(PassSubscription.public_id, CoursePass.public_id).join(
        CoursePass, CoursePass.id == PassSubscription.pass_id
    )
    return dict(db.session.execute(found.where(PassSubscription.public_id.in_(set(public_ids)))).tuples().all())


def going(person_id: int, pass_id: int) -> PassSubscription | None:
    """The subscription that somebody has to a pass, or is about to have."""
    found = select(PassSubscription).where(
        PassSubscription.person_id == person_id, PassSubscription.pass_id == pass_id,
        PassSubscription.state.in_((*BEGINNING, *GOING)),
    )  # fmt: skip
    return db.session.execute(found).scalar_one_or_none()


def had_before(person_id: int, pass_id: int) -> bool:
    """Whether somebody had this pass already: a trial is given once."""
    found = select(PassSubscription.id).where(
        PassSubscription.person_id == person_id, PassSubscription.pass_id == pass_id, PassSubscription.began_at.is_not(None)
    )
    return db.session.execute(found.limit(1)).first() is not None


def subscription_of(session_id: str, reference: str) -> PassSubscription | None:
    """The subscription that a pay page of the rail is about."""
    found = select(PassSubscription).where(
        sa.or_(PassSubscription.session_id == session_id, PassSubscription.public_id == reference)
    )
    return db.session.execute(found.limit(1)).scalar_one_or_none()


def subscription_at_rail(rail_id: str) -> PassSubscription | None:
    """The subscription with this id at the rail."""
    return db.session.execute(
        select(PassSubscription).where(PassSubscription.rail_subscription_id == rail_id)
    ).scalar_one_or_none()


def periods_of(subscription_id: int) -> Sequence[PassPeriod]:
    """What was paid for a subscription, the latest first."""
    found = select(PassPeriod).where(PassPeriod.subscription_id == subscription_id)
    return db.session.execute(found.order_by(PassPeriod.starts_at.desc(), PassPeriod.id.desc())).scalars().all()


def fapiao_that_goes_on(subscription_id: int) -> FapiaoRequest | None:
    """The request by which each later period of a pass has its fapiao asked for; none once finance declined it."""
    found = (
        select(FapiaoRequest)
        .join(PassPeriod, PassPeriod.id == FapiaoRequest.period_id)
        .where(PassPeriod.subscription_id == subscription_id, FapiaoRequest.goes_on)
        .order_by(FapiaoRequest.id.desc())
    )
    last = db.session.execute(found.limit(1)).scalar_one_or_none()
    return last if last is not None and last.state != "declined" else None


def names_of_periods(period_ids: Iterable[int], locale: str) -> dict[int, str]:
    """By period: what its pass is called in a language."""
    name = CoursePass.name_en if locale == "en" else CoursePass.name
    found = (
        select(PassPeriod.id, name)
        .join(PassSubscription, PassSubscription.id == PassPeriod.subscription_id)
        .join(CoursePass, CoursePass.id == PassSubscription.pass_id)
        .where(PassPeriod.id.in_(period_ids))
    )
    return dict(db.session.execute(found).tuples().all())


def enrolments_of(subscription_id: int) -> Sequence[Enrolment]:
    """The enrolments that a subscription opened."""
    found = select(Enrolment).join(PassEnrolment, PassEnrolment.enrolment_id == Enrolment.id)
    return (
        db.session.execute(found.where(PassEnrolment.subscription_id == subscription_id).order_by(Enrolment.id)).scalars().all()
    )


def open_enrolments(person_id: int, course_ids: Sequence[int]) -> dict[int, Enrolment]:
    """By course: what somebody has open of these, by whatever way."""
    found = select(Enrolment).where(
        Enrolment.person_id == person_id, Enrolment.course_id.in_(course_ids), Enrolment.ended_at.is_(None)
    )
    return {each.course_id: each for each in db.session.execute(found).scalars()}


def earlier_enrolment(person_id: int, course_id: int) -> Enrolment | None:
    """Somebody's last enrolment in a course that ended with a pass, or that waits for a part of its price."""
    found = select(Enrolment).where(
        Enrolment.person_id == person_id, Enrolment.course_id == course_id,
        Enrolment.ended_reason.in_((CLOSED_WITH_IT, CLOSED_BY)),
    )  # fmt: skip
    return db.session.execute(found.order_by(Enrolment.id.desc()).limit(1)).scalar_one_or_none()
