"""What the alliance looks up: careers as facts, who is a member, what was published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coursehub.alliance import flow
from coursehub.alliance.models import Publication
from coursehub.catalog.models import Course, Release, ReleaseText
from coursehub.contracts.models import Listing, Terms
from coursehub.db import db
from coursehub.people.models import Organisation, OrganisationRight
from coursehub.talent.models import CareerFact
from coursehub.web.locale import SHOWN_ZONE, local_time


@dataclass(frozen=True)
class Member:
    """An organisation of the alliance."""

    public_id: str
    name: str
    since: datetime


def members(locale: str) -> list[Member]:
    """The members now, the oldest first."""
    found = (
        sa.select(Organisation.public_id, Organisation.name, Organisation.name_en, OrganisationRight.from_at)
        .join(OrganisationRight, OrganisationRight.organisation_id == Organisation.id)
        .where(OrganisationRight.right == "member", OrganisationRight.until_at.is_(None))
        .order_by(OrganisationRight.from_at, Organisation.id)
    )
    return [Member(r.public_id, r.name_en if locale == "en" else r.name, r.from_at) for r in db.session.execute(found)]


def ever_members() -> frozenset[str]:
    """Every organisation that is or was a member: its people are counted as they were then."""
    found = (
        sa.select(Organisation.public_id)
        .join(OrganisationRight, OrganisationRight.organisation_id == Organisation.id)
        .where(OrganisationRight.right == "member")
    )
    return frozenset(db.session.execute(found).scalars())


def career_facts(*, known_at: datetime) -> list[flow.Fact]:
    """Everything that changes where people are, as far as it was known at a moment; strangers among employers are outside."""
    inside = ever_members()
    rows = db.session.execute(
        sa.select(CareerFact.person_id, CareerFact.kind, CareerFact.true_at, CareerFact.detail, Organisation.public_id)
        .outerjoin(Organisation, Organisation.id == CareerFact.organisation_id)
        .where(CareerFact.kind.in_(("enrolled", "certified", "started", "moved", "left")), CareerFact.learned_at <= known_at)
        .order_by(CareerFact.person_id, CareerFact.true_at, CareerFact.id)
    )
    return [_as_fact(row, inside) for row in rows]


def _as_fact(row: "sa.Row[*tuple[Any, ...]]", inside: frozenset[str]) -> flow.Fact:
    where = row.public_id
    if row.kind == "started" and where not in inside:  # works, but not with us
        return flow.Fact(row.person_id, "moved", row.true_at, None, flow.OUTSIDE)
    return flow.Fact(row.person_id, row.kind, row.true_at, where, row.detail)


@dataclass(frozen=True)
class Period:
    """A calendar quarter; `ends` is the first moment after it."""

    key: str
    begins: datetime
    ends: datetime
    is_over: bool


def periods(facts: Sequence[flow.Fact], now: datetime) -> list[Period]:
    """The quarters from the first fact to now, the latest first."""
    first = min((local_time(fact.at).date() for fact in facts), default=local_time(now).date())
    begins = date(first.year, 3 * ((first.month - 1) // 3) + 1, 1)
    found = []
    while _moment(begins) <= now:
        ends = (begins + timedelta(days=95)).replace(day=1)
        found.append(Period(f"{begins.year}-Q{(begins.month + 2) // 3}", _moment(begins), _moment(ends), _moment(ends) <= now))
        begins = ends
    return found[::-1]


def _moment(day: date) -> datetime:
    """Midnight in the platform's zone."""
    return datetime(day.year, day.month, day.day, tzinfo=SHOWN_ZONE)


def published_rosters() -> "sa.Select[Publication]":
    """Every roster, the latest first."""
    return sa.select(Publication).where(Publication.kind == "roster").order_by(Publication.published_at.desc(), Publication.key)


def course_titles(locale: str) -> dict[str, str]:
    """Courses by their public id, in the reader's language or else their own."""
    rows = db.session.execute(
        sa.select(Course.public_id, Course.slug, ReleaseText.locale, ReleaseText.title)
        .join(Release, sa.and_(Release.course_id == Course.id, Release.state.in_(("listed", "retired"))))
        .join(ReleaseText, ReleaseText.release_id == Release.id)
        .order_by(Release.number, ReleaseText.locale == locale)
    )
    return {row.public_id: row.title for row in rows}


@dataclass(frozen=True)
class OpenTerms:
    """The terms under which a listed course shares what it earns."""

    course: str
    slug: str
    organisation: str
    effective_from: datetime
    terms_hash: str
    sentences: list[str]


def terms_in_force(locale: str) -> list[OpenTerms]:
    """The open book: for each course on offer the whole text of its terms in force."""
    titles = course_titles(locale)
    rows = db.session.execute(
        sa.select(
            Course.public_id, Course.slug, Organisation.name, Organisation.name_en, Terms.effective_from, Terms.terms_hash,
            Terms.texts,
        )
        .join(Listing, sa.and_(Listing.course_id == Course.id, Listing.closed_at.is_(None)))
        .join(Terms, Terms.terms_hash == Listing.terms_hash)
        .join(Organisation, Organisation.id == Course.organisation_id)
        .order_by(Course.id)
    )  # fmt: skip
    return [
        OpenTerms(
            titles.get(row.public_id, row.slug), row.slug, row.name_en if locale == "en" else row.name, row.effective_from,
            row.terms_hash, [line for line in row.texts.get(locale, "").split("\n") if line.strip()],
        )
        for row in rows
    ]  # fmt: skip


def course_outcomes(*, known_at: datetime) -> tuple[dict[str, set[int]], dict[str, set[int]], set[int]]:
    """For each course who completed it and who enrolled, and everybody who started at a member, as known at a moment."""
    inside = ever_members()
    rows = db.session.execute(
        sa.select(CareerFact.person_id, CareerFact.kind, Course.public_id.label("course"), Organisation.public_id.label("place"))
        .outerjoin(Course, Course.id == CareerFact.course_id)
        .outerjoin(Organisation, Organisation.id == CareerFact.organisation_id)
        .where(CareerFact.kind.in_(("enrolled", "certified", "started")), CareerFact.learned_at <= known_at)
    )
    certified: dict[str, set[int]] = {}
    enrolled: dict[str, set[int]] = {}
    hired: set[int] = set()
    for row in rows:
        if row.kind == "started" and row.place in inside:
            hired.add(row.person_id)
        elif row.kind != "started" and row.course:
            (certified if row.kind == "certified" else enrolled).setdefault(row.course, set()).add(row.person_id)
            enrolled.setdefault(row.course, set()).add(row.person_id)
    return certified, enrolled, hired
