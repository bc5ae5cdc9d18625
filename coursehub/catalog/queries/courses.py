"""Which courses and releases there are, and which of them a reader may see."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import defer

from coursehub.catalog.models import CatalogueRevision, Course, Release, ReleaseText
from coursehub.db import db
from coursehub.people.actor import Actor

# Pages for everybody ask these, so they are put together once; what is long is read when somebody wants it.
_LISTED = (
    sa.select(Release)
    .where(Release.course_id == sa.bindparam("course_id"), Release.state == "listed")
    .options(defer(Release.manifest), defer(Release.report), defer(Release.links))
)
_BY_SLUG = sa.select(Course).where(Course.slug == sa.bindparam("slug"))


def current_release(course_id: int) -> Release | None:
    """The release that new learners get: the listed one, if any."""
    return db.session.execute(_LISTED, {"course_id": course_id}).scalar_one_or_none()


def approved_release(course_id: int) -> Release | None:
    """The newest release that a reviewer has approved and that waits for its listing."""
    approved = sa.select(Release).where(Release.course_id == course_id, Release.state == "approved")
    return db.session.execute(approved.order_by(Release.number.desc()).limit(1)).scalar_one_or_none()


def newest_release(course_id: int) -> Release | None:
    """The release with the highest number, whatever its state."""
    newest = sa.select(Release).where(Release.course_id == course_id).order_by(Release.number.desc()).limit(1)
    return db.session.execute(newest).scalar_one_or_none()


def draft_of(course_id: int) -> Release | None:
    """The draft that authors may still mend, if there is one."""
    draft = sa.select(Release).where(Release.course_id == course_id, Release.state == "draft")
    return db.session.execute(draft).scalar_one_or_none()


def course_by_slug(slug: str) -> Course | None:
    """The course with this address, listed or not."""
    return db.session.execute(_BY_SLUG, {"slug": slug}).scalar_one_or_none()


def listed_courses() -> sa.Select[Course]:
    """Courses that everybody may see: those with a listed release, newest listing first."""
    return (
        sa.select(Course)
        .join(Release, sa.and_(Release.course_id == Course.id, Release.state == "listed"))
        .order_by(Release.listed_at.desc(), Course.id.desc())
    )


def courses_visible_to(reader: Actor) -> sa.Select[Course]:
    """Catalogue staff see all courses; everyone else those of the organisation they act for."""
    every = sa.select(Course).order_by(Course.id.desc())
    if "catalogue" in reader.staff_roles:
        return every
    return every.where(Course.organisation_id == reader.organisation_id)


def releases_visible_to(reader: Actor) -> sa.Select[Release]:
    """Releases of the courses the reader may see, drafts included."""
    every = sa.select(Release).join(Course, Course.id == Release.course_id).order_by(Release.id.desc())
    if "catalogue" in reader.staff_roles:
        return every
    return every.where(Course.organisation_id == reader.organisation_id)


def releases_of(course_id: int) -> sa.Select[Release]:
    """All releases of a course, newest first."""
    return sa.select(Release).where(Release.course_id == course_id).order_by(Release.number.desc())


def release_texts(release_ids: Sequence[int], locale: str) -> dict[int, ReleaseText]:
    """What each release says about itself, in the reader's language or else its original."""
    rows = db.session.execute(
        sa.select(ReleaseText, Release.languages)
        .join(Release, Release.id == ReleaseText.release_id)
        .where(ReleaseText.release_id.in_(release_ids))
    )
    found: dict[int, ReleaseText] = {}
    for text, languages in rows:
        wanted = locale if locale in languages else languages[0]
        if text.locale == wanted:
            found[text.release_id] = text
    return found


def title_of(release_id: int, locale: str) -> str:
    """A release's title in the reader's language or else its original."""
    text = release_texts([release_id], locale).get(release_id)
    return text.title if text else ""


def catalogue_revision() -> int:
    """A number that grows whenever what the catalogue shows has changed."""
    number = db.session.execute(sa.select(CatalogueRevision.number).where(CatalogueRevision.id == 1)).scalar()
    return number or 0
