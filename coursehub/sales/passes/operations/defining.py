"""What a pass is: its price, its rule, and the courses whose partners agreed to that rule."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub import events, rails
from coursehub.catalog.models import Course
from coursehub.contracts import queries as contracts
from coursehub.contracts.clauses import Pool
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.sales.models import CoursePass, PassCourse
from coursehub.sales.passes import policies, queries


class AddressTaken(Refusal):
    """A pass with this address exists already. Choose another one."""


class PriceTooSmall(Refusal):
    """The payment service takes no amount that small. Raise the price."""


class CourseDoesNotAgree(Refusal):
    """The terms of this course do not name the rule of this pass. Its partners have to agree to the rule first."""


class CourseNotOnSale(Refusal):
    """This course is not on sale. A pass opens only courses that are."""


@dataclass(frozen=True)
class PassDraft:
    """A pass as it is to be offered; amounts in minor units, tax included."""

    slug: str
    name: str
    name_en: str
    about: str
    about_en: str
    price_minor: int
    currency: str
    tax_bps: int
    pool: Pool
    trial_days: int = 7
    grace_days: int = 7
    refund_days: int = 7


def open_pass(draft: PassDraft, *, by: Actor, at: datetime) -> CoursePass:
    """Offer a pass; courses join it one by one. Raises AddressTaken, PriceTooSmall."""
    require(policies.may_define(by))
    if draft.price_minor < rails.LEAST_MINOR[draft.currency]:
        raise PriceTooSmall
    with transaction():
        if queries.pass_by_slug(draft.slug) is not None:
            raise AddressTaken
        made = CoursePass(
            slug=draft.slug, name=draft.name, name_en=draft.name_en, about=draft.about, about_en=draft.about_en,
            price_minor=draft.price_minor, currency=draft.currency, tax_bps=draft.tax_bps, trial_days=draft.trial_days,
            grace_days=draft.grace_days, refund_days=draft.refund_days, rule=draft.pool.rule,
            floor_minutes=draft.pool.floor_minutes, unused=draft.pool.unused, opened_at=at, opened_by_id=by.person_id,
        )  # fmt: skip
        db.session.add(made)
        try:
            db.session.flush()
        except sa.exc.IntegrityError as problem:  # its twin was quicker
            raise AddressTaken from problem
        events.record("sales.pass_opened", at=at, pass_id=made.id, by_id=by.person_id)
    return made


def add_course(pass_: CoursePass, course: Course, *, by: Actor, at: datetime) -> PassCourse:
    """A course joins a pass, if its terms in force name the very rule of the pass.

    A second time changes nothing. Raises CourseNotOnSale, CourseDoesNotAgree.
    """
    require(policies.may_define(by))
    with transaction():
        lock(pass_)
        if contracts.open_listing(course.id) is None:
            raise CourseNotOnSale
        if queries.agreed_terms(pass_, course.id, at) is None:
            raise CourseDoesNotAgree
        found = sa.select(PassCourse).where(
            PassCourse.pass_id == pass_.id, PassCourse.course_id == course.id, PassCourse.left_at.is_(None)
        )
        before = db.session.execute(found).scalar_one_or_none()
        if before is not None:
            return before
        made = PassCourse(pass_id=pass_.id, course_id=course.id, joined_at=at, joined_by_id=by.person_id)
        db.session.add(made)
        db.session.flush()
        events.record("sales.course_joined_pass", at=at, pass_id=pass_.id, course_id=course.id, by_id=by.person_id)
    return made


def take_course_out(pass_: CoursePass, course: Course, *, by: Actor, at: datetime) -> None:
    """A course leaves a pass: nobody opens it any more by this pass; whoever has it open keeps it as long as they pay."""
    require(policies.may_define(by))
    with transaction():
        lock(pass_)
        left = sa.update(PassCourse).where(
            PassCourse.pass_id == pass_.id, PassCourse.course_id == course.id, PassCourse.left_at.is_(None)
        )
        db.session.execute(left.values(left_at=at))
        events.record("sales.course_left_pass", at=at, pass_id=pass_.id, course_id=course.id, by_id=by.person_id)


def close_pass(pass_: CoursePass, *, by: Actor, at: datetime) -> None:
    """Nobody takes this pass any more; those who have it go on."""
    require(policies.may_define(by))
    with transaction():
        lock(pass_)
        pass_.closed_at = pass_.closed_at or at
