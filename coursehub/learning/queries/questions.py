"""Questions and answers as a page shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.catalog.models import Course
from coursehub.catalog.queries import current_release
from coursehub.db import db, look
from coursehub.learning import policies
from coursehub.learning.models import Answer, Enrolment, Question
from coursehub.learning.policies import TEACHING_ROLES
from coursehub.learning.queries.enrolments import open_enrolment
from coursehub.learning.queries.outline import outline
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.people.queries import display_names


@dataclass(frozen=True)
class AnswerView:
    """One answer; `badge` is the name of the teacher's organisation in both languages, or nothing."""

    public_id: str
    text: str
    name: str
    badge: tuple[str, str] | None
    answered_at: datetime
    edited_at: datetime | None
    is_marked: bool
    is_own: bool


@dataclass(frozen=True)
class QuestionView:
    """One question with its answers, the marked one first, then teachers', then by time."""

    public_id: str
    step_key: str
    text: str
    name: str
    asked_at: datetime
    edited_at: datetime | None
    is_own: bool
    answers: tuple[AnswerView, ...]

    @property
    def is_answered(self) -> bool:
        """Whether an answer is marked or a teacher has answered."""
        return any(answer.is_marked or answer.badge for answer in self.answers)


def questions_in(course_id: int) -> sa.Select[Question]:
    """The questions of a course that stand, newest first."""
    return (
        sa.select(Question)
        .where(Question.course_id == course_id, Question.deleted_at.is_(None), Question.hidden_at.is_(None))
        .order_by(Question.asked_at.desc(), Question.id.desc())
    )


def questions_beside(course_id: int, step_key: str, *, reader: Actor) -> list[QuestionView]:
    """What was asked beside a step, in any release of the course, newest first."""
    ids = look(_BESIDE, {"course_id": course_id, "step_key": step_key}).scalars().all()
    if not ids:
        return []
    found = sa.select(Question).where(Question.id.in_(ids)).order_by(Question.asked_at.desc(), Question.id.desc())
    return viewed(db.session.execute(found).scalars().all(), reader=reader)


# Every lesson page asks it, so it is put together once.
_BESIDE = (
    sa.select(Question.id)
    .where(
        Question.course_id == sa.bindparam("course_id"),
        Question.step_key == sa.bindparam("step_key"),
        Question.deleted_at.is_(None),
        Question.hidden_at.is_(None),
    )
    .order_by(Question.asked_at.desc(), Question.id.desc())
    .limit(100)
)


def questions_readable_by(reader: Actor) -> sa.Select[Question]:
    """Standing questions of courses in which the reader is enrolled, or whose organisation they act for as a teacher."""
    learns = sa.select(Enrolment.course_id).where(Enrolment.person_id == reader.person_id, Enrolment.ended_at.is_(None))
    mine = [Question.course_id.in_(learns), Question.person_id == reader.person_id]
    if reader.has_role(*TEACHING_ROLES):
        teaches = sa.select(Course.id).where(Course.organisation_id == reader.organisation_id)
        mine.append(Question.course_id.in_(teaches))
    return sa.select(Question).where(Question.deleted_at.is_(None), Question.hidden_at.is_(None), sa.or_(*mine))


@dataclass(frozen=True)
class QuestionPlace:
    """Where a question stands for this reader: the step beside which it was asked, or the teachers' list."""

    url: str
    course_title: str
    step_title: str
    as_teacher: bool
    may_answer: bool
    may_mark: bool


def place_of_question(question: Question, *, reader: Actor) -> QuestionPlace:
    """Where to go back to, and what the reader may do there."""
    course = db.session.get_one(Course, question.course_id)
    enrolment = open_enrolment(person_id=reader.person_id, course_id=course.id)
    as_teacher = policies.teaches_for(reader, course.organisation_id)
    release = current_release(course.id)
    release_id = enrolment.release_id if enrolment else (release.id if release else None)
    tree = outline(release_id, enrolment.locale if enrolment else reader.locale) if release_id else None
    step = tree.by_key.get(question.step_key) if tree else None
    if enrolment and step:
        url = f"/learn/{enrolment.public_id}/{question.step_key}#questions"
    else:
        url = f"/studio/courses/{course.public_id}/questions" if as_teacher else "/learn"
    return QuestionPlace(
        url, tree.title if tree else course.slug, step.title if step else question.step_key, as_teacher,
        policies.may_answer(reader, organisation_id=course.organisation_id, is_learner=enrolment is not None),
        policies.may_mark_answer(reader, question, organisation_id=course.organisation_id),
    )  # fmt: skip


def unanswered_in(course_ids: Iterable[int]) -> sa.Select[Question]:
    """Standing questions of these courses that no teacher has answered and no answer is marked for, oldest first."""
    settled = sa.exists().where(
        Answer.question_id == Question.id,
        Answer.deleted_at.is_(None),
        Answer.hidden_at.is_(None),
        sa.or_(Answer.organisation_id.is_not(None), Answer.marked_at.is_not(None)),
    )
    return (
        sa.select(Question)
        .where(Question.course_id.in_(list(course_ids)), Question.deleted_at.is_(None), Question.hidden_at.is_(None), ~settled)
        .order_by(Question.asked_at, Question.id)
    )


def answered_for(person_id: int, *, since: datetime) -> list[tuple[Question, datetime]]:
    """A person's questions that got an answer from somebody else since then, with when; for their desk."""
    latest = sa.func.max(Answer.answered_at).label("answered_at")
    found = (
        sa.select(Question, latest)
        .join(Answer, Answer.question_id == Question.id)
        .where(
            Question.person_id == person_id, Question.deleted_at.is_(None), Question.hidden_at.is_(None),
            Answer.person_id != person_id, Answer.deleted_at.is_(None), Answer.hidden_at.is_(None), Answer.answered_at >= since,
        )
        .group_by(Question.id)
        .order_by(latest.desc())
    )  # fmt: skip
    return [(row[0], row[1]) for row in db.session.execute(found)]


def viewed(questions: Iterable[Question], *, reader: Actor) -> list[QuestionView]:
    """Questions with their standing answers and the names to show."""
    questions = list(questions)
    answers = _answers_of([question.id for question in questions])
    people = {q.person_id for q in questions} | {a.person_id for row in answers.values() for a in row}
    names = display_names(people) if people else {}
    badges = _badges({a.organisation_id for row in answers.values() for a in row if a.organisation_id is not None})
    return [
        QuestionView(
            public_id=q.public_id, step_key=q.step_key, text=q.text, name=names.get(q.person_id, ""), asked_at=q.asked_at,
            edited_at=q.edited_at, is_own=q.person_id == reader.person_id,
            answers=tuple(_answer_view(a, names, badges, reader) for a in answers.get(q.id, ())),
        )
        for q in questions
    ]  # fmt: skip


def _answers_of(question_ids: list[int]) -> dict[int, list[Answer]]:
    if not question_ids:
        return {}
    found = (
        sa.select(Answer)
        .where(Answer.question_id.in_(question_ids), Answer.deleted_at.is_(None), Answer.hidden_at.is_(None))
        .order_by(Answer.marked_at.is_(None), Answer.organisation_id.is_(None), Answer.answered_at, Answer.id)
    )
    by_question: dict[int, list[Answer]] = {}
    for row in db.session.execute(found).scalars():
        by_question.setdefault(row.question_id, []).append(row)
    return by_question


def _badges(organisation_ids: set[int]) -> dict[int, tuple[str, str]]:
    if not organisation_ids:
        return {}
    found = sa.select(Organisation.id, Organisation.name, Organisation.name_en).where(Organisation.id.in_(organisation_ids))
    return {row.id: (row.name, row.name_en) for row in db.session.execute(found)}


def _answer_view(answer: Answer, names: dict[int, str], badges: dict[int, tuple[str, str]], reader: Actor) -> AnswerView:
    return AnswerView(
        public_id=answer.public_id,
        text=answer.text,
        name=names.get(answer.person_id, ""),
        badge=badges.get(answer.organisation_id) if answer.organisation_id is not None else None,
        answered_at=answer.answered_at,
        edited_at=answer.edited_at,
        is_marked=answer.marked_at is not None,
        is_own=answer.person_id == reader.person_id,
    )


def usual_response(course_id: int, *, at: datetime) -> timedelta | None:
    """The median time from a question to a teacher's first answer in the last 90 days; None with fewer than three."""
    first = sa.func.min(Answer.answered_at)
    found = (
        sa.select(Question.asked_at, first)
        .join(Answer, Answer.question_id == Question.id)
        .where(
            Question.course_id == course_id, Question.asked_at > at - timedelta(days=90), Answer.organisation_id.is_not(None),
            Question.deleted_at.is_(None), Answer.deleted_at.is_(None),
        )
        .group_by(Question.id, Question.asked_at)
    )  # fmt: skip
    waits = sorted(answered - asked for asked, answered in db.session.execute(found))
    return waits[len(waits) // 2] if len(waits) >= 3 else None
