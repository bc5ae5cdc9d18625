"""What the home page shows of the rooms: how many courses are open, a few of them, one living credential."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from coursehub.catalog.models import Course, Release, ReleaseText
from coursehub.db import db
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
class Front:
    """The living part of the home page; empty on a new installation."""

    courses: list[CourseLine]
    course_count: int
    partner_count: int
    credential_course: str = ""
    credential_url: str | None = None
    partner_url: str = "/organisations/new"


def front(locale: str) -> Front:
    """What is really there, in the reader's language."""
    course = _open_courses().subquery()
    partner = sa.case((Organisation.is_house.is_(False), Organisation.id))
    counted = sa.select(sa.func.count(), sa.func.count(sa.distinct(partner))).select_from(
        course.join(Organisation, course.c.organisation_id == Organisation.id)
    )
    course_count, partner_count = db.session.execute(counted).one()
    return Front(courses=_newest(locale), course_count=course_count, partner_count=partner_count)


def _open_courses() -> sa.Select[int, int]:
    """Courses that can be bought now: a listed release and an open offering."""
    return (
        sa.select(Course.id, Course.organisation_id)
        .join(Release, sa.and_(Release.course_id == Course.id, Release.state == "listed"))
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
