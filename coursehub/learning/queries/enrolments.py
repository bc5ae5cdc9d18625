"""Reads about enrolments, scoped by who reads."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from coursehub.catalog.models import Course, Release
from coursehub.catalog.queries import RELEASE_FACTS, ReleaseFacts, facts_of
from coursehub.db import db, look
from coursehub.learning.models import Completion, Enrolment, StepProgress
from coursehub.learning.queries.outline import Outline, outline
from coursehub.people.actor import Actor

# Asked on every lesson page or for every sale, so put together once.
_OPEN_ID = sa.select(Enrolment.id).where(
    Enrolment.person_id == sa.bindparam("person_id"),
    Enrolment.course_id == sa.bindparam("course_id"),
    Enrolment.ended_at.is_(None),
)
_PROGRESS = sa.select(StepProgress.step_key, StepProgress.done_at).where(
    StepProgress.enrolment_id == sa.bindparam("enrolment_id")
)
_held, _newer = aliased(Release), aliased(Release)
_MINE = (
    sa.select(
        Enrolment.id,
        Enrolment.public_id,
        Enrolment.course_id,
        Enrolment.locale,
        Enrolment.ended_at,
        Enrolment.last_step_key,
        Enrolment.source,
        *RELEASE_FACTS,
        sa.select(_newer.id)
        .where(_newer.course_id == Enrolment.course_id, _newer.state == "listed", _newer.number > Release.number)
        .correlate(Enrolment, Release)
        .scalar_subquery()
        .label("newer_id"),
    )
    .join(Release, Release.id == Enrolment.release_id)
    .where(Enrolment.public_id == sa.bindparam("public_id"), Enrolment.person_id == sa.bindparam("person_id"))
)
_NEWER = (
    sa.select(Release.id)
    .join(_held, _held.number < Release.number)
    .where(Release.course_id == sa.bindparam("course_id"), Release.state == "listed", _held.id == sa.bindparam("release_id"))
)


def enrolments_visible_to(reader: Actor) -> sa.Select[Enrolment]:
    """A person's own enrolments, the open and lately read ones first."""
    return (
        sa.select(Enrolment)
        .where(Enrolment.person_id == reader.person_id)
        .order_by(Enrolment.ended_at.is_not(None), Enrolment.last_seen_at.desc().nulls_last(), Enrolment.id.desc())
    )


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An enrolment as a lesson page reads it, with its release and the newer one to move up to; `row` is the row itself."""

    id: int
    public_id: str
    course_id: int
    locale: str
    ended_at: datetime | None
    last_step_key: str | None
    source: str
    release: ReleaseFacts
    newer_id: int | None

    @property
    def row(self) -> Enrolment:
        """The enrolment, for what changes it."""
        return db.session.get_one(Enrolment, self.id)


def enrolled(reader: Actor, public_id: str) -> Enrolled | None:
    """The reader's own enrolment with this id and what a lesson page must know beside it, in one look."""
    row = look(_MINE, {"public_id": public_id, "person_id": reader.person_id}).one_or_none()
    if row is None:
        return None
    return Enrolled(
        row.id, row.public_id, row.course_id, row.locale, row.ended_at, row.last_step_key, row.source, facts_of(row), row.newer_id
    )


def open_enrolment_id(*, person_id: int, course_id: int) -> int | None:
    """The id of the person's open enrolment in a course, or None."""
    found: int | None = look(_OPEN_ID, {"person_id": person_id, "course_id": course_id}).scalar_one_or_none()
    return found


def open_enrolment(*, person_id: int, course_id: int) -> Enrolment | None:
    """The person's open enrolment in a course, or None; the course page asks it to say "continue"."""
    found = sa.select(Enrolment).where(
        Enrolment.person_id == person_id, Enrolment.course_id == course_id, Enrolment.ended_at.is_(None)
    )
    return db.session.execute(found).scalar_one_or_none()


def has_enrolled(*, person_id: int, course_id: int) -> bool:
    """Whether the person ever had an enrolment in the course, open or ended."""
    found = sa.select(Enrolment.id).where(Enrolment.person_id == person_id, Enrolment.course_id == course_id).limit(1)
    return db.session.execute(found).first() is not None


def open_count(course_id: int) -> int:
    """How many enrolments of a course are open."""
    found = sa.select(sa.func.count()).where(Enrolment.course_id == course_id, Enrolment.ended_at.is_(None))
    return db.session.execute(found).scalar_one()


def newer_release_id(enrolment: Enrolment) -> int | None:
    """The listed release of the same course with a higher number, if there is one."""
    wanted = {"course_id": enrolment.course_id, "release_id": enrolment.release_id}
    return db.session.execute(_NEWER, wanted).scalar_one_or_none()


def progress_of(enrolment_id: int) -> dict[str, datetime | None]:
    """Each opened step's key with the moment it was done, or None."""
    return {row.step_key: row.done_at for row in look(_PROGRESS, {"enrolment_id": enrolment_id})}


def completed_at(enrolment: Enrolment) -> datetime | None:
    """When the enrolment first completed a release, or None."""
    return db.session.execute(sa.select(sa.func.min(Completion.at)).where(Completion.enrolment_id == enrolment.id)).scalar_one()


def next_step_key(tree: Outline, last_step_key: str | None, done: set[str]) -> str | None:
    """Where to go on: the step last read if it is open, else the first open one after it, else the first open one."""
    keys = [step.key for step in tree.steps]
    if not keys:
        return None
    start = keys.index(last_step_key) if last_step_key in keys else 0
    waiting = [key for key in keys[start:] + keys[:start] if key not in done and key in tree.counted]
    return waiting[0] if waiting else keys[start]


@dataclass(frozen=True)
class DeskCourse:
    """One of a learner's courses, as a desk or a list shows it."""

    enrolment_public_id: str
    course_id: int
    slug: str
    title: str
    done: int
    total: int
    minutes_left: int
    next_key: str | None
    next_title: str
    next_lesson: str
    last_seen_at: datetime | None
    opened_at: datetime
    ended_at: datetime | None
    completed_at: datetime | None
    newer_release_id: int | None

    @property
    def begun(self) -> bool:
        """Whether any step was opened."""
        return self.last_seen_at is not None


def desk_courses(person_id: int, *, limit: int = 20) -> list[DeskCourse]:
    """A person's courses with where to continue, lately read ones first; ended ones last."""
    finished = (
        sa.select(Completion.enrolment_id, sa.func.min(Completion.at).label("at")).group_by(Completion.enrolment_id).subquery()
    )
    rows = db.session.execute(
        sa.select(Enrolment, Course.slug, finished.c.at)
        .join(Course, Course.id == Enrolment.course_id)
        .outerjoin(finished, finished.c.enrolment_id == Enrolment.id)
        .where(Enrolment.person_id == person_id)
        .order_by(Enrolment.ended_at.is_not(None), Enrolment.last_seen_at.desc().nulls_last(), Enrolment.id.desc())
        .limit(limit)
    ).all()
    done_keys = _done_keys([enrolment.id for enrolment, _slug, _at in rows])
    return [_desk_course(enrolment, slug, at, done_keys.get(enrolment.id, set())) for enrolment, slug, at in rows]


def _done_keys(enrolment_ids: list[int]) -> dict[int, set[str]]:
    found = sa.select(StepProgress.enrolment_id, StepProgress.step_key).where(
        StepProgress.enrolment_id.in_(enrolment_ids), StepProgress.done_at.is_not(None)
    )
    done: dict[int, set[str]] = {}
    for enrolment_id, key in db.session.execute(found):
        done.setdefault(enrolment_id, set()).add(key)
    return done


def _desk_course(enrolment: Enrolment, slug: str, completed: datetime | None, done: set[str]) -> DeskCourse:
    tree = outline(enrolment.release_id, enrolment.locale)
    key = next_step_key(tree, enrolment.last_step_key, done)
    step = tree.by_key.get(key) if key else None
    return DeskCourse(
        enrolment_public_id=enrolment.public_id,
        course_id=enrolment.course_id,
        slug=slug,
        title=tree.title,
        done=len(tree.counted & done),
        total=len(tree.counted),
        minutes_left=tree.minutes_left(done),
        next_key=key,
        next_title=step.title if step else "",
        next_lesson=step.lesson_title if step else "",
        last_seen_at=enrolment.last_seen_at,
        opened_at=enrolment.opened_at,
        ended_at=enrolment.ended_at,
        completed_at=completed,
        newer_release_id=newer_release_id(enrolment) if enrolment.ended_at is None else None,
    )
