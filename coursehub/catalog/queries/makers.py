"""Who made what is new in a release, and who could be named."""

import sqlalchemy as sa

from coursehub.catalog.models import ModuleMaker, Release
from coursehub.db import db
from coursehub.people.models import Organisation, OrganisationRight

COUNTED_STATES = ("approved", "listed", "retired")
"""Releases that a reviewer has approved: they make the history of who wrote what."""


def named_makers(release_id: int) -> dict[str, Organisation]:
    """The organisations named as makers, by the key of the lesson."""
    found = (
        sa.select(ModuleMaker.lesson_key, Organisation)
        .join(Organisation, Organisation.id == ModuleMaker.organisation_id)
        .where(ModuleMaker.release_id == release_id)
    )
    return {row[0]: row[1] for row in db.session.execute(found)}


def possible_makers() -> list[Organisation]:
    """The house and every organisation that may sell courses."""
    sells = sa.select(OrganisationRight.organisation_id).where(
        OrganisationRight.right == "sells", OrganisationRight.until_at.is_(None)
    )
    found = sa.select(Organisation).where(sa.or_(Organisation.id.in_(sells), Organisation.is_house)).order_by(Organisation.id)
    return list(db.session.execute(found).scalars())


def counted_releases(course_id: int) -> list[Release]:
    """The approved releases of a course with their sealed content, the oldest first."""
    found = sa.select(Release).where(Release.course_id == course_id, Release.state.in_(COUNTED_STATES)).order_by(Release.number)
    return list(db.session.execute(found).scalars())
