"""What the page of one course tells, and what the shop shows to machines that read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from coursehub.catalog.models import Course, Release, ReleaseSkill, ReleaseText, Skill
from coursehub.catalog.queries import SkillLevel
from coursehub.contracts.models import Listing
from coursehub.db import db, look
from coursehub.learning import queries as learning
from coursehub.learning.models import CourseReview, Enrolment, Question
from coursehub.learning.queries import ReviewSummary
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation, OrganisationRight
from coursehub.sales.instalments import amounts
from coursehub.sales.models import Offering, Order
from coursehub.sales.prices import Price
from coursehub.sales.shop.finding import Shelf, shelf


@dataclass(frozen=True)
class Offer:
    """How a course can be had now. seats_left: None where seats are not limited."""

    price_minor: int
    currency: str
    tax_bps: int
    refund_days: int
    seats_limit: int | None
    seats_left: int | None
    instalments: int = 1

    @property
    def part_minor(self) -> int:
        """What is paid each month, where the price is paid in parts; the first part may be a little more."""
        return amounts(self.price_minor, self.instalments)[-1]

    @property
    def tax_minor(self) -> int:
        """The tax that the price contains."""
        return Price(self.price_minor, 0, self.tax_bps).tax_minor


@dataclass(frozen=True)
class CourseFacts:
    """What everybody sees of a course and no sale, review or reader changes; of the release that new learners get, or the last.

    Two that are equal make the same page: whatever the page says of a release beside its tree stands here.
    """

    course_id: int
    public_id: str
    slug: str
    organisation_id: int
    organisation: str
    organisation_slug: str
    release_id: int
    release_public_id: str
    content_hash: str | None
    version: str
    released_at: datetime
    level: str
    languages: tuple[str, ...]
    licence: str
    teachers: tuple[str, ...]
    locale: str
    title: str
    summary: str
    outcomes: tuple[str, ...]
    is_listed: bool
    questions: int
    skills: tuple[SkillLevel, ...]


@dataclass(frozen=True)
class CoursePage:
    """A course with how it can be had now and what learners give it now."""

    facts: CourseFacts
    offer: Offer | None
    reviews: ReviewSummary


def course_page(slug: str, locale: str) -> CoursePage | None:
    """What the page of a course tells, in the reader's language or else the course's own; None if it never was on offer."""
    row = look(_head(locale), {"slug": slug}).first()
    if row is None:
        return None
    facts = CourseFacts(
        course_id=row.course_id, public_id=row.public_id, slug=row.slug, organisation_id=row.organisation_id,
        organisation=row.organisation, organisation_slug=row.organisation_slug, release_id=row.release_id,
        release_public_id=row.release_public_id, content_hash=row.content_hash, version=row.version,
        released_at=row.listed_at or row.listing_opened_at, level=row.level, languages=tuple(row.languages), licence=row.licence,
        teachers=tuple(row.teachers), locale=row.locale, title=row.title, summary=row.summary, outcomes=tuple(row.outcomes),
        is_listed=row.state == "listed", questions=row.questions, skills=_skills(row.release_id, row.locale),
    )  # fmt: skip
    reviews = learning.review_summary(row.course_id) if row.reviews else ReviewSummary(0, 0)
    return CoursePage(facts, _offer(row), reviews)


def _skills(release_id: int, locale: str) -> tuple[SkillLevel, ...]:
    """As catalog's skills_of, with a statement that is kept. Names are read each time: no revision tells that one changed."""
    rows = look(_SKILLS, {"release_id": release_id}).all()
    return tuple(
        SkillLevel(id_, code, name.get(locale) or next(iter(name.values()), ""), level) for id_, code, name, level in rows
    )


_SKILLS = (
    sa.select(Skill.id, Skill.code, Skill.name, ReleaseSkill.level)
    .join(ReleaseSkill, ReleaseSkill.skill_id == Skill.id)
    .where(ReleaseSkill.release_id == sa.bindparam("release_id"))
    .order_by(ReleaseSkill.level.desc(), Skill.position, Skill.id)
)


def _offer(row: sa.Row[Any]) -> Offer | None:
    """None when the course is not sold any more."""
    if row.price_minor is None or row.state != "listed" or row.listing_closed_at is not None:
        return None
    left = None if row.seats_limit is None else max(0, row.seats_limit - row.seats_held)
    return Offer(row.price_minor, row.currency, row.tax_bps, row.refund_days, row.seats_limit, left, row.instalments)


@lru_cache(maxsize=4)
def _head(locale: str) -> Shelf:
    """A course with its release, its words, its offering and what is counted about it, in one row."""
    any_listing, any_release = aliased(Listing), aliased(Release)
    latest = sa.select(any_listing.id).where(any_listing.course_id == Course.id).correlate(Course)
    latest = latest.order_by(any_listing.closed_at.is_not(None), any_listing.id.desc()).limit(1)
    listed = sa.select(any_release.id).where(any_release.course_id == Course.id, any_release.state == "listed").correlate(Course)
    own, wanted = aliased(ReleaseText), aliased(ReleaseText)
    held = sa.select(sa.func.count(Order.id)).where(Order.course_id == Course.id, Order.seat_n <= Offering.seats_limit)
    asked = sa.select(sa.func.count(Question.id)).where(
        Question.course_id == Course.id, Question.deleted_at.is_(None), Question.hidden_at.is_(None)
    )
    reviewed = sa.select(sa.func.count(CourseReview.id)).where(
        CourseReview.course_id == Course.id, CourseReview.deleted_at.is_(None), CourseReview.hidden_at.is_(None)
    )
    return (
        sa.select(
            Course.id.label("course_id"), Course.public_id, Course.slug, Course.organisation_id,
            (Organisation.name_en if locale == "en" else Organisation.name).label("organisation"),
            Organisation.slug.label("organisation_slug"),
            Release.id.label("release_id"), Release.public_id.label("release_public_id"), Release.content_hash,
            Release.version, Release.listed_at, Release.state, Release.level, Release.languages, Release.licence,
            Release.teachers,
            sa.func.coalesce(wanted.locale, own.locale).label("locale"),
            sa.func.coalesce(wanted.title, own.title).label("title"),
            sa.func.coalesce(wanted.summary, own.summary).label("summary"),
            sa.case((wanted.locale.is_not(None), wanted.outcomes), else_=own.outcomes).label("outcomes"),
            Listing.opened_at.label("listing_opened_at"), Listing.closed_at.label("listing_closed_at"),
            Offering.price_minor, Offering.currency, Offering.tax_bps, Offering.refund_days, Offering.seats_limit,
            Offering.instalments,
            held.correlate(Course, Offering).scalar_subquery().label("seats_held"),
            asked.correlate(Course).scalar_subquery().label("questions"),
            reviewed.correlate(Course).scalar_subquery().label("reviews"),
        )
        .join(Organisation, Organisation.id == Course.organisation_id)
        .join(Listing, Listing.id == latest.scalar_subquery())
        .join(Release, Release.id == sa.func.coalesce(listed.scalar_subquery(), Listing.release_id))
        .join(own, sa.and_(own.release_id == Release.id, own.locale == Course.original_locale))
        .outerjoin(wanted, sa.and_(wanted.release_id == Release.id, wanted.locale == locale))
        .outerjoin(Offering, sa.and_(Offering.course_id == Course.id, Offering.closed_at.is_(None)))
        .where(Course.slug == sa.bindparam("slug"))
    )  # fmt: skip


@dataclass(frozen=True)
class Reader:
    """What the page says to one signed-in reader about themselves. is_lent: only a pass opens the course to them."""

    enrolment_public_id: str | None
    is_lent: bool
    waiting_order: str | None
    sells_it: bool
    is_catalogue_staff: bool


def reader_of(course: CourseFacts, actor: Actor | None) -> Reader | None:
    """Whether the reader has the course, waits to pay for it, or belongs to those who offer it."""
    if actor is None:
        return None
    row = look(_OWN, {"person_id": actor.person_id, "course_id": course.course_id}).one()
    return Reader(row[0], row[1] == "pass", row[2], actor.acts_for(course.organisation_id), "catalogue" in actor.staff_roles)


_MINE = (
    Enrolment.person_id == sa.bindparam("person_id"),
    Enrolment.course_id == sa.bindparam("course_id"),
    Enrolment.ended_at.is_(None),
)
_OWN = sa.select(
    sa.select(Enrolment.public_id).where(*_MINE).scalar_subquery(),
    sa.select(Enrolment.source).where(*_MINE).scalar_subquery(),
    sa.select(Order.public_id)
    .where(
        Order.buyer_id == sa.bindparam("person_id"),
        Order.course_id == sa.bindparam("course_id"),
        Order.state == "awaiting_payment",
        Order.gift_id.is_(None),
    )
    .scalar_subquery(),
)


@dataclass(frozen=True)
class PartnerPage:
    """An organisation that offers courses, as everybody sees it."""

    slug: str
    name: str
    other_name: str
    is_house: bool
    since: datetime


def partner_page(slug: str, locale: str) -> PartnerPage | None:
    """The organisation with this address, if it may sell now; None otherwise."""
    sells = sa.exists().where(
        OrganisationRight.organisation_id == Organisation.id,
        OrganisationRight.right == "sells",
        OrganisationRight.until_at.is_(None),
    )
    found = sa.select(
        Organisation.slug, Organisation.name, Organisation.name_en, Organisation.is_house, Organisation.created_at
    ).where(Organisation.slug == slug, sells)
    row = db.session.execute(found).first()
    if row is None:
        return None
    name, other = (row.name_en, row.name) if locale == "en" else (row.name, row.name_en)
    return PartnerPage(row.slug, name, other, row.is_house, row.created_at)


@dataclass(frozen=True)
class Address:
    """A page that search engines may list."""

    slug: str
    languages: Sequence[str]
    changed_at: datetime


def addresses() -> list[Address]:
    """Every course on the shelf with the day it last changed, and its languages."""
    changed = sa.func.coalesce(Release.listed_at, Listing.opened_at)
    found = shelf().with_only_columns(Course.slug, Release.languages, changed.label("changed_at")).order_by(Course.slug)
    return [Address(row.slug, row.languages, row.changed_at) for row in db.session.execute(found.limit(40_000))]


def sellers() -> list[str]:
    """The slugs of organisations with a course on the shelf."""
    found = shelf().with_only_columns(Organisation.slug).distinct().order_by(Organisation.slug)
    return list(db.session.execute(found).scalars())


@dataclass(frozen=True)
class News:
    """A course that came onto the shelf, or a new release of it."""

    public_id: str
    slug: str
    title: str
    summary: str
    locale: str
    organisation: str
    version: str
    at: datetime


def news(locale: str, *, limit: int = 30) -> list[News]:
    """What came onto the shelf last, newest first, in the reader's language or else the course's own."""
    own, wanted = aliased(ReleaseText), aliased(ReleaseText)
    at = sa.func.coalesce(Release.listed_at, Listing.opened_at)
    found = (
        shelf()
        .join(own, sa.and_(own.release_id == Release.id, own.locale == Course.original_locale))
        .outerjoin(wanted, sa.and_(wanted.release_id == Release.id, wanted.locale == locale))
        .with_only_columns(
            Release.public_id,
            Course.slug,
            sa.func.coalesce(wanted.title, own.title).label("title"),
            sa.func.coalesce(wanted.summary, own.summary).label("summary"),
            sa.func.coalesce(wanted.locale, own.locale).label("locale"),
            (Organisation.name_en if locale == "en" else Organisation.name).label("organisation"),
            Release.version,
            at.label("at"),
        )
        .order_by(at.desc(), Course.id.desc())
        .limit(limit)
    )
    return [News(**row._mapping) for row in db.session.execute(found)]
