"""Courses on the shelf that meet a wish, narrowed, counted and put in order. Columns only.

What filters and orders ask of each course is kept in memory (`shelf.py`) for as long as the
database says that the shelf is in the same state: triggers let its revision grow with every
change. What a page shows of its courses is read each time, for those courses alone.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from coursehub.catalog.models import CatalogueRevision, Course, Lesson, Release, ReleaseSkill, ReleaseText, Skill
from coursehub.catalog.queries import courses_holding
from coursehub.contracts.models import Listing
from coursehub.db import in_transaction, look
from coursehub.kept import Kept
from coursehub.learning import queries as learning
from coursehub.learning.models import CourseReview
from coursehub.learning.queries import ReviewSummary
from coursehub.people.models import Organisation
from coursehub.plans import Several
from coursehub.sales.models import Offering, Order
from coursehub.sales.shop.forms import PER_PAGE, Wish
from coursehub.sales.shop.shelf import Counts, ShelfInMemory, SkillOnShelf, Standing
from coursehub.web import Page

# A mean of few reviews says little: each course is ranked as if five more readers had given 3.5 stars.
IMAGINED_REVIEWS, IMAGINED_STARS_TENTHS = 5, 35

Shelf = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class CourseRow:
    """One course as the catalogue lists it."""

    course_id: int
    slug: str
    title: str
    summary: str
    locale: str
    organisation: str
    level: str
    languages: tuple[str, ...]
    price_minor: int
    currency: str
    is_sold_out: bool
    lessons: int
    minutes: int
    reviews: ReviewSummary | None = None


@dataclass(frozen=True)
class Finding:
    """What a wish found: one page of courses, and the counts beside the filters."""

    courses: Page[CourseRow]
    counts: Counts


def shelf() -> Shelf:
    """Courses that can be bought now: a listed release, an open listing under terms, an open offering."""
    return (
        sa.select(Course.id)
        .join(Release, sa.and_(Release.course_id == Course.id, Release.state == sa.literal_column("'listed'")))
        .join(Listing, sa.and_(Listing.course_id == Course.id, Listing.closed_at.is_(None)))
        .join(Offering, sa.and_(Offering.course_id == Course.id, Offering.closed_at.is_(None)))
        .join(Organisation, Organisation.id == Course.organisation_id)
    )


def courses_found(wish: Wish, *, locale: str, home_currency: str) -> Finding:
    """The courses that meet a wish, in the reader's language or else their own.

    home_currency: courses priced in it come first when prices are compared.
    """
    standing = shelf_now()
    ranks = courses_holding(wish.q) if wish.q else {}
    worded = (
        standing.as_places(standing.place_of[each] for each in ranks if each in standing.place_of) if wish.q else standing.every
    )
    counts = standing.counts(wish, worded, locale)
    number = min(wish.page, max(1, -(-counts.total // PER_PAGE)))
    found = standing.met(wish, worded)
    if wish.sort == "price":
        order = standing.cheapest(found, home_currency)
    elif wish.sort == "rating":
        order = standing.highest(found, dict(look(_RATED).all()))
    elif wish.q and wish.sort == "relevance":
        order = standing.highest(found, ranks)
    else:
        order = standing.newest(found)
    return Finding(Page(_rows(standing.page(order, number, PER_PAGE), locale), number, PER_PAGE, counts.total), counts)


def courses_of(organisation_slug: str, *, locale: str) -> list[CourseRow]:
    """What one organisation has on the shelf, the newest first; at most 200."""
    standing = shelf_now()
    found = standing.met(Wish(by=organisation_slug), standing.every)
    courses = standing.page(standing.newest(found), 1, 200)
    return [row for n in range(0, len(courses), PER_PAGE) for row in _rows(courses[n : n + PER_PAGE], locale)]


# The shelf in memory

_SHELVES: Kept[ShelfInMemory] = Kept(2)


def shelf_now() -> ShelfInMemory:
    """The shelf as the database has it now.

    A revision that was not committed may yet mean something else: inside a transaction nothing is kept.
    """
    if in_transaction():
        return _read_shelf()
    return _SHELVES.get(tuple(look(_STATE).one()), _read_shelf)


# The newest rows tell databases apart whose revisions happen to be equal, such as one before and after a restore.
_STATE = sa.select(
    sa.select(CatalogueRevision.number).where(CatalogueRevision.id == 1).scalar_subquery(),
    sa.select(Listing.public_id).order_by(Listing.id.desc()).limit(sa.literal_column("1")).scalar_subquery(),
    sa.select(Offering.public_id).order_by(Offering.id.desc()).limit(sa.literal_column("1")).scalar_subquery(),
)
_STANDING = shelf().with_only_columns(
    Course.id.label("course_id"),
    Release.id.label("release_id"),
    sa.func.coalesce(Release.listed_at, Listing.opened_at).label("since"),
    Release.level,
    Release.languages,
    Offering.price_minor,
    Offering.currency,
    Organisation.slug.label("seller"),
    Organisation.is_house,
)
_TAUGHT = sa.select(ReleaseSkill.release_id, ReleaseSkill.skill_id).join(
    Release, sa.and_(Release.id == ReleaseSkill.release_id, Release.state == sa.literal_column("'listed'"))
)
_SKILLS = sa.select(Skill.id, Skill.code, Skill.name, Skill.parent_id).order_by(Skill.position, Skill.id)


def _read_shelf() -> ShelfInMemory:
    """The whole of it, in three statements."""
    rows = look(_STANDING).all()
    taught: dict[int, list[int]] = {}
    for release_id, skill_id in look(_TAUGHT):
        taught.setdefault(release_id, []).append(skill_id)
    courses = [
        Standing(**row._asdict() | {"languages": tuple(row.languages), "skill_ids": tuple(taught.get(row.release_id, ()))})
        for row in rows
    ]
    return ShelfInMemory(courses, [SkillOnShelf(*row) for row in look(_SKILLS)])


# What a page shows of its courses


def _rows(courses: list[Standing], locale: str) -> list[CourseRow]:
    """These courses, at most a page of them, in this order. One that was taken off meanwhile is missing."""
    if not courses:
        return []
    found = {row.course_id: row for row in look(_rows_of(locale), _PAGE.values([course.release_id for course in courses]))}
    reviews = learning.review_summaries([course.course_id for course in courses])
    return [
        CourseRow(
            **found[course.course_id]._asdict(), level=course.level, languages=course.languages,
            reviews=reviews.get(course.course_id),
        )
        for course in courses
        if course.course_id in found
    ]  # fmt: skip


_PAGE = Several("release", PER_PAGE)


@lru_cache(maxsize=8)
def _rows_of(locale: str) -> Shelf:
    """A page of releases."""
    own, wanted = aliased(ReleaseText), aliased(ReleaseText)
    held = sa.select(sa.func.count()).where(Order.course_id == Course.id, Order.seat_n <= Offering.seats_limit)
    lessons = sa.select(sa.func.count()).where(Lesson.release_id == Release.id)
    minutes = sa.select(sa.func.coalesce(sa.func.sum(Lesson.minutes), 0)).where(Lesson.release_id == Release.id)
    return (
        sa.select(
            Course.id.label("course_id"),
            Course.slug,
            sa.func.coalesce(wanted.title, own.title).label("title"),
            sa.func.coalesce(wanted.summary, own.summary).label("summary"),
            sa.func.coalesce(wanted.locale, own.locale).label("locale"),
            (Organisation.name_en if locale == "en" else Organisation.name).label("organisation"),
            Offering.price_minor,
            Offering.currency,
            sa.case((Offering.seats_limit.is_(None), sa.false()), else_=held.scalar_subquery() >= Offering.seats_limit).label(
                "is_sold_out"
            ),
            lessons.scalar_subquery().label("lessons"),
            minutes.scalar_subquery().label("minutes"),
        )
        .select_from(Release)
        .join(Course, Course.id == Release.course_id)
        .join(Organisation, Organisation.id == Course.organisation_id)
        .join(Offering, sa.and_(Offering.course_id == Course.id, Offering.closed_at.is_(None)))
        .join(own, sa.and_(own.release_id == Release.id, own.locale == Course.original_locale))
        .outerjoin(wanted, sa.and_(wanted.release_id == Release.id, wanted.locale == locale))
        .where(Release.id.in_(_PAGE.parameters))
    )


def _rated() -> Shelf:
    """The score of every course that has reviews."""
    shown = sa.and_(CourseReview.deleted_at.is_(None), CourseReview.hidden_at.is_(None))
    weight = sa.func.count() + IMAGINED_REVIEWS
    stars = 1000 * sa.func.sum(CourseReview.stars) + 100 * IMAGINED_REVIEWS * IMAGINED_STARS_TENTHS
    return sa.select(CourseReview.course_id, (stars // weight).label("score")).where(shown).group_by(CourseReview.course_id)


_RATED = _rated()
