"""Search over everything a reader may see: courses for all, more for partners and staff. Each list is short and leads on."""

from collections.abc import Sized
from dataclasses import dataclass

import sqlalchemy as sa

from coursehub.catalog import queries as catalog
from coursehub.catalog.models import Course, Release, ReleaseText
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import Contract
from coursehub.db import db
from coursehub.people import queries as people
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation, Person
from coursehub.sales import policies as selling
from coursehub.sales import queries as sales
from coursehub.sales.models import Order

SHOWN = 8
LONGEST = 120


@dataclass(frozen=True)
class CourseFound:
    """A course on the shelf, as search names it."""

    slug: str
    title: str
    summary: str
    organisation: str


@dataclass(frozen=True)
class OwnCourse:
    """A course of the reader's organisation (staff: of any), listed or not."""

    public_id: str
    title: str
    state: str


@dataclass(frozen=True)
class Found:
    """What a search found, kind by kind; `more` says in which kinds there is more than is shown."""

    courses: list[CourseFound]
    own_courses: list[OwnCourse]
    orders: list[Order]
    order_titles: dict[int, str]
    person: Person | None
    organisations: list[Organisation]
    contracts: list[Contract]
    more: frozenset[str]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        kinds = (self.courses, self.own_courses, self.orders, self.organisations, self.contracts)
        return not any(kinds) and self.person is None


def find(words: str, reader: Actor | None, locale: str) -> Found:
    """Everything with these words that this reader may see."""
    words = words.strip()[:LONGEST]
    courses = _courses(words, locale) if words else []
    own = _own_courses(words, reader, locale) if words and reader else []
    orders = _orders(words, reader) if words and reader else []
    organisations = _organisations(words, reader) if words and reader else []
    bound = _contracts(words, reader) if words and reader else []
    kinds: dict[str, Sized] = {
        "courses": courses,
        "own_courses": own,
        "orders": orders,
        "organisations": organisations,
        "contracts": bound,
    }
    return Found(
        courses=courses[:SHOWN],
        own_courses=own[:SHOWN],
        orders=orders[:SHOWN],
        order_titles=sales.titles_of(orders[:SHOWN], locale),
        person=people.person_sought(words) if words and reader and "support" in reader.staff_roles else None,
        organisations=organisations[:SHOWN],
        contracts=bound[:SHOWN],
        more=frozenset(kind for kind, rows in kinds.items() if len(rows) > SHOWN),
    )


def _courses(words: str, locale: str) -> list[CourseFound]:
    hits = catalog.search_courses(words).subquery()
    rows = db.session.execute(
        sa.select(Course.slug, Release.id, Organisation)
        .join(hits, hits.c.course_id == Course.id)
        .join(Release, sa.and_(Release.course_id == Course.id, Release.state == "listed"))
        .join(Organisation, Organisation.id == Course.organisation_id)
        .order_by(hits.c.rank.desc(), Course.id)
        .limit(SHOWN + 1)
    ).all()
    texts = catalog.release_texts([row[1] for row in rows], locale) if rows else {}
    return [
        CourseFound(slug, texts[release_id].title, texts[release_id].summary, people.name_of(owner))
        for slug, release_id, owner in rows
        if release_id in texts
    ]


def _own_courses(words: str, reader: Actor, locale: str) -> list[OwnCourse]:
    """By a part of the title in any language, or of the address."""
    if reader.organisation is None or not (reader.is_staff or "sells" in reader.rights):
        return []
    newest = sa.select(sa.func.max(Release.number)).where(Release.course_id == Course.id).correlate(Course).scalar_subquery()
    titled = sa.select(ReleaseText.release_id).where(sa.func.lower(ReleaseText.title).contains(words.lower(), autoescape=True))
    rows = db.session.execute(
        catalog.courses_visible_to(reader)
        .join(Release, sa.and_(Release.course_id == Course.id, Release.number == newest))
        .where(sa.or_(Course.slug.contains(words.lower(), autoescape=True), Release.id.in_(titled)))
        .with_only_columns(Course.public_id, Course.slug, Release.id, Release.state)
        .limit(SHOWN + 1)
    ).all()
    texts = catalog.release_texts([row[2] for row in rows], locale) if rows else {}
    return [
        OwnCourse(public_id, texts[release_id].title if release_id in texts else slug, state)
        for public_id, slug, release_id, state in rows
    ]


def _orders(words: str, reader: Actor) -> list[Order]:
    if not selling.may_read_orders(reader):
        return []
    return list(db.session.execute(sales.orders_matching(reader, search=words).limit(SHOWN + 1)).scalars())


def _organisations(words: str, reader: Actor) -> list[Organisation]:
    if not reader.is_staff:
        return []
    return list(db.session.execute(people.organisations_matching(words).limit(SHOWN + 1)).scalars())


def _contracts(words: str, reader: Actor) -> list[Contract]:
    """By reference or a part of the title; staff by role, partners among those that bind them."""
    may = (
        bool(reader.staff_roles & {"catalogue", "finance"}) if reader.is_staff else reader.has_role("owner", "finance", "author")
    )
    if not may:
        return []
    spelled = words.lower()
    columns = (Contract.reference, Contract.title, Contract.title_en)
    alike = sa.or_(*(sa.func.lower(column).contains(spelled, autoescape=True) for column in columns))
    return list(db.session.execute(contracts.contracts_visible_to(reader).where(alike).limit(SHOWN + 1)).scalars())
