"""A learner's work and the verdicts on it."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref


class Attempt(Model):
    """One try at a quiz or an exercise, kept as it was handed in.

    `purpose` is "check" when it counts, "try" when the learner only runs the
    visible cases. `state` goes waiting -> graded, or waiting -> refused when we
    could not judge (no isolation): a refused attempt uses up nothing.
    `submitted` is {"answers": {question id: value}} or {"source": text}.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "step_key", "purpose", "n"),
        CheckConstraint("kind IN ('quiz', 'code')", name="kind_known"),
        CheckConstraint("purpose IN ('check', 'try')", name="purpose_known"),
        CheckConstraint("state IN ('waiting', 'graded', 'refused')", name="state_known"),
        CheckConstraint("(state = 'graded') = (passed IS NOT NULL)", name="verdict_is_whole"),
        CheckConstraint("score_bps IS NULL OR score_bps BETWEEN 0 AND 10000", name="score_in_range"),
        # One exercise at a time per learner and step: what keeps a double click from grading twice.
        Index(
            "uq_attempt_waiting",
            "enrolment_id",
            "step_key",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    enrolment_id: Mapped[int] = ref("enrolment.id", index=False)
    step_id: Mapped[int] = ref("step.id")
    step_key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))
    purpose: Mapped[str] = mapped_column(String(8), default="check")
    n: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16))
    submitted: Mapped[dict[str, Any]] = mapped_column(JSON)
    score_bps: Mapped[int | None] = mapped_column(Integer)
    passed: Mapped[bool | None] = mapped_column(Boolean)
    feedback: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    grader: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    graded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HintOpening(Model):
    """A learner opened the n-th hint of an exercise (1 is the first)."""

    __tablename__ = "hint_opening"
    __table_args__ = (UniqueConstraint("enrolment_id", "step_key", "n"),)

    id: Mapped[Id]
    enrolment_id: Mapped[int] = ref("enrolment.id", index=False)
    step_key: Mapped[str] = mapped_column(String(120))
    n: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Evidence(Model):
    """A recorded verdict on a person's work; append-only, also for the database.

    `hash` covers every other field by its opaque value and the hash of the row
    before it in the same enrolment, so an edit, a loss or a new order shows.
    No personal field is in it: erasing a person breaks no chain.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "n"),
        CheckConstraint("kind IN ('read', 'watched', 'quiz', 'code', 'course')", name="kind_known"),
        CheckConstraint("verdict IN ('passed', 'failed')", name="verdict_known"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    enrolment_id: Mapped[int] = ref("enrolment.id", index=False)
    release_id: Mapped[int] = ref("release.id")
    attempt_id: Mapped[int | None] = ref("attempt.id", index=False, unique=True)
    n: Mapped[int] = mapped_column(Integer)
    step_key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))
    verdict: Mapped[str] = mapped_column(String(16))
    score_bps: Mapped[int | None] = mapped_column(Integer)
    inputs_hash: Mapped[str] = mapped_column(String(64))
    outputs_hash: Mapped[str] = mapped_column(String(64))
    grader: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class EvidenceLink(Model):
    """The learner made one row of evidence readable by whoever has this address."""

    __tablename__ = "evidence_link"
    __table_args__ = (
        Index(
            "uq_evidence_link_open",
            "evidence_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    evidence_id: Mapped[int] = ref("evidence.id")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
