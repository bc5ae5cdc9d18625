"""A learner's attempts at quizzes and exercises."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db, look
from coursehub.learning.models import Attempt, HintOpening
from coursehub.learning.quiz import WAIT

_AT_STEP = (Attempt.enrolment_id == sa.bindparam("enrolment_id"), Attempt.step_key == sa.bindparam("step_key"))
_LAST_NUMBER = sa.select(sa.func.coalesce(sa.func.max(Attempt.n), 0)).where(*_AT_STEP, Attempt.purpose == sa.bindparam("purpose"))
_PASSED = sa.select(Attempt.id).where(*_AT_STEP, Attempt.passed.is_(True), Attempt.purpose == "check").limit(1)


@dataclass(frozen=True)
class AttemptsLeft:
    """How many attempts a limited quiz still gives, and when the next one opens if that is none."""

    count: int
    of: int
    opens_at: datetime | None


def attempts(enrolment_id: int, step_key: str, *, purpose: str = "check", limit: int = 50) -> list[Attempt]:
    """Attempts at one step, newest first."""
    found = (
        sa.select(Attempt)
        .where(Attempt.enrolment_id == enrolment_id, Attempt.step_key == step_key, Attempt.purpose == purpose)
        .order_by(Attempt.n.desc())
        .limit(limit)
    )
    return list(db.session.execute(found).scalars())


def attempt_visible_to(enrolment_id: int, public_id: str) -> sa.Select[Attempt]:
    """One attempt of an enrolment that the reader was already allowed to open."""
    return sa.select(Attempt).where(Attempt.enrolment_id == enrolment_id, Attempt.public_id == public_id)


def next_number(enrolment_id: int, step_key: str, purpose: str) -> int:
    """The number of the next attempt at a step, from 1."""
    named = {"enrolment_id": enrolment_id, "step_key": step_key, "purpose": purpose}
    return int(look(_LAST_NUMBER, named).scalar_one()) + 1


def has_passed(enrolment_id: int, step_key: str) -> bool:
    """Whether an attempt that counts has passed the step."""
    return look(_PASSED, {"enrolment_id": enrolment_id, "step_key": step_key}).first() is not None


def attempts_left(enrolment_id: int, step_key: str, limit: int, *, at: datetime) -> AttemptsLeft | None:
    """What is left of a limit that counts the last 24 hours; None when there is no limit."""
    if limit <= 0:
        return None
    found = (
        sa.select(Attempt.at)
        .where(
            Attempt.enrolment_id == enrolment_id,
            Attempt.step_key == step_key,
            Attempt.purpose == "check",
            Attempt.state == "graded",
            Attempt.at > at - WAIT,
        )
        .order_by(Attempt.at)
    )
    moments = list(db.session.execute(found).scalars())
    left = max(0, limit - len(moments))
    return AttemptsLeft(left, limit, None if left else moments[len(moments) - limit] + WAIT)


def hints_open(enrolment_id: int, step_key: str) -> int:
    """How many hints of an exercise the learner has opened."""
    found = sa.select(sa.func.count()).where(HintOpening.enrolment_id == enrolment_id, HintOpening.step_key == step_key)
    return db.session.execute(found).scalar_one()
