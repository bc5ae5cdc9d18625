"""Who made what is new in a draft: named by its authors before it is handed in, sealed with the release."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from coursehub.catalog import policies, queries
from coursehub.catalog.models import Course, Lesson, ModuleMaker, Release
from coursehub.catalog.operations.drafts import NotADraft
from coursehub.catalog.operations.history import happened
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor


class NoMaker(Refusal):
    """Only organisations that may sell courses can be named as makers. Choose among them."""

    status = 422


def name_makers(release: Release, makers: Mapping[str, int], *, by: Actor, at: datetime) -> None:
    """Say whose the new words of each module of a draft are; a module that is not named is the course's own organisation's.

    makers: organisations by the key of the lesson. Raises NotADraft or NoMaker.
    """
    with transaction():
        course = db.session.get_one(Course, release.course_id)
        lock(release)
        require(policies.may_author(by, course.organisation_id))
        if release.state != "draft":
            raise NotADraft
        known = {organisation.id for organisation in queries.possible_makers()}
        if not set(makers.values()) <= known | {course.organisation_id}:
            raise NoMaker
        keys = set(db.session.execute(sa.select(Lesson.key).where(Lesson.release_id == release.id)).scalars())
        db.session.execute(sa.delete(ModuleMaker).where(ModuleMaker.release_id == release.id))
        db.session.add_all(
            ModuleMaker(release_id=release.id, lesson_key=key, organisation_id=organisation_id)
            for key, organisation_id in makers.items()
            if key in keys and organisation_id != course.organisation_id
        )
        db.session.flush()
        happened(release, "makers_named", by_id=by.person_id, at=at)
