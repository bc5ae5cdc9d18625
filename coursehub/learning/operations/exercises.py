"""Handing in code: it waits for the worker, which judges it in isolation, and then the verdict is written."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coursehub import jobs
from coursehub.catalog.models import Step, StepText
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.learning import policies
from coursehub.learning.exercises import Judgement, isolation_refusal, judge
from coursehub.learning.models import Attempt, Enrolment, HintOpening
from coursehub.learning.operations.completion import accept, progress_row
from coursehub.learning.operations.evidence import record_evidence
from coursehub.learning.operations.refusals import EnrolmentEnded
from coursehub.learning.operations.steps import AcceptedOtherwise, step_of
from coursehub.learning.queries.attempts import hints_open, next_number
from coursehub.learning.shapes import count_hints
from coursehub.people.actor import Actor

MOST_CHARACTERS = 60_000
MOST_IN_TEN_MINUTES = 30
GIVE_UP_AFTER = timedelta(minutes=10)
"""After this long a waiting attempt no longer keeps the next one out."""


class WorkTooLong(Refusal):
    """Your work is longer than 60,000 characters. Shorten it and hand it in again."""

    status = 422


class NothingHandedIn(Refusal):
    """There is no code yet. Write some, then run it."""

    status = 422


class StillJudging(Refusal):
    """Your last attempt is still being judged. Its verdict will be here in a moment."""


class TooManyRuns(Refusal):
    """You have run your work 30 times within ten minutes. Take a breath, read the feedback, and go on in a while."""

    status = 429


class NoMoreHints(Refusal):
    """All hints of this exercise are open."""


def hand_in(enrolment: Enrolment, step_key: str, *, source: str, purpose: str, by: Actor, at: datetime) -> Attempt:
    """Put work in line to be judged; the verdict comes from the worker.

    purpose: "check" counts, "try" runs only the visible cases. Raises
    CannotGradeHere where this installation has no isolation, EnrolmentEnded,
    AcceptedOtherwise (not an exercise), NothingHandedIn, WorkTooLong,
    StillJudging and TooManyRuns.
    """
    require(policies.may_learn(by, enrolment))
    source = as_typed(source)
    if not source.strip():
        raise NothingHandedIn
    if len(source) > MOST_CHARACTERS:
        raise WorkTooLong
    refusal = isolation_refusal()
    if refusal is not None:
        raise refusal
    with transaction():
        lock(enrolment)
        step = step_of(enrolment, step_key)
        _check_open(enrolment, step, at=at)
        progress = progress_row(enrolment, step_key, at=at)
        progress.last_seen_at, progress.draft = at, source
        attempt = Attempt(
            enrolment_id=enrolment.id, step_id=step.id, step_key=step_key, kind="code", purpose=purpose,
            n=next_number(enrolment.id, step_key, purpose), state="waiting", submitted={"source": source},
            feedback={}, at=at,
        )  # fmt: skip
        db.session.add(attempt)
        db.session.flush()
        jobs.enqueue("learning.judge_attempt", at=at, attempt_id=attempt.id)
    return attempt


def as_typed(source: str) -> str:
    """Code as its author typed it: browsers send line ends of their own, and no database takes a NUL."""
    return source.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def keep_draft(enrolment: Enrolment, step_key: str, *, source: str, by: Actor, at: datetime) -> None:
    """Keep code that is being typed, so that a reload or another page does not lose it.

    Raises EnrolmentEnded, NoSuchStep and WorkTooLong.
    """
    require(policies.may_learn(by, enrolment))
    if len(source) > MOST_CHARACTERS:
        raise WorkTooLong
    with transaction():
        lock(enrolment)
        if enrolment.ended_at is not None:
            raise EnrolmentEnded
        if step_of(enrolment, step_key).kind != "code":
            raise AcceptedOtherwise
        progress_row(enrolment, step_key, at=at).draft = as_typed(source)


def _check_open(enrolment: Enrolment, step: Step, *, at: datetime) -> None:
    if enrolment.ended_at is not None:
        raise EnrolmentEnded
    if step.kind != "code":
        raise AcceptedOtherwise
    _give_up_on_old(enrolment, step.key, at=at)
    mine = sa.select(sa.func.count()).where(Attempt.enrolment_id == enrolment.id)
    if db.session.execute(mine.where(Attempt.step_key == step.key, Attempt.state == "waiting")).scalar_one():
        raise StillJudging
    lately = mine.where(Attempt.kind == "code", Attempt.at > at - timedelta(minutes=10))
    if db.session.execute(lately).scalar_one() >= MOST_IN_TEN_MINUTES:
        raise TooManyRuns


def _give_up_on_old(enrolment: Enrolment, step_key: str, *, at: datetime) -> None:
    """An attempt nobody judged in time must not lock its learner out."""
    old = sa.select(Attempt).where(
        Attempt.enrolment_id == enrolment.id,
        Attempt.step_key == step_key,
        Attempt.state == "waiting",
        Attempt.at <= at - GIVE_UP_AFTER,
    )
    for attempt in db.session.execute(old).scalars():
        attempt.state = "refused"
        attempt.feedback = {"refusal": "too_late"}
        attempt.graded_at = at
    db.session.flush()


def judge_attempt(attempt_id: int, *, at: datetime) -> None:
    """Run a waiting attempt in isolation and write its verdict; a second run changes nothing.

    The run itself happens outside any transaction: it may take many seconds.
    """
    attempt = db.session.get_one(Attempt, attempt_id)
    if attempt.state != "waiting":
        return
    definition = db.session.get_one(Step, attempt.step_id).definition
    judgement = judge(definition, source=attempt.submitted["source"], only_visible=attempt.purpose == "try")
    write_verdict(attempt, judgement, at=at)


def write_verdict(attempt: Attempt, judgement: Judgement, *, at: datetime) -> None:
    """Write what a run of a waiting attempt came to; an attempt that waits no more keeps its verdict."""
    with transaction():
        enrolment = db.session.get_one(Enrolment, attempt.enrolment_id)
        lock(enrolment)
        lock(attempt)
        if attempt.state == "waiting":
            _write(enrolment, attempt, judgement, at=at)


def _write(enrolment: Enrolment, attempt: Attempt, judgement: Judgement, *, at: datetime) -> None:
    attempt.graded_at = at
    attempt.grader = judgement.grader
    attempt.feedback = judgement.feedback
    if judgement.refused:
        attempt.state = "refused"
        return
    attempt.state = "graded"
    attempt.score_bps = judgement.score_bps
    attempt.passed = judgement.passed
    db.session.flush()
    if attempt.purpose != "check" or enrolment.ended_at is not None:
        return
    shown: dict[str, Any] = {"score_bps": judgement.score_bps, "feedback": judgement.feedback}
    if judgement.passed:
        accept(
            enrolment, attempt.step_key, kind="code", inputs=attempt.submitted, outputs=shown,
            grader=judgement.grader, at=at, attempt=attempt,
        )  # fmt: skip
    else:
        record_evidence(
            enrolment, step_key=attempt.step_key, kind="code", verdict="failed", inputs=attempt.submitted,
            outputs=shown, grader=judgement.grader, at=at, attempt=attempt,
        )  # fmt: skip


def hints_total(step: Step) -> int:
    """How many hints an exercise has; every language has the same number."""
    texts = db.session.execute(sa.select(StepText.texts).where(StepText.step_id == step.id).limit(1)).scalar_one_or_none()
    return count_hints(texts or {})


def open_hint(enrolment: Enrolment, step_key: str, *, by: Actor, at: datetime) -> int:
    """Open the next hint of an exercise; returns how many are open now.

    Raises EnrolmentEnded, NoSuchStep and NoMoreHints.
    """
    require(policies.may_learn(by, enrolment))
    with transaction():
        lock(enrolment)
        if enrolment.ended_at is not None:
            raise EnrolmentEnded
        step = step_of(enrolment, step_key)
        opened = hints_open(enrolment.id, step_key)
        if opened >= hints_total(step):
            raise NoMoreHints
        db.session.add(HintOpening(enrolment_id=enrolment.id, step_key=step_key, n=opened + 1, at=at))
        db.session.flush()
    return opened + 1
