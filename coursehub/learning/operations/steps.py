"""Reading and watching: opening a step, remembering the place, saying it is read or watched."""

from datetime import datetime

import sqlalchemy as sa

from coursehub.catalog.models import Step
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.learning import policies
from coursehub.learning.models import Enrolment
from coursehub.learning.operations.completion import GRADER, accept, progress_row
from coursehub.learning.operations.refusals import EnrolmentEnded
from coursehub.learning.queries.outline import rule_of
from coursehub.people.actor import Actor

WATCHED_TENTHS = 9
"""A video counts as watched once nine tenths of it were reached."""

LONGEST_SECONDS = 24 * 3600

_STEP = sa.select(Step).where(Step.release_id == sa.bindparam("release_id"), Step.key == sa.bindparam("key"))


class AcceptedOtherwise(Refusal):
    """This step is not accepted that way. What counts as done stands at its end."""


class NoSuchStep(Refusal):
    """This release has no such step. Open the course from your desk."""

    status = 404


def step_of(enrolment: Enrolment, step_key: str) -> Step:
    """The step of the enrolment's release with that key.

    Raises NoSuchStep.
    """
    step = db.session.execute(_STEP, {"release_id": enrolment.release_id, "key": step_key}).scalar_one_or_none()
    if step is None:
        raise NoSuchStep
    return step


def open_step(enrolment: Enrolment, step_key: str, *, by: Actor, at: datetime) -> None:
    """Remember that the learner is here, so that they can continue here."""
    require(policies.may_learn(by, enrolment))
    with transaction():
        lock(enrolment)
        if enrolment.ended_at is not None:
            return
        progress_row(enrolment, step_key, at=at).last_seen_at = at
        enrolment.last_step_key = step_key
        enrolment.last_seen_at = at


def mark_read(enrolment: Enrolment, step_key: str, *, by: Actor, at: datetime) -> None:
    """The learner says they have read a step; a second time changes nothing.

    Raises EnrolmentEnded, NoSuchStep, and AcceptedOtherwise if the step must be watched or passed.
    """
    require(policies.may_learn(by, enrolment))
    _declare(enrolment, step_key, rule="read", at=at)


def mark_watched(enrolment: Enrolment, step_key: str, *, by: Actor, at: datetime) -> None:
    """The learner says they have watched a video, where no player could say it for them.

    Raises EnrolmentEnded, NoSuchStep, and AcceptedOtherwise if the step must be read or passed.
    """
    require(policies.may_learn(by, enrolment))
    _declare(enrolment, step_key, rule="watched", at=at)


def _declare(enrolment: Enrolment, step_key: str, *, rule: str, at: datetime) -> None:
    with transaction():
        lock(enrolment)
        if enrolment.ended_at is not None:
            raise EnrolmentEnded
        if rule_of(step_of(enrolment, step_key).acceptance) != rule:
            raise AcceptedOtherwise
        accept(
            enrolment, step_key, kind=rule, inputs={"declared": rule}, outputs={"by": "learner"}, grader=GRADER, at=at
        )  # fmt: skip


def note_position(enrolment: Enrolment, step_key: str, *, seconds: int, duration_seconds: int, by: Actor, at: datetime) -> bool:
    """Remember where in a video the learner is; says whether the step is done now.

    seconds, duration_seconds: as the player reports them. Raises EnrolmentEnded and NoSuchStep.
    """
    require(policies.may_learn(by, enrolment))
    seconds = min(max(seconds, 0), LONGEST_SECONDS)
    with transaction():
        lock(enrolment)
        if enrolment.ended_at is not None:
            raise EnrolmentEnded
        step = step_of(enrolment, step_key)
        progress = progress_row(enrolment, step_key, at=at)
        progress.position_seconds = seconds
        progress.furthest_seconds = max(progress.furthest_seconds, seconds)
        progress.last_seen_at = at
        reached = duration_seconds > 0 and 10 * progress.furthest_seconds >= WATCHED_TENTHS * duration_seconds
        if reached and rule_of(step.acceptance) == "watched":
            accept(
                enrolment, step_key, kind="watched", inputs={"duration_seconds": duration_seconds},
                outputs={"furthest_seconds": progress.furthest_seconds}, grader=GRADER, at=at,
            )  # fmt: skip
        return progress.done_at is not None
