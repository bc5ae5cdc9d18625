"""Handing in a quiz."""

from dataclasses import asdict
from datetime import datetime

from coursehub.catalog.models import Step
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.learning import policies, quiz
from coursehub.learning.models import Attempt, Enrolment
from coursehub.learning.operations.completion import accept, progress_row
from coursehub.learning.operations.evidence import record_evidence
from coursehub.learning.operations.refusals import EnrolmentEnded
from coursehub.learning.operations.steps import AcceptedOtherwise, step_of
from coursehub.learning.queries.attempts import attempts_left, has_passed, next_number
from coursehub.people.actor import Actor


class NoAttemptsLeft(Refusal):
    """You have used all attempts for now. The quiz opens again 24 hours after the first of them."""


class AnswersMissing(Refusal):
    """Some questions have no answer yet. Nothing was counted; answer them and hand in again."""

    status = 422


class AlreadyPassed(Refusal):
    """You have passed this quiz already."""


def answer_quiz(enrolment: Enrolment, step_key: str, *, answers: quiz.Answers, by: Actor, at: datetime) -> Attempt:
    """Judge a whole quiz at once and keep the attempt with its feedback.

    Raises EnrolmentEnded, NoSuchStep, AcceptedOtherwise (not a quiz), AnswersMissing
    (uses up nothing), AlreadyPassed and NoAttemptsLeft.
    """
    require(policies.may_learn(by, enrolment))
    with transaction():
        lock(enrolment)
        step = step_of(enrolment, step_key)
        _check_open(enrolment, step, answers, at=at)
        result = quiz.grade(step.definition, answers)
        progress_row(enrolment, step_key, at=at).last_seen_at = at
        attempt = Attempt(
            enrolment_id=enrolment.id, step_id=step.id, step_key=step_key, kind="quiz", purpose="check",
            n=next_number(enrolment.id, step_key, "check"), state="graded", submitted={"answers": dict(answers)},
            score_bps=result.score_bps, passed=result.passed,
            feedback={"questions": [asdict(verdict) for verdict in result.verdicts]},
            grader=quiz.GRADER, at=at, graded_at=at,
        )  # fmt: skip
        db.session.add(attempt)
        db.session.flush()
        if result.passed:
            accept(
                enrolment, step_key, kind="quiz", inputs=attempt.submitted, outputs=attempt.feedback,
                grader=quiz.GRADER, at=at, attempt=attempt,
            )  # fmt: skip
        else:
            record_evidence(
                enrolment, step_key=step_key, kind="quiz", verdict="failed", inputs=attempt.submitted,
                outputs=attempt.feedback, grader=quiz.GRADER, at=at, attempt=attempt,
            )  # fmt: skip
    return attempt


def _check_open(enrolment: Enrolment, step: Step, answers: quiz.Answers, *, at: datetime) -> None:
    if enrolment.ended_at is not None:
        raise EnrolmentEnded
    if step.kind != "quiz":
        raise AcceptedOtherwise
    if quiz.problems(step.definition, answers):
        raise AnswersMissing
    if has_passed(enrolment.id, step.key):
        raise AlreadyPassed
    left = attempts_left(enrolment.id, step.key, int(step.definition.get("attempts", 0)), at=at)
    if left is not None and left.count == 0:
        raise NoAttemptsLeft
