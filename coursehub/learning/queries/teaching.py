"""What a course's partner may know about its learners: counts for all, work for teachers, never who bought."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from coursehub.catalog.models import Course
from coursehub.catalog.queries import current_release, newest_release, title_of
from coursehub.db import db
from coursehub.learning.models import Attempt, Completion, Enrolment, StepProgress, VisitCount
from coursehub.learning.queries.outline import outline
from coursehub.people.actor import Actor

STILL = timedelta(days=14)
"""A learner who has not been seen for this long has stopped, until they come back."""


@dataclass(frozen=True)
class Funnel:
    """How many got how far, for enrolments begun (and visits counted) in a period."""

    course_visits: int
    preview_visits: int
    enrolled: int
    begun: int
    halfway: int
    completed: int


@dataclass(frozen=True)
class StepCount:
    """One step: how many opened it, how many are done with it, and how many stopped at it."""

    key: str
    title: str
    lesson_title: str
    kind: str
    opened: int
    done: int
    stopped: int
    tries: int


@dataclass(frozen=True)
class LearnerRow:
    """One learner by an opaque id, with their work in numbers; the name is opened elsewhere and logged."""

    enrolment_id: int
    enrolment_public_id: str
    person_id: int
    opened_at: datetime
    ended_at: datetime | None
    last_seen_at: datetime | None
    last_step_title: str
    done: int
    total: int
    completed_at: datetime | None


def courses_taught_by(reader: Actor) -> sa.Select[Course]:
    """The courses of the organisation the reader acts for."""
    return sa.select(Course).where(Course.organisation_id == reader.organisation_id).order_by(Course.id.desc())


def title_of_course(course_id: int, locale: str) -> str:
    """How a course is called now: by its listed release, else its newest."""
    release = current_release(course_id) or newest_release(course_id)
    return title_of(release.id, locale) if release else ""


@dataclass(frozen=True)
class WorkView:
    """One attempt of a learner at one step, for their teacher."""

    attempt: Attempt
    step_title: str


def work_of(enrolment: Enrolment, locale: str, *, limit: int = 100) -> list[WorkView]:
    """What a learner handed in, newest first."""
    tree = outline(enrolment.release_id, locale)
    found = (
        sa.select(Attempt)
        .where(Attempt.enrolment_id == enrolment.id, Attempt.purpose == "check")
        .order_by(Attempt.at.desc(), Attempt.id.desc())
        .limit(limit)
    )
    rows = db.session.execute(found).scalars()
    return [WorkView(row, tree.by_key[row.step_key].title if row.step_key in tree.by_key else row.step_key) for row in rows]


def funnel(course_id: int, *, since: datetime, until: datetime) -> Funnel:
    """From visits to completion, for a half-open period."""
    visits = dict(
        db.session.execute(
            sa.select(VisitCount.what, sa.func.sum(VisitCount.visits))
            .where(VisitCount.course_id == course_id, VisitCount.on_day >= _day(since), VisitCount.on_day <= _day(until))
            .group_by(VisitCount.what)
        ).all()
    )
    begun = (
        sa.select(
            Enrolment.id,
            Enrolment.release_id,
            sa.func.count(StepProgress.id).label("opened"),
            sa.func.count(StepProgress.done_at).label("done"),
        )
        .outerjoin(StepProgress, StepProgress.enrolment_id == Enrolment.id)
        .where(Enrolment.course_id == course_id, Enrolment.opened_at >= since, Enrolment.opened_at < until)
        .group_by(Enrolment.id)
    )
    rows = db.session.execute(begun).all()
    finished = set(
        db.session.execute(
            sa.select(Completion.enrolment_id).where(Completion.enrolment_id.in_([row.id for row in rows]))
        ).scalars()
    )
    totals = {release_id: len(outline(release_id, "").counted) for release_id in {row.release_id for row in rows}}
    return Funnel(
        course_visits=int(visits.get("course") or 0),
        preview_visits=int(visits.get("preview") or 0),
        enrolled=len(rows),
        begun=sum(row.opened > 0 for row in rows),
        halfway=sum(2 * row.done >= totals[row.release_id] > 0 for row in rows),
        completed=len(finished),
    )


def _day(moment: datetime) -> date:
    return moment.date()


def step_counts(course_id: int, release_id: int, locale: str, *, at: datetime) -> list[StepCount]:
    """Each step of a release: opened, done, and where learners stopped (open, not completed, unseen for 14 days)."""
    ours = sa.select(Enrolment.id).where(Enrolment.course_id == course_id)
    opened = {
        row.step_key: (row.opened, row.done)
        for row in db.session.execute(
            sa.select(
                StepProgress.step_key,
                sa.func.count().label("opened"),
                sa.func.count(StepProgress.done_at).label("done"),
            )
            .where(StepProgress.enrolment_id.in_(ours))
            .group_by(StepProgress.step_key)
        )
    }
    tries = dict(
        db.session.execute(
            sa.select(Attempt.step_key, sa.func.count())
            .where(Attempt.enrolment_id.in_(ours), Attempt.purpose == "check", Attempt.state == "graded")
            .group_by(Attempt.step_key)
        ).all()
    )
    stopped = _stopped(course_id, at=at)
    return [
        StepCount(
            step.key, step.title, step.lesson_title, step.kind, *opened.get(step.key, (0, 0)),
            stopped=stopped.get(step.key, 0), tries=int(tries.get(step.key, 0)),
        )
        for step in outline(release_id, locale).steps
    ]  # fmt: skip


def _stopped(course_id: int, *, at: datetime) -> dict[str, int]:
    completed = sa.exists().where(Completion.enrolment_id == Enrolment.id)
    found = (
        sa.select(Enrolment.last_step_key, sa.func.count())
        .where(
            Enrolment.course_id == course_id, Enrolment.ended_at.is_(None), Enrolment.last_step_key.is_not(None),
            Enrolment.last_seen_at < at - STILL, ~completed,
        )
        .group_by(Enrolment.last_step_key)
    )  # fmt: skip
    return {str(key): count for key, count in db.session.execute(found)}


def stuck_count(course_ids: list[int], *, at: datetime) -> int:
    """How many learners of these courses have stopped on the way; for the partner's desk."""
    return sum(sum(_stopped(course_id, at=at).values()) for course_id in course_ids)


def learners_of(course_id: int) -> sa.Select[Enrolment]:
    """The open enrolments of a course, newest first; ended ones gave their grant back."""
    return (
        sa.select(Enrolment)
        .where(Enrolment.course_id == course_id, Enrolment.ended_at.is_(None))
        .order_by(Enrolment.opened_at.desc(), Enrolment.id.desc())
    )


def learner_rows(enrolments: list[Enrolment], locale: str) -> list[LearnerRow]:
    """Enrolments with their progress in numbers."""
    ids = [enrolment.id for enrolment in enrolments]
    done: dict[int, set[str]] = {}
    for enrolment_id, key in db.session.execute(
        sa.select(StepProgress.enrolment_id, StepProgress.step_key).where(
            StepProgress.enrolment_id.in_(ids), StepProgress.done_at.is_not(None)
        )
    ):
        done.setdefault(enrolment_id, set()).add(key)
    finished = dict(
        db.session.execute(
            sa.select(Completion.enrolment_id, sa.func.min(Completion.at))
            .where(Completion.enrolment_id.in_(ids))
            .group_by(Completion.enrolment_id)
        ).all()
    )
    return [_learner_row(each, done.get(each.id, set()), finished.get(each.id), locale) for each in enrolments]


def _learner_row(enrolment: Enrolment, done: set[str], completed_at: datetime | None, locale: str) -> LearnerRow:
    tree = outline(enrolment.release_id, locale)
    last = tree.by_key.get(enrolment.last_step_key or "")
    return LearnerRow(
        enrolment.id, enrolment.public_id, enrolment.person_id, enrolment.opened_at, enrolment.ended_at,
        enrolment.last_seen_at, last.title if last else "", len(tree.counted & done), len(tree.counted), completed_at,
    )  # fmt: skip
