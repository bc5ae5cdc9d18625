"""Enrolling, ending an enrolment, and reading on in another language or release."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is understood by SQLite, too

from coursehub import events
from coursehub.catalog.models import Release
from coursehub.db import db, lock, look, new_public_id, transaction, written
from coursehub.errors import Refusal, require
from coursehub.learning import policies
from coursehub.learning.models import Enrolment, ReleaseMove
from coursehub.learning.operations.completion import complete_if_done
from coursehub.learning.operations.refusals import EnrolmentEnded
from coursehub.learning.queries.enrolments import newer_release_id, open_enrolment_id
from coursehub.learning.queries.moves import MoveReport, compare_releases
from coursehub.people.actor import Actor
from coursehub.people.models import Person
from coursehub.prepared import Prepared


class AlreadyEnrolled(Refusal):
    """You are enrolled in this course already. You find it on your desk."""


class ReleaseNotOpen(Refusal):
    """This release takes no enrolments. Choose the one on the course page."""


class NothingNewer(Refusal):
    """You are on the newest release of this course already."""


class MoveChanged(Refusal):
    """A newer release came out while you were reading the difference. Look at it again before you move."""


# The release, the person's own language and whether they hold the course, without the release's manifest and report.
_BRIEF = (
    sa.select(
        Release.course_id,
        Release.state,
        Release.languages,
        Person.locale.label("own"),
        sa.select(Enrolment.id)
        .where(Enrolment.person_id == Person.id, Enrolment.course_id == Release.course_id, Enrolment.ended_at.is_(None))
        .scalar_subquery()
        .label("held_id"),
    )
    .join(Person, Person.id == sa.bindparam("person_id"))
    .where(Release.id == sa.bindparam("release_id"))
)
# Where a twin that we could not see holds the one open enrolment, nothing is inserted and no id comes back.
_OPEN = Prepared(
    insert(Enrolment)
    .on_conflict_do_nothing(index_elements=["person_id", "course_id"], index_where=Enrolment.ended_at.is_(None))
    .returning(Enrolment.id)
)


def enrol(*, person_id: int, release_id: int, at: datetime, source: str = "order") -> Enrolment:
    """Give a person the right to one release of a course. Joins the open transaction.

    source: "order" when a paid order asks, "free" for a free course, "pass" while a pass is paid.
    Raises AlreadyEnrolled while the person has an open enrolment in that course,
    also when another transaction made it a moment ago; ReleaseNotOpen unless the
    release is approved, listed or retired (an order may outlive a listing).
    """
    with transaction():
        release = look(_BRIEF, {"release_id": release_id, "person_id": person_id}).one()
        if release.state not in ("approved", "listed", "retired"):
            raise ReleaseNotOpen
        if release.held_id is not None:
            raise AlreadyEnrolled
        row = {
            "public_id": new_public_id(),
            "person_id": person_id,
            "course_id": release.course_id,
            "release_id": release_id,
            "source": source,
            "locale": release.own if release.own in release.languages else release.languages[0],
            "opened_at": at,
        }
        opened_id = _OPEN(row).scalar_one_or_none()
        if opened_id is None:
            raise AlreadyEnrolled
        events.record("learning.enrolled", at=at, enrolment_id=opened_id, course_id=release.course_id)
        return written(Enrolment, {"id": opened_id, **row})


def end_enrolment(enrolment: Enrolment, *, reason: str, at: datetime) -> None:
    """Close the lessons of an enrolment. Evidence and credentials stay; a second call changes nothing.

    reason: a short word, such as "refunded".
    """
    with transaction():
        lock(enrolment)
        if enrolment.ended_at is not None:
            return
        enrolment.ended_at = at
        enrolment.ended_reason = reason
        events.record("learning.enrolment_ended", at=at, enrolment_id=enrolment.id, course_id=enrolment.course_id)


def reopen_enrolment(enrolment: Enrolment, *, at: datetime) -> bool:
    """Open the lessons of an ended enrolment again, with all that was done in it; false if the course is held otherwise."""
    with transaction():
        lock(enrolment)
        if enrolment.ended_at is None:
            return True
        held = open_enrolment_id(person_id=enrolment.person_id, course_id=enrolment.course_id)
        if held is not None:
            return False
        enrolment.ended_at = enrolment.ended_reason = None
        events.record("learning.enrolment_reopened", at=at, enrolment_id=enrolment.id, course_id=enrolment.course_id)
    return True


def read_in(enrolment: Enrolment, *, locale: str, by: Actor) -> None:
    """Read the course text in another of its languages; progress hangs on step keys and stays."""
    require(policies.may_learn(by, enrolment))
    with transaction():
        lock(enrolment)
        if locale in db.session.get_one(Release, enrolment.release_id).languages:
            enrolment.locale = locale


def move_up(enrolment: Enrolment, *, to_release_id: int, by: Actor, at: datetime) -> ReleaseMove:
    """Take an enrolment to the newer release whose difference the learner has just read.

    Progress stays with each step's key; work on steps that are gone stays on file
    and is named in the move's report. Raises EnrolmentEnded, NothingNewer, and
    MoveChanged if `to_release_id` is not the newest one any more.
    """
    require(policies.may_learn(by, enrolment))
    with transaction():
        lock(enrolment)
        if enrolment.ended_at is not None:
            raise EnrolmentEnded
        newest = newer_release_id(enrolment)
        if newest is None:
            raise NothingNewer
        if newest != to_release_id:
            raise MoveChanged
        report: MoveReport = compare_releases(enrolment, newest)
        move = ReleaseMove(
            enrolment_id=enrolment.id,
            from_release_id=enrolment.release_id,
            to_release_id=newest,
            at=at,
            report=_as_json(report),
        )
        enrolment.release_id = newest
        languages = db.session.get_one(Release, newest).languages
        if enrolment.locale not in languages:
            enrolment.locale = languages[0]
        db.session.add(move)
        db.session.flush()
        events.record("learning.moved_up", at=at, enrolment_id=enrolment.id, move_id=move.id)
        complete_if_done(enrolment, at=at)
    return move


def _as_json(report: MoveReport) -> dict[str, Any]:
    return {
        "same": list(report.same),
        "changed": list(report.changed),
        "added": list(report.added),
        "gone": list(report.gone),
        "gone_done": list(report.gone_done),
    }
