"""What can be reported, and the queue of reports."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub.catalog.models import Course
from coursehub.catalog.queries import current_release, newest_release, title_of
from coursehub.db import db
from coursehub.learning.models import Answer, CourseReview, Question, Report
from coursehub.learning.queries.questions import questions_readable_by
from coursehub.people.actor import Actor
from coursehub.people.queries import display_names

WORDS: dict[str, type[CourseReview] | type[Question] | type[Answer]] = {
    "review": CourseReview,
    "question": Question,
    "answer": Answer,
}
"""What people write, by the word a report calls it."""


@dataclass(frozen=True)
class Subject:
    """A thing somebody may report: a course, or somebody's words about one."""

    kind: str
    id: int
    public_id: str
    course_id: int
    course_slug: str
    course_title: str
    author_id: int | None
    text: str
    is_hidden: bool


@dataclass(frozen=True)
class ReportView:
    """One report in the queue, with what it is about."""

    public_id: str
    subject: Subject
    why: str
    text: str
    reported_at: datetime
    reporter_id: int
    author_name: str
    also: int
    """How many other undecided reports there are on the same thing."""
    decision: str | None
    decision_text: str | None
    decided_at: datetime | None


def subject_named(kind: str, public_id: str, locale: str) -> Subject | None:
    """What a report form is about, while it can be seen; None if there is no such thing."""
    if kind == "course":
        found = db.session.execute(sa.select(Course.id).where(Course.public_id == public_id)).scalar_one_or_none()
    else:
        table = WORDS.get(kind)
        if table is None:
            return None
        found = db.session.execute(
            sa.select(table.id).where(table.public_id == public_id, table.deleted_at.is_(None), table.hidden_at.is_(None))
        ).scalar_one_or_none()
    return subject_of(kind, found, locale) if found is not None else None


def subject_of(kind: str, subject_id: int, locale: str) -> Subject:
    """What a report is about, also when it is hidden by now."""
    if kind == "course":
        course = db.session.get_one(Course, subject_id)
        return Subject(kind, course.id, course.public_id, course.id, course.slug, _title(course, locale), None, "", False)
    row = _words(kind, subject_id)
    course_id = db.session.get_one(Question, row.question_id).course_id if isinstance(row, Answer) else row.course_id
    course = db.session.get_one(Course, course_id)
    return Subject(
        kind, row.id, row.public_id, course.id, course.slug, _title(course, locale), row.person_id, row.text,
        row.hidden_at is not None,
    )  # fmt: skip


def _words(kind: str, subject_id: int) -> CourseReview | Question | Answer:
    if kind == "review":
        return db.session.get_one(CourseReview, subject_id)
    if kind == "question":
        return db.session.get_one(Question, subject_id)
    return db.session.get_one(Answer, subject_id)


def words_of(row: Report) -> CourseReview | Question | Answer | None:
    """The words a report is about; None when it is about a course as a whole."""
    return None if row.subject == "course" else _words(row.subject, row.subject_id)


def _title(course: Course, locale: str) -> str:
    release = current_release(course.id) or newest_release(course.id)
    return title_of(release.id, locale) if release else course.slug


def reports(*, decided: bool) -> sa.Select[Report]:
    """The queue: undecided ones, oldest first; or decided ones, newest first."""
    if decided:
        return sa.select(Report).where(Report.decided_at.is_not(None)).order_by(Report.decided_at.desc(), Report.id.desc())
    return sa.select(Report).where(Report.decided_at.is_(None)).order_by(Report.reported_at, Report.id)


def every_report() -> sa.Select[Report]:
    """All reports, for staff who open one by its id."""
    return sa.select(Report)


def may_be_reported_by(subject: Subject, *, reader: Actor) -> bool:
    """Whether the reader can see it at all: courses and reviews everybody, questions only where they learn or teach."""
    if subject.kind in ("course", "review"):
        return True
    question_id = subject.id
    if subject.kind == "answer":
        question_id = db.session.get_one(Answer, subject.id).question_id
    return db.session.execute(questions_readable_by(reader).where(Question.id == question_id)).first() is not None


def open_reports_count() -> int:
    """How many reports wait for staff."""
    return db.session.execute(sa.select(sa.func.count()).where(Report.decided_at.is_(None))).scalar_one()


def report_views(rows: list[Report], locale: str) -> list[ReportView]:
    """Reports with what they are about; the reporter stays unnamed."""
    subjects = [subject_of(row.subject, row.subject_id, locale) for row in rows]
    names = display_names({s.author_id for s in subjects if s.author_id is not None}) if subjects else {}
    return [
        ReportView(
            row.public_id, subject, row.why, row.text, row.reported_at, row.reporter_id,
            names.get(subject.author_id or 0, ""), _others(row), row.decision, row.decision_text, row.decided_at,
        )
        for row, subject in zip(rows, subjects, strict=True)
    ]  # fmt: skip


def _others(row: Report) -> int:
    found = sa.select(sa.func.count()).where(
        Report.subject == row.subject, Report.subject_id == row.subject_id, Report.decided_at.is_(None), Report.id != row.id
    )
    return db.session.execute(found).scalar_one()
