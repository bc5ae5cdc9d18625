"""Interviews: times proposed, one picked; and each person's calendar address and time zone."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref
from coursehub.talent.machines import INTERVIEW
from coursehub.talent.models.profiles import one_of

INTERVIEW_KINDS = ("video", "phone", "on_site")


class Interview(Model):
    """One meeting about one application. `sequence` grows with every change that calendars must learn (RFC 5545)."""

    __tablename__ = "interview"
    __table_args__ = (
        one_of("state", INTERVIEW.states),
        one_of("kind", INTERVIEW_KINDS),
        CheckConstraint("minutes BETWEEN 10 AND 480", name="length_sane"),
        CheckConstraint("state <> 'agreed' OR starts_at IS NOT NULL", name="agreed_has_a_time"),
        Index("ix_interview_starts", "organisation_id", "state", "starts_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    application_id: Mapped[int] = ref("application.id")
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    person_id: Mapped[int] = ref("person.id")
    kind: Mapped[str] = mapped_column(String(12))
    place: Mapped[str] = mapped_column(String(300), default="")  # a room, an address or a link
    minutes: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12))
    made_by_id: Mapped[int] = ref("person.id", index=False)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the time picked last
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    asked_other_times: Mapped[str] = mapped_column(Text, default="")  # what the person wrote; empty when slots stand open


class InterviewSlot(Model):
    """A time the employer proposes; withdrawn when other times are proposed."""

    __tablename__ = "interview_slot"
    __table_args__ = (UniqueConstraint("interview_id", "starts_at", name="uq_interview_slot_time"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    interview_id: Mapped[int] = ref("interview.id", index=False)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    open: Mapped[bool] = mapped_column(default=True)


class CalendarFeed(Model):
    """A secret address from which one person's calendar program reads their interviews; they can end it."""

    __tablename__ = "calendar_feed"
    __table_args__ = (
        Index(
            "uq_calendar_feed_open", "person_id", unique=True,
            sqlite_where=text("revoked_at IS NULL"), postgresql_where=text("revoked_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = ref("person.id", index=False)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ChosenZone(Model):
    """The time zone in which a person wants to read times (an IANA name)."""

    __tablename__ = "chosen_zone"

    person_id: Mapped[int] = ref("person.id", index=False, primary_key=True, autoincrement=False)
    zone: Mapped[str] = mapped_column(String(60))
