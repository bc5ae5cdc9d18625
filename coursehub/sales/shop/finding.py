"""The shelf: every course that can be bought now, narrowed, counted and put in order. Columns only, five statements at most."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from coursehub import search
from coursehub.catalog.models import CatalogueRevision, Course, Lesson, Release, ReleaseSkill, ReleaseText, Skill
from coursehub.catalog.models.course import LEVELS, LOCALES
from coursehub.catalog.queries import search_courses
from coursehub.contracts.models import Listing
from coursehub.db import db, look
from coursehub.learning import queries as learning
from coursehub.learning.models import CourseReview
from coursehub.learning.queries import ReviewSummary
from coursehub.people.models import Organisation
from coursehub.sales.models import Offering, Order
from coursehub.sales.shop.forms import BANDS, PER_PAGE, Wish
from coursehub.web import Page

# Up to here a price counts as low, in each currency's own minor units.
LOW_MINOR = {"CNY": 20_000, "USD": 3_000, "EUR": 3_000, "GBP": 2_500, "HKD": 20_000, "SGD": 4_000, "JPY": 4_000}
# A mean of few reviews says little: each course is ranked as if five more readers had given 3.5 stars.
IMAGINED_REVIEWS, IMAGINED_STARS_TENTHS = 5, 35

# Stands for whatever words a reader looks for, in a statement that takes them when it is run.
WORDS = "\0words"

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
    organisation_slug: str
    is_house: bool
    level: str
    languages: tuple[str, ...]
    price_minor: int
    currency: str
    is_sold_out: bool
    lessons: int
    minutes: int
    reviews: ReviewSummary | None = None


@dataclass(frozen=True)
class Counts:
    """How many courses each choice of a filter would show, the other filters as they stand."""

    total: int
    unfiltered: int
    levels: dict[str, int]
    prices: dict[str, int]
    by: dict[str, int]
    languages: dict[str, int]
    skills: list[tuple[str, str, int]]


@dataclass(frozen=True)
class Finding:
    """What a wish found: one page of courses, and the counts beside the filters."""

    courses: Page[CourseRow]
    counts: Counts


def shelf() -> Shelf:
    """Courses that can be bought now: a listed release, an open listing under terms, an open offering."""
    return (
        sa.select(Course.id)
        .join(Release, sa.and_(Release.course_id == Course.id, Release.state == "listed"))
        .join(Listing, sa.and_(Listing.course_id == Course.id, Listing.closed_at.is_(None)))
        .join(Offering, sa.and_(Offering.course_id == Course.id, Offering.closed_at.is_(None)))
        .join(Organisation, Organisation.id == Course.organisation_id)
    )


def courses_found(wish: Wish, *, locale: str, home_currency: str) -> Finding:
    """The courses that meet a wish, in the reader's language or else their own.

    home_currency: courses priced in it come first when prices are compared.
    """
    counts = _counts(_state_of_shelf(), replace(wish, page=1, sort=wish.default_sort), locale)
    last = max(1, -(-counts.total // PER_PAGE))
    number = min(wish.page, last)
    statement = _unless_words(_rows, wish, locale, home_currency)
    items = _listed(statement, {"many": PER_PAGE, "skipped": (number - 1) * PER_PAGE, **_words(wish)})
    return Finding(Page(items, number, PER_PAGE, counts.total), counts)


def courses_of(organisation_slug: str, *, locale: str, home_currency: str) -> list[CourseRow]:
    """What one organisation has on the shelf, the newest first; at most 200."""
    statement = _unless_words(_rows, Wish(by=organisation_slug), locale, home_currency)
    return _listed(statement, {"many": 200, "skipped": 0})


def _listed(statement: Shelf, values: dict[str, Any]) -> list[CourseRow]:
    rows = look(statement, values).all()
    reviews = learning.review_summaries([row.course_id for row in rows]) if rows else {}
    return [CourseRow(**row._asdict() | {"languages": tuple(row.languages)}, reviews=reviews.get(row.course_id)) for row in rows]


def _unless_words(build: Callable[..., Shelf], wish: Wish, *rest: str) -> Shelf:
    """A statement depends on few values besides the words, which are bound: it is put together once and kept."""
    if wish.q and not search.wanted(wish.q):
        return build(wish, *rest)
    return _kept(build, replace(wish, q=WORDS if wish.q else "", page=1), rest)


def _words(wish: Wish) -> dict[str, str]:
    """The words as the kept statements take them."""
    words = search.wanted(wish.q) if wish.q else ""
    return {"words": words} if words else {}


@lru_cache(maxsize=256)
def _kept(build: Callable[..., Shelf], wish: Wish, rest: tuple[str, ...]) -> Shelf:
    return build(wish, *rest)


# Filters: each is one condition on the shelf


def _band() -> sa.ColumnElement[str]:
    line = sa.case(LOW_MINOR, value=Offering.currency, else_=0)
    return sa.case((Offering.price_minor == 0, "free"), (Offering.price_minor <= line, "low"), else_="high")


def _speaks(language: str) -> sa.ColumnElement[bool]:
    return sa.cast(Release.languages, sa.Text).like(f'%"{language}"%')


def _is_by(by: str) -> sa.ColumnElement[bool]:
    if by in ("house", "partners"):
        return Organisation.is_house.is_(by == "house")
    return Organisation.slug == by


def _closure() -> sa.CTE:
    """Every skill with itself and all that is narrower: (wide, narrow)."""
    tree = sa.select(Skill.id.label("wide"), Skill.id.label("narrow")).cte("closure", recursive=True)
    return tree.union_all(sa.select(tree.c.wide, Skill.id).join(tree, Skill.parent_id == tree.c.narrow))


def _teaches(skill: str) -> sa.ColumnElement[bool]:
    tree = sa.select(Skill.id).where(Skill.code == skill).cte("narrower", recursive=True)
    tree = tree.union_all(sa.select(Skill.id).join(tree, Skill.parent_id == tree.c.id))
    # Asked of each release: as a list of releases, SQLite would walk it again for every search hit.
    return sa.exists().where(ReleaseSkill.release_id == Release.id, ReleaseSkill.skill_id.in_(sa.select(tree.c.id)))


def _worded(found: Shelf, wish: Wish) -> Shelf:
    """Only what holds the words; `hits.rank` then says how well."""
    if not wish.q:
        return found
    hits = search_courses(sa.bindparam("words") if wish.q == WORDS else wish.q).subquery("hits")
    return found.join(hits, hits.c.course_id == Course.id).add_columns(hits.c.rank)


def _narrowed(found: Shelf, wish: Wish, *, but: str = "") -> Shelf:
    """The shelf with all filters of a wish, or with all but one."""
    if wish.skill and but != "skill":
        found = found.where(_teaches(wish.skill))
    if but == "all_but_skill":
        return found
    if wish.levels:
        found = found.where(Release.level.in_(sorted(wish.levels)))
    if wish.price:
        found = found.where(_band() == wish.price)
    if wish.by:
        found = found.where(_is_by(wish.by))
    if wish.language:
        found = found.where(_speaks(wish.language))
    return found


# The page itself


def _rows(wish: Wish, locale: str, home_currency: str) -> Shelf:
    own, wanted = aliased(ReleaseText), aliased(ReleaseText)
    held = sa.select(sa.func.count()).where(Order.course_id == Course.id, Order.seat_n <= Offering.seats_limit)
    lessons = sa.select(sa.func.count()).where(Lesson.release_id == Release.id)
    minutes = sa.select(sa.func.coalesce(sa.func.sum(Lesson.minutes), 0)).where(Lesson.release_id == Release.id)
    found = _narrowed(_worded(shelf(), wish), wish)
    order = _order(found, wish, home_currency)
    if wish.sort == "rating":
        rated = _rated()
        found = found.outerjoin(rated, rated.c.course_id == Course.id)
        order = [sa.func.coalesce(rated.c.score, 0).desc(), *order]
    found = found.join(own, sa.and_(own.release_id == Release.id, own.locale == Course.original_locale))
    found = found.outerjoin(wanted, sa.and_(wanted.release_id == Release.id, wanted.locale == locale))
    shown = found.with_only_columns(
        Course.id.label("course_id"),
        Course.slug,
        sa.func.coalesce(wanted.title, own.title).label("title"),
        sa.func.coalesce(wanted.summary, own.summary).label("summary"),
        sa.func.coalesce(wanted.locale, own.locale).label("locale"),
        (Organisation.name_en if locale == "en" else Organisation.name).label("organisation"),
        Organisation.slug.label("organisation_slug"),
        Organisation.is_house,
        Release.level,
        Release.languages,
        Offering.price_minor,
        Offering.currency,
        sa.case((Offering.seats_limit.is_(None), sa.false()), else_=held.scalar_subquery() >= Offering.seats_limit).label(
            "is_sold_out"
        ),
        lessons.scalar_subquery().label("lessons"),
        minutes.scalar_subquery().label("minutes"),
    )
    return shown.order_by(*order).limit(sa.bindparam("many")).offset(sa.bindparam("skipped"))


def _order(found: Shelf, wish: Wish, home_currency: str) -> list[Any]:
    newest: list[Any] = [sa.func.coalesce(Release.listed_at, Listing.opened_at).desc(), Course.id.desc()]
    if wish.sort == "price":
        return [Offering.currency != home_currency, Offering.currency, Offering.price_minor, *newest]
    if wish.sort == "relevance" and wish.q:
        return [found.selected_columns.rank.desc(), *newest]
    return newest


def _rated() -> sa.Subquery:
    shown = sa.and_(CourseReview.deleted_at.is_(None), CourseReview.hidden_at.is_(None))
    weight = sa.func.count() + IMAGINED_REVIEWS
    stars = 1000 * sa.func.sum(CourseReview.stars) + 100 * IMAGINED_REVIEWS * IMAGINED_STARS_TENTHS
    mean = sa.select(CourseReview.course_id, (stars // weight).label("score"))
    return mean.where(shown).group_by(CourseReview.course_id).subquery("rated")


# The counts beside the filters


def _kinds(wish: Wish, _locale: str) -> Shelf:
    """The shelf by everything that a filter asks, save the skill: some hundred rows at most, whatever the shelf holds."""
    chosen = Organisation.slug == wish.by if wish.by not in ("", "house", "partners") else sa.false()
    kinds = (
        Release.level.label("level"), _band().label("band"), Organisation.is_house.label("is_house"), chosen.label("is_chosen"),
        _speaks("zh-CN").label("in_chinese"), _speaks("en").label("in_english"),
    )  # fmt: skip
    found = _narrowed(_worded(shelf(), wish), wish, but="all_but_skill").with_only_columns(*kinds)
    inner = found.subquery()
    return sa.select(*inner.c, sa.func.count().label("n")).group_by(*inner.c)


def _skills(wish: Wish, _locale: str) -> Shelf:
    """Every skill that courses on the narrowed shelf teach, with how many; a wider skill counts its narrower ones."""
    closure = _closure()
    found = _narrowed(_worded(shelf(), wish), wish, but="skill").with_only_columns(Course.id, Release.id.label("release_id"))
    inner = found.subquery()
    n = sa.func.count(sa.distinct(inner.c.id)).label("n")
    return (
        sa.select(Skill.code, Skill.name, n)
        .join(closure, closure.c.wide == Skill.id)
        .join(ReleaseSkill, ReleaseSkill.skill_id == closure.c.narrow)
        .join(inner, inner.c.release_id == ReleaseSkill.release_id)
        .group_by(Skill.id)
        .order_by(n.desc(), Skill.position, Skill.id)
    )


def _state_of_shelf() -> tuple[Any, ...]:
    """What changes whenever the shelf does: listings and offerings are only ever added and closed, all else is a revision."""
    return tuple(look(_state_statement()).one())


@lru_cache(maxsize=1)
def _state_statement() -> Shelf:
    parts: list[Any] = [sa.select(CatalogueRevision.number).where(CatalogueRevision.id == 1).scalar_subquery()]
    tables: tuple[Any, ...] = (Listing, Offering)
    for n, table in enumerate(tables):
        parts.append(sa.select(table.public_id).order_by(table.id.desc()).limit(1).scalar_subquery().label(f"newest_{n}"))
        parts.append(sa.select(sa.func.count(table.closed_at)).select_from(table).scalar_subquery().label(f"closed_{n}"))
    return sa.select(*parts)


@lru_cache(maxsize=512)
def _counts(_state: tuple[Any, ...], wish: Wish, locale: str) -> Counts:
    """Counted once for each wish and state of the shelf, and kept."""
    kinds = db.session.execute(_unless_words(_kinds, wish, locale), _words(wish)).all()
    wanted = {"level": wish.levels, "price": {wish.price}, "by": {wish.by}, "language": {wish.language}}
    asked = {group: values - {""} for group, values in wanted.items() if values - {""}}

    def count(group: str, value: str) -> int:
        others = [(other, values) for other, values in asked.items() if other != group]
        return sum(
            kind.n
            for kind in kinds
            if (not group or _has(kind, group, value))
            and all(any(_has(kind, other, each) for each in values) for other, values in others)
        )

    sellers = ["house", "partners", *([wish.by] if wish.by not in ("", "house", "partners") else [])]
    return Counts(
        total=count("", ""),
        unfiltered=sum(kind.n for kind in kinds),
        levels={level: count("level", level) for level in LEVELS},
        prices={band: count("price", band) for band in BANDS},
        by={seller: count("by", seller) for seller in sellers},
        languages={language: count("language", language) for language in LOCALES},
        skills=_skill_counts(wish, locale),
    )


def _has(kind: Any, group: str, value: str) -> bool:
    """Whether courses of this kind belong to one choice of a filter."""
    if group == "level":
        return bool(kind.level == value)
    if group == "price":
        return bool(kind.band == value)
    if group == "language":
        return bool(kind.in_english if value == "en" else kind.in_chinese)
    return bool(kind.is_house == (value == "house")) if value in ("house", "partners") else bool(kind.is_chosen)


def _skill_counts(wish: Wish, locale: str) -> list[tuple[str, str, int]]:
    rows = db.session.execute(_unless_words(_skills, wish, locale), _words(wish))
    return [(row.code, row.name.get(locale) or next(iter(row.name.values()), ""), row.n) for row in rows]
