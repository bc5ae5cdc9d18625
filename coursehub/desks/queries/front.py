"""What the home page shows of the rooms: how many courses are open, a few of them, one credential checked now."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from coursehub.catalog.models import Course, Release, ReleaseText
from coursehub.contracts.models import Listing
from coursehub.db import db
from coursehub.learning.credentials import queries as credentials
from coursehub.learning.credentials.verification import Report, check_credential
from coursehub.people.models import Organisation
from coursehub.sales.models import Offering

COURSES_SHOWN = 4


@dataclass(frozen=True)
class CourseLine:
    """One course as the home page lists it."""

    slug: str
    title: str
    summary: str
    organisation: str
    price_minor: int
    currency: str


@dataclass(frozen=True)
class LivingCredential:
    """A credential whose holder shows it, and what a check finds at this moment."""

    public_id: str
    course: str
    report: Report


@dataclass(frozen=True)
class Front:
    """The living part of the home page; empty on a new installation."""

    courses: list[CourseLine]
    course_count: int
    partner_count: int
    credential: LivingCredential | None


def front(locale: str, *, at: datetime) -> Front:
    """What is really there, in the reader's language."""
    course = _open_courses().subquery()
    partner = sa.case((Organisation.is_house.is_(False), Organisation.id))
    counted = sa.select(sa.func.count(), sa.func.count(sa.distinct(partner))).select_from(
        course.join(Organisation, course.c.organisation_id == Organisation.id)
    )
    course_count, partner_count = db.session.execute(counted).one()
    return Front(_newest(locale), course_count, partner_count, _credential(locale, at))


def _open_courses() -> sa.Select[int, int]:
    """Courses that can be bought now: a listed release under terms in force, and an open offering."""
    return (
        sa.select(Course.id, Course.organisation_id)
        .join(Release, sa.and_(Release.course_id == Course.id, Release.state == "listed"))
        .join(Listing, sa.and_(Listing.course_id == Course.id, Listing.closed_at.is_(None)))
        .join(Offering, sa.and_(Offering.course_id == Course.id, Offering.closed_at.is_(None)))
    )


def _newest(locale: str) -> list[CourseLine]:
    """The courses listed last, in the reader's language or else their own."""
    own, wanted = aliased(ReleaseText), aliased(ReleaseText)
    rows = db.session.execute(
        _open_courses()
        .join(Organisation, Organisation.id == Course.organisation_id)
        .join(own, sa.and_(own.release_id == Release.id, own.locale == Course.original_locale))
        .outerjoin(wanted, sa.and_(wanted.release_id == Release.id, wanted.locale == locale))
        .with_only_columns(
            Course.slug,
            sa.func.coalesce(wanted.title, own.title),
            sa.func.coalesce(wanted.summary, own.summary),
            Organisation.name_en if locale == "en" else Organisation.name,
            Offering.price_minor,
            Offering.currency,
        )
        .order_by(Release.listed_at.desc(), Course.id.desc())
        .limit(COURSES_SHOWN)
    )
    return [CourseLine(*row) for row in rows]


def _credential(locale: str, at: datetime) -> LivingCredential | None:
    shown = credentials.latest_shown()
    if shown is None:
        return None
    titles = credentials.achievement_of(shown.release_id).titles
    return LivingCredential(
        shown.public_id, titles.get(locale) or next(iter(titles.values()), ""), check_credential(shown, at=at)
    )
