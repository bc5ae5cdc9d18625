"""What the page of one course tells, and what the shop shows to machines that read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from coursehub.catalog.models import Course, Release, ReleaseText
from coursehub.catalog.queries import SkillLevel, skills_of
from coursehub.contracts.models import Listing
from coursehub.db import db
from coursehub.learning import queries as learning
from coursehub.learning.models import Enrolment, Question
from coursehub.learning.queries import Outline, ReviewSummary
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation, OrganisationRight
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

    @property
    def tax_minor(self) -> int:
        """The tax that the price contains."""
        return Price(self.price_minor, 0, self.tax_bps).tax_minor


@dataclass(frozen=True)
class CoursePage:
    """One course as everybody sees it: of the release that new learners get, or of the last one that was on offer."""

    course_id: int
    public_id: str
    slug: str
    organisation_id: int
    organisation: str
    organisation_slug: str
    is_house: bool
    release_id: int
    version: str
    released_at: datetime
    level: str
    languages: Sequence[str]
    licence: str
    teachers: Sequence[str]
    locale: str
    title: str
    summary: str
    outcomes: Sequence[str]
    is_listed: bool
    offer: Offer | None
    questions: int
    tree: Outline
    skills: Sequence[SkillLevel]
    reviews: ReviewSummary

    @property
    def minutes(self) -> int:
        """How long the whole takes, by the author's estimate."""
        return sum(lesson.minutes for lesson in self.tree.lessons)

    @property
    def steps_by_kind(self) -> dict[str, int]:
        """How many texts, videos, quizzes and exercises there are."""
        kinds = [step.kind for step in self.tree.steps]
        return {kind: kinds.count(kind) for kind in ("text", "video", "quiz", "code") if kind in kinds}

    @property
    def preview_key(self) -> str | None:
        """The first step that everybody may read, while the course is listed."""
        open_steps = (step.key for step in self.tree.steps if step.is_preview)
        return next(open_steps, None) if self.is_listed else None


def course_page(slug: str, locale: str) -> CoursePage | None:
    """What the page of a course tells, in the reader's language or else the course's own; None if it never was on offer."""
    row = db.session.execute(_head(locale), {"slug": slug}).first()
    if row is None:
        return None
    return CoursePage(
        course_id=row.course_id, public_id=row.public_id, slug=row.slug, organisation_id=row.organisation_id,
        organisation=row.organisation, organisation_slug=row.organisation_slug, is_house=row.is_house,
        release_id=row.release_id, version=row.version, released_at=row.listed_at or row.listing_opened_at, level=row.level,
        languages=row.languages, licence=row.licence, teachers=row.teachers, locale=row.locale, title=row.title,
        summary=row.summary, outcomes=row.outcomes, is_listed=row.state == "listed", offer=_offer(row), questions=row.questions,
        tree=learning.outline(row.release_id, row.locale), skills=skills_of(row.release_id, row.locale),
        reviews=learning.review_summary(row.course_id),
    )  # fmt: skip


def _offer(row: sa.Row[Any]) -> Offer | None:
    """None when the course is not sold any more."""
    if row.price_minor is None or row.state != "listed" or row.listing_closed_at is not None:
        return None
    left = None if row.seats_limit is None else max(0, row.seats_limit - row.seats_held)
    return Offer(row.price_minor, row.currency, row.tax_bps, row.refund_days, row.seats_limit, left)


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
    return (
        sa.select(
            Course.id.label("course_id"), Course.public_id, Course.slug, Course.organisation_id,
            (Organisation.name_en if locale == "en" else Organisation.name).label("organisation"),
            Organisation.slug.label("organisation_slug"), Organisation.is_house,
            Release.id.label("release_id"), Release.version, Release.listed_at, Release.state, Release.level, Release.languages,
            Release.licence, Release.teachers,
            sa.func.coalesce(wanted.locale, own.locale).label("locale"),
            sa.func.coalesce(wanted.title, own.title).label("title"),
            sa.func.coalesce(wanted.summary, own.summary).label("summary"),
            sa.case((wanted.locale.is_not(None), wanted.outcomes), else_=own.outcomes).label("outcomes"),
            Listing.opened_at.label("listing_opened_at"), Listing.closed_at.label("listing_closed_at"),
            Offering.price_minor, Offering.currency, Offering.tax_bps, Offering.refund_days, Offering.seats_limit,
            held.correlate(Course, Offering).scalar_subquery().label("seats_held"),
            asked.correlate(Course).scalar_subquery().label("questions"),
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
    """What the page says to one signed-in reader about themselves."""

    enrolment_public_id: str | None
    waiting_order: str | None
    sells_it: bool
    is_catalogue_staff: bool


def reader_of(page: CoursePage, actor: Actor | None) -> Reader | None:
    """Whether the reader has the course, waits to pay for it, or belongs to those who offer it."""
    if actor is None:
        return None
    mine = sa.select(Enrolment.public_id).where(
        Enrolment.person_id == actor.person_id, Enrolment.course_id == page.course_id, Enrolment.ended_at.is_(None)
    )
    waits = sa.select(Order.public_id).where(
        Order.buyer_id == actor.person_id, Order.course_id == page.course_id, Order.state == "awaiting_payment"
    )
    row = db.session.execute(sa.select(mine.scalar_subquery(), waits.scalar_subquery())).one()
    return Reader(row[0], row[1], actor.acts_for(page.organisation_id), "catalogue" in actor.staff_roles)


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
