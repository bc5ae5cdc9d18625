"""When a step is done, and when a course is."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, in_transaction, written
from coursehub.learning.models import Attempt, Completion, Enrolment, Evidence, StepProgress
from coursehub.learning.operations.evidence import record_evidence
from coursehub.learning.queries.enrolments import progress_of
from coursehub.learning.queries.outline import outline
from coursehub.prepared import Prepared

GRADER = "coursehub/1"

_OPEN = Prepared(sa.insert(StepProgress.__table__).returning(StepProgress.id))  # type: ignore[arg-type]
_ROW = sa.select(StepProgress).where(
    StepProgress.enrolment_id == sa.bindparam("enrolment_id"), StepProgress.step_key == sa.bindparam("step_key")
)


def progress_row(enrolment: Enrolment, step_key: str, *, at: datetime) -> StepProgress:
    """The progress row of a step, made if it is the first visit. The caller holds the enrolment's lock."""
    if not in_transaction():
        raise RuntimeError("progress is written inside a transaction")
    row = db.session.execute(_ROW, {"enrolment_id": enrolment.id, "step_key": step_key}).scalar_one_or_none()
    if row is None:
        opened = {
            "enrolment_id": enrolment.id, "step_key": step_key, "opened_at": at, "last_seen_at": at, "done_at": None,
            "position_seconds": 0, "furthest_seconds": 0, "draft": None,
        }  # fmt: skip
        row = written(StepProgress, {"id": _OPEN(opened).scalar_one(), **opened})
    return row


def accept(
    enrolment: Enrolment,
    step_key: str,
    *,
    kind: str,
    inputs: Any,
    outputs: Any,
    grader: str,
    at: datetime,
    attempt: Attempt | None = None,
) -> None:
    """A step's acceptance is met: evidence, progress, and perhaps the whole course.

    A step already done keeps its first moment; an attempt still gets its evidence.
    """
    progress = progress_row(enrolment, step_key, at=at)
    if progress.done_at is not None and attempt is None:
        return
    record_evidence(
        enrolment, step_key=step_key, kind=kind, verdict="passed",
        inputs=inputs, outputs=outputs, grader=grader, at=at, attempt=attempt,
    )  # fmt: skip
    if progress.done_at is None:
        progress.done_at = at
        db.session.flush()
        events.record("learning.step_done", at=at, enrolment_id=enrolment.id, step_key=step_key)
    complete_if_done(enrolment, at=at)


def complete_if_done(enrolment: Enrolment, *, at: datetime) -> Completion | None:
    """Say once per release that every acceptance is met; None while something is open or it was said.

    The caller holds the enrolment's lock.
    """
    tree = outline(enrolment.release_id, enrolment.locale)
    done = {key for key, done_at in progress_of(enrolment.id).items() if done_at is not None}
    if not tree.counted or not tree.counted <= done:
        return None
    said = sa.select(Completion.id).where(Completion.enrolment_id == enrolment.id, Completion.release_id == enrolment.release_id)
    if db.session.execute(said).first() is not None:
        return None
    completion = Completion(enrolment_id=enrolment.id, release_id=enrolment.release_id, at=at)
    db.session.add(completion)
    db.session.flush()
    record_evidence(
        enrolment, step_key="", kind="course", verdict="passed", inputs={"evidence": _step_hashes(enrolment)},
        outputs={"steps": sorted(tree.counted)}, grader=GRADER, at=at,
    )  # fmt: skip
    events.record(
        "learning.course_completed",
        at=at,
        enrolment_id=enrolment.id,
        completion_id=completion.id,
        course_id=enrolment.course_id,
    )
    return completion


def _step_hashes(enrolment: Enrolment) -> list[str]:
    found = sa.select(Evidence.hash).where(Evidence.enrolment_id == enrolment.id).order_by(Evidence.n)
    return list(db.session.execute(found).scalars())
