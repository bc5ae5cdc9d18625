"""Putting an approved release before everybody, and taking it away.

Whether terms are in force is the question of the room above, which calls these
two inside its own transaction; hence no `by`.
"""

from datetime import datetime

import sqlalchemy as sa

from coursehub import events, search
from coursehub.catalog import policies
from coursehub.catalog.models import Course, Release, ReleaseSkill, ReleaseText, Skill
from coursehub.catalog.operations.history import happened
from coursehub.catalog.queries.courses import current_release
from coursehub.catalog.queries.finding import KIND
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor


class NotApprovedYet(Refusal):
    """Only a release that a reviewer has approved can be listed."""


class NotOnOffer(Refusal):
    """This release is not listed."""


def list_release(release: Release, *, at: datetime) -> None:
    """Make an approved release the one that new learners get; the one before it is retired.

    Raises NotApprovedYet.
    """
    with transaction():
        course = db.session.get_one(Course, release.course_id)
        lock(course)
        db.session.refresh(release)
        if release.state == "listed":
            return
        if release.state != "approved":
            raise NotApprovedYet
        standing = current_release(course.id)
        if standing is not None:
            _retire(standing, "superseded", at=at)
        release.state, release.listed_at = "listed", at
        db.session.flush()
        index_course(course.id)
        happened(release, "listed", by_id=None, at=at)
        events.record("catalog.release_listed", at=at, release_id=release.id, course_id=course.id)


def retire_release(release: Release, *, at: datetime) -> None:
    """Take a listed release off; those who are enrolled keep it.

    Raises NotOnOffer.
    """
    with transaction():
        lock(release)
        if release.state != "listed":
            raise NotOnOffer
        _retire(release, "retired", at=at)
        search.drop(KIND, release.course_id)


def unlist_release(release: Release, *, at: datetime) -> None:
    """Take a listed release off the offer and keep its approval, so that it can be listed again.

    For when terms end or an author pauses the offer. Raises NotOnOffer.
    """
    with transaction():
        lock(release)
        if release.state != "listed":
            raise NotOnOffer
        release.state, release.listed_at = "approved", None
        db.session.flush()
        search.drop(KIND, release.course_id)
        happened(release, "unlisted", by_id=None, at=at)
        events.record("catalog.release_unlisted", at=at, release_id=release.id, course_id=release.course_id)


def shelve_release(release: Release, *, by: Actor, at: datetime) -> None:
    """Take back the approval of a release that is not listed (yet).

    Raises NotApprovedYet.
    """
    with transaction():
        lock(release)
        require(policies.may_review(by))
        if release.state != "approved":
            raise NotApprovedYet
        release.state, release.retired_at = "retired", at
        happened(release, "retired", by_id=by.person_id, at=at)
        events.record("catalog.release_retired", at=at, release_id=release.id, course_id=release.course_id)


def _retire(release: Release, what: str, *, at: datetime) -> None:
    release.state, release.retired_at = "retired", at
    db.session.flush()
    happened(release, what, by_id=None, at=at)
    events.record("catalog.release_retired", at=at, release_id=release.id, course_id=release.course_id)


def index_course(course_id: int) -> None:
    """Bring the search index in line with a course's listed release. Inside a transaction."""
    search.drop(KIND, course_id)
    release = current_release(course_id)
    if release is None:
        return
    skills = db.session.execute(
        sa.select(Skill.name, Skill.synonyms)
        .join(ReleaseSkill, ReleaseSkill.skill_id == Skill.id)
        .where(ReleaseSkill.release_id == release.id)
    ).all()
    for row in db.session.execute(sa.select(ReleaseText).where(ReleaseText.release_id == release.id)).scalars():
        names = [word for name, synonyms in skills for word in [*name.values(), *synonyms]]
        body = "\n".join([row.search_text, *names, *release.teachers])
        search.put(KIND, course_id, row.locale, body, head=row.title)


def index_listed_courses() -> int:
    """Make the search index anew from the listed releases, after a restore; says how many courses it holds."""
    with transaction():
        ids = list(db.session.execute(sa.select(Release.course_id).where(Release.state == "listed")).scalars())
        for course_id in ids:
            index_course(course_id)
    return len(ids)
