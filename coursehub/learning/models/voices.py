"""What people say about a course: questions, answers, reviews, reports."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref

SUBJECTS = ("course", "review", "question", "answer")


class Question(Model):
    """A learner asks beside a step. Shown while neither deleted nor hidden."""

    __tablename__ = "question"
    __table_args__ = (Index("ix_question_step", "course_id", "step_key", "asked_at"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    course_id: Mapped[int] = ref("course.id", index=False)
    step_key: Mapped[str] = mapped_column(String(120))
    person_id: Mapped[int] = ref("person.id")
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Answer(Model):
    """An answer to a question; `organisation_id` is set when a teacher of that organisation gave it."""

    __tablename__ = "answer"
    __table_args__ = (
        Index("ix_answer_question", "question_id", "answered_at"),
        # At most one answer is marked as *the* answer.
        Index(
            "uq_answer_marked",
            "question_id",
            unique=True,
            sqlite_where=text("marked_at IS NOT NULL"),
            postgresql_where=text("marked_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    question_id: Mapped[int] = ref("question.id", index=False)
    person_id: Mapped[int] = ref("person.id")
    organisation_id: Mapped[int | None] = ref("organisation.id")
    text: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    marked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CourseReview(Model):
    """What a person who enrolled thinks of a course: one each, with one reply of the partner."""

    __tablename__ = "course_review"
    __table_args__ = (
        UniqueConstraint("course_id", "person_id"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars_in_range"),
        CheckConstraint("(reply_text IS NULL) = (replied_at IS NULL)", name="reply_is_whole"),
        CheckConstraint("(replied_by_id IS NULL) = (replied_at IS NULL)", name="reply_has_author"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    course_id: Mapped[int] = ref("course.id", index=False)
    person_id: Mapped[int] = ref("person.id")
    stars: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reply_text: Mapped[str | None] = mapped_column(Text)
    replied_by_id: Mapped[int | None] = ref("person.id")
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Report(Model):
    """Somebody thinks a course, review, question or answer breaks the rules; staff decide."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("subject IN ('course', 'review', 'question', 'answer')", name="subject_known"),
        CheckConstraint("decision IS NULL OR decision IN ('keep', 'hide')", name="decision_known"),
        CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name="decision_is_whole"),
        CheckConstraint("(decided_by_id IS NULL) = (decision IS NULL)", name="decision_has_author"),
        Index(
            "uq_report_open",
            "reporter_id",
            "subject",
            "subject_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index("ix_report_queue", "decided_at", "reported_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    subject: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[int] = mapped_column(BigId)
    course_id: Mapped[int] = ref("course.id")
    reporter_id: Mapped[int] = ref("person.id")
    why: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decision: Mapped[str | None] = mapped_column(String(8))
    decision_text: Mapped[str | None] = mapped_column(Text)
    decided_by_id: Mapped[int | None] = ref("person.id")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
