"""Applications: somebody wants an opening, and what the employer makes of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref
from coursehub.talent.machines import APPLICATION
from coursehub.talent.models.profiles import one_of

APPLICATION_SOURCES = ("applied", "introduction")
NOTE_SCOPES = ("me", "team", "organisation")
VERDICTS = ("strong_no", "no", "yes", "strong_yes")


class Application(Model):
    """One person's application to one opening, until it closes.

    due_at: when the employer's next answer is due; None while it is not their turn.
    answered_at: the employer's first answer. tell_at: when the person hears of a rejection,
    which the employer can take back until then; ended_at: when it closed for good.
    mail_hash: keyed hash of the person's address, for finding duplicates without showing it.
    merged_into_id: the application that stands for this one as well.
    """

    __tablename__ = "application"
    __table_args__ = (
        one_of("state", APPLICATION.states),
        one_of("source", APPLICATION_SOURCES),
        Index(
            "uq_application_open", "opening_id", "person_id", "source", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_application_board", "opening_id", "state", "applied_at"),
        Index("ix_application_due", "ended_at", "due_at"),
        Index("ix_application_mail", "organisation_id", "mail_hash"),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    opening_id: Mapped[int] = ref("opening.id", index=False)
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    person_id: Mapped[int] = ref("person.id")
    introduction_id: Mapped[int | None] = ref("introduction.id", index=False)
    source: Mapped[str] = mapped_column(String(12))
    message: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12))
    applied_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stage_since_at: Mapped[datetime] = mapped_column(UtcDateTime)
    promised_at: Mapped[datetime] = mapped_column(UtcDateTime)  # when the first answer was due
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tell_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(20), default="")
    reason_words: Mapped[str] = mapped_column(Text, default="")
    mail_hash: Mapped[str] = mapped_column(String(64), default="")
    merged_into_id: Mapped[int | None] = ref("application.id")


class Note(Model):
    """A remark about an application: for its writer, the hiring team, or everybody who hires there."""

    __tablename__ = "application_note"
    __table_args__ = (one_of("scope", NOTE_SCOPES),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    application_id: Mapped[int] = ref("application.id")
    by_id: Mapped[int] = ref("person.id", index=False)
    scope: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Scorecard(Model):
    """One colleague's judgement of one application; nobody reads another's before their own is in.

    marks: for each skill of the opening (its code) a level from 1 to 4.
    """

    __tablename__ = "scorecard"
    __table_args__ = (one_of("verdict", VERDICTS), UniqueConstraint("application_id", "by_id", name="uq_scorecard_one_each"))

    id: Mapped[Id]
    application_id: Mapped[int] = ref("application.id", index=False)
    by_id: Mapped[int] = ref("person.id", index=False)
    verdict: Mapped[str] = mapped_column(String(12))
    marks: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Batch(Model):
    """One act of an employer on one or many applications; it can be undone for a short while."""

    __tablename__ = "application_batch"
    __table_args__ = (Index("ix_application_batch_recent", "opening_id", "at"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    opening_id: Mapped[int] = ref("opening.id", index=False)
    by_id: Mapped[int] = ref("person.id", index=False)
    step: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undo_until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BatchItem(Model):
    """One application of a batch: where it was, and what the clock said then."""

    __tablename__ = "application_batch_item"

    batch_id: Mapped[int] = ref("application_batch.id", index=False, primary_key=True)
    application_id: Mapped[int] = ref("application.id", primary_key=True)
    from_state: Mapped[str] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    due_before_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    was_answered: Mapped[bool] = mapped_column()


class Merge(Model):
    """Two applications that are one; can be taken apart for a while."""

    __tablename__ = "application_merge"
    __table_args__ = (
        CheckConstraint("kept_id <> merged_id", name="two_of_them"),
        Index(
            "uq_application_merge_open", "merged_id", unique=True,
            sqlite_where=text("undone_at IS NULL"), postgresql_where=text("undone_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    kept_id: Mapped[int] = ref("application.id")
    merged_id: Mapped[int] = ref("application.id", index=False)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
