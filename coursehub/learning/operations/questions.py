"""Questions and answers beside a step."""

from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.catalog.models import Course
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.learning import policies
from coursehub.learning.models import Answer, Enrolment, Question
from coursehub.learning.operations.refusals import EnrolmentEnded
from coursehub.learning.operations.steps import step_of
from coursehub.learning.queries.enrolments import open_enrolment_id
from coursehub.people.actor import Actor

MOST_IN_A_DAY = 20


class QuestionClosed(Refusal):
    """This question is no longer here, so it takes no answers."""


class TooManyWords(Refusal):
    """You have written twenty times here today. Go on tomorrow, or edit what you wrote."""

    status = 429


def ask(enrolment: Enrolment, step_key: str, *, text: str, by: Actor, at: datetime) -> Question:
    """Ask beside a step; the course's teachers and those who learn in it can see it.

    Raises EnrolmentEnded, NoSuchStep and TooManyWords.
    """
    require(policies.may_learn(by, enrolment))
    with transaction():
        lock(enrolment)
        if enrolment.ended_at is not None:
            raise EnrolmentEnded
        step_of(enrolment, step_key)
        _slow_down(by, at=at)
        question = Question(
            course_id=enrolment.course_id, step_key=step_key, person_id=by.person_id, text=text.strip(), asked_at=at
        )
        db.session.add(question)
        db.session.flush()
        events.record("learning.question_asked", at=at, question_id=question.id, course_id=question.course_id)
    return question


def answer(question: Question, *, text: str, by: Actor, at: datetime) -> Answer:
    """Answer a question; a teacher's answer carries their organisation's badge.

    Raises QuestionClosed if it was taken back or hidden, and TooManyWords.
    """
    organisation_id = db.session.get_one(Course, question.course_id).organisation_id
    is_learner = open_enrolment_id(person_id=by.person_id, course_id=question.course_id) is not None
    require(policies.may_answer(by, organisation_id=organisation_id, is_learner=is_learner))
    as_teacher = policies.teaches_for(by, organisation_id)
    with transaction():
        lock(question)
        if question.deleted_at is not None or question.hidden_at is not None:
            raise QuestionClosed
        if not as_teacher:
            _slow_down(by, at=at)
        given = Answer(
            question_id=question.id, person_id=by.person_id, organisation_id=organisation_id if as_teacher else None,
            text=text.strip(), answered_at=at,
        )  # fmt: skip
        db.session.add(given)
        db.session.flush()
        events.record("learning.question_answered", at=at, question_id=question.id, answer_id=given.id)
    return given


def _slow_down(by: Actor, *, at: datetime) -> None:
    """Twenty questions and answers a day are enough for a person, and too few for a machine."""
    since = at.replace(hour=0, minute=0, second=0, microsecond=0)
    asked = sa.select(sa.func.count()).where(Question.person_id == by.person_id, Question.asked_at >= since)
    answered = sa.select(sa.func.count()).where(Answer.person_id == by.person_id, Answer.answered_at >= since)
    if db.session.execute(asked).scalar_one() + db.session.execute(answered).scalar_one() >= MOST_IN_A_DAY:
        raise TooManyWords


def edit_question(question: Question, *, text: str, by: Actor, at: datetime) -> None:
    """Change the words of one's own question."""
    require(policies.may_edit_question(by, question))
    with transaction():
        lock(question)
        question.text = text.strip()
        question.edited_at = at


def delete_question(question: Question, *, by: Actor, at: datetime) -> None:
    """Take back one's own question, with the answers below it."""
    require(policies.may_edit_question(by, question))
    with transaction():
        lock(question)
        question.deleted_at = question.deleted_at or at


def edit_answer(given: Answer, *, text: str, by: Actor, at: datetime) -> None:
    """Change the words of one's own answer."""
    require(policies.may_edit_answer(by, given))
    with transaction():
        lock(given)
        given.text = text.strip()
        given.edited_at = at


def delete_answer(given: Answer, *, by: Actor, at: datetime) -> None:
    """Take back one's own answer."""
    require(policies.may_edit_answer(by, given))
    with transaction():
        lock(given)
        given.deleted_at = given.deleted_at or at
        given.marked_at = None


def mark_answer(given: Answer, *, by: Actor, at: datetime) -> None:
    """Say that this answer is the answer; it takes the mark from any other."""
    question = db.session.get_one(Question, given.question_id)
    organisation_id = db.session.get_one(Course, question.course_id).organisation_id
    require(policies.may_mark_answer(by, question, organisation_id=organisation_id))
    with transaction():
        lock(question)
        lock(given)
        if given.deleted_at is not None or given.hidden_at is not None:
            raise QuestionClosed
        db.session.execute(
            sa.update(Answer).where(Answer.question_id == question.id, Answer.id != given.id).values(marked_at=None)
        )
        given.marked_at = at


def unmark_answer(given: Answer, *, by: Actor) -> None:
    """Take the mark back: the question is open again."""
    question = db.session.get_one(Question, given.question_id)
    organisation_id = db.session.get_one(Course, question.course_id).organisation_id
    require(policies.may_mark_answer(by, question, organisation_id=organisation_id))
    with transaction():
        lock(question)
        lock(given)
        given.marked_at = None
