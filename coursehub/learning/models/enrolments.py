"""Enrolments and how far they are."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref

SOURCES = ("order", "free", "pass")


class Enrolment(Model):
    """One person's right to one release of a course, open until `ended_at`.

    `release_id` changes only by `operations.move_up`, which leaves a
    ReleaseMove behind. `locale` is the language the course text is read in.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        # What makes "at most one open enrolment per person and course" true under races.
        Index(
            "uq_enrolment_open",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_enrolment_course", "course_id", "opened_at"),
        Index("ix_enrolment_person", "person_id", "last_seen_at"),
        CheckConstraint("(ended_at IS NULL) = (ended_reason IS NULL)", name="end_is_whole"),
        CheckConstraint("source IN ('order', 'free', 'pass')", name="source_known"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = ref("person.id", index=False)
    course_id: Mapped[int] = ref("course.id", index=False)
    release_id: Mapped[int] = ref("release.id")
    source: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str] = mapped_column(String(16))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_reason: Mapped[str | None] = mapped_column(String(32))
    last_step_key: Mapped[str | None] = mapped_column(String(120))
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StepProgress(Model):
    """How far one enrolment is with one step, found by the step's stable key.

    The key, not the row of a release, is what progress hangs on: moving to a
    newer release keeps it, and keys the new release no longer has stay on file.
    """

    __tablename__ = "step_progress"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "step_key"),
        CheckConstraint("position_seconds >= 0", name="position_not_negative"),
        CheckConstraint("furthest_seconds >= position_seconds", name="furthest_is_furthest"),
    )

    id: Mapped[Id]
    enrolment_id: Mapped[int] = ref("enrolment.id", index=False)
    step_key: Mapped[str] = mapped_column(String(120))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    position_seconds: Mapped[int] = mapped_column(Integer, default=0)
    furthest_seconds: Mapped[int] = mapped_column(Integer, default=0)
    draft: Mapped[str | None] = mapped_column(Text)  # code typed but perhaps not handed in


class Completion(Model):
    """An enrolment met every acceptance of a release; said once per release."""

    __tablename__ = "completion"
    __table_args__ = (UniqueConstraint("enrolment_id", "release_id"),)

    id: Mapped[Id]
    enrolment_id: Mapped[int] = ref("enrolment.id", index=False)
    release_id: Mapped[int] = ref("release.id")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReleaseMove(Model):
    """An enrolment went to a newer release; `report` names what happened to each step key."""

    __tablename__ = "release_move"
    __table_args__ = (Index("ix_release_move_enrolment", "enrolment_id", "at"),)

    id: Mapped[Id]
    enrolment_id: Mapped[int] = ref("enrolment.id", index=False)
    from_release_id: Mapped[int] = ref("release.id")
    to_release_id: Mapped[int] = ref("release.id")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    report: Mapped[dict[str, Any]] = mapped_column(JSON)


class Pulse(Model):
    """When somebody who learns by a pass was last heard of, and in which enrolment: one row a person.

    Time that passes between two signs of life counts once, however many pages are open.
    """

    __tablename__ = "learning_pulse"

    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"), primary_key=True)
    enrolment_id: Mapped[int] = ref("enrolment.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ActiveDay(Model):
    """For how long somebody was active in an enrolment on a day (in the platform's zone); only where a pass opened it."""

    __tablename__ = "active_day"
    __table_args__ = (CheckConstraint("seconds BETWEEN 0 AND 86400", name="no_more_than_a_day"),)

    enrolment_id: Mapped[int] = mapped_column(BigId, ForeignKey("enrolment.id"), primary_key=True)
    on_day: Mapped[date] = mapped_column(Date, primary_key=True)
    seconds: Mapped[int] = mapped_column(Integer)


class VisitCount(Model):
    """How often a course page or a preview was opened on a day: a number, no person."""

    __tablename__ = "visit_count"
    __table_args__ = (
        UniqueConstraint("course_id", "on_day", "what"),
        CheckConstraint("what IN ('course', 'preview')", name="what_known"),
    )

    id: Mapped[Id]
    course_id: Mapped[int] = ref("course.id", index=False)
    on_day: Mapped[date] = mapped_column(Date)
    what: Mapped[str] = mapped_column(String(16))
    visits: Mapped[int] = mapped_column(Integer, default=0)
