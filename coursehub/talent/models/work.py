"""Part-time work: engagements, the home employer's paper, weeks with their days, and disputes about a week."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref
from coursehub.talent.machines import DISPUTE, ENGAGEMENT, TIMESHEET
from coursehub.talent.models.profiles import FORMS, one_of

HOME_RULES = ("undecided", "not_needed", "attached", "pending")
"""undecided until the worker accepts; pending: the worker's own contract, or the form, wants a paper that is not here yet."""
PROMISED = ("home_rule", "active", "paused")
"""States of an engagement whose hours are promised and count against the person's weekly capacity."""


class Engagement(Model):
    """A person works some hours a week for an organisation, beside what else they do. Terms never change once proposed.

    hourly_minor: pay of an hour in minor units of `currency`, before tax.
    approve_within_days: working days after which a submitted week counts as approved if nobody answers.
    """

    __tablename__ = "engagement"
    __table_args__ = (
        one_of("state", ENGAGEMENT.states),
        one_of("form", FORMS),
        one_of("home_rule", HOME_RULES),
        CheckConstraint("hourly_minor > 0", name="pays"),
        CheckConstraint("weekly_minutes BETWEEN 1 AND 3600", name="hours_sane"),
        CheckConstraint("approve_within_days BETWEEN 1 AND 10", name="approves_in_time"),
        CheckConstraint("state NOT IN ('active', 'paused') OR home_rule IN ('not_needed', 'attached')", name="home_rule_first"),
        Index(
            "uq_engagement_application", "application_id", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_engagement_due", "state", "answer_by_at"),
        Index("ix_engagement_promised", "person_id", "state"),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = ref("person.id", index=False)
    organisation_id: Mapped[int] = ref("organisation.id")
    opening_id: Mapped[int | None] = ref("opening.id", index=False)
    application_id: Mapped[int | None] = ref("application.id", index=False)
    title: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(Text, default="")
    form: Mapped[str] = mapped_column(String(20))
    weekly_minutes: Mapped[int] = mapped_column(Integer)
    hourly_minor: Mapped[int] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3))
    start_on: Mapped[date] = mapped_column(Date)
    approve_within_days: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12))
    home_rule: Mapped[str] = mapped_column(String(12), default="undecided")
    proposed_by_id: Mapped[int] = ref("person.id", index=False)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer_by_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")


class HomeDocument(Model):
    """The paper of the home employer or school. Only the worker, who attached it, opens it; the host learns that it is there."""

    __tablename__ = "home_document"

    engagement_id: Mapped[int] = ref("engagement.id", index=False, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    attached_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Timesheet(Model):
    """One week of one engagement. What was submitted stays as it was; a correction is a reversal and a new one.

    week_on: its Monday. minutes: the sum of its days. due_at: when silence counts as approval.
    pay_minor: what the worker earns by it, set when it is approved.
    """

    __tablename__ = "timesheet"
    __table_args__ = (
        one_of("state", TIMESHEET.states),
        CheckConstraint("minutes BETWEEN 0 AND 10080", name="minutes_sane"),
        CheckConstraint("state NOT IN ('approved', 'invoiced', 'paid') OR pay_minor IS NOT NULL", name="approved_pays"),
        Index(
            "uq_timesheet_week", "engagement_id", "week_on", unique=True,
            sqlite_where=text("state NOT IN ('reversed', 'dropped')"),
            postgresql_where=text("state NOT IN ('reversed', 'dropped')"),
        ),
        Index("ix_timesheet_due", "state", "due_at"),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    engagement_id: Mapped[int] = ref("engagement.id")
    person_id: Mapped[int] = ref("person.id")
    organisation_id: Mapped[int] = ref("organisation.id")
    week_on: Mapped[date] = mapped_column(Date)
    minutes: Mapped[int] = mapped_column(Integer, default=0)
    words: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12))
    corrects_id: Mapped[int | None] = ref("timesheet.id", index=False)
    pay_minor: Mapped[int | None] = mapped_column(BigId)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TimesheetDay(Model):
    """Minutes worked on one day of a week; a day without work has no row."""

    __tablename__ = "timesheet_day"
    __table_args__ = (CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes_of_a_day"),)

    timesheet_id: Mapped[int] = ref("timesheet.id", index=False, primary_key=True)
    on: Mapped[date] = mapped_column(Date, primary_key=True)
    minutes: Mapped[int] = mapped_column(Integer)


class Dispute(Model):
    """The employer disagrees with a week: first the two speak, then a mediator of the house, then somebody outside.

    due_at: when this rung of the ladder ends by itself; None outside the platform and once it is over.
    """

    __tablename__ = "dispute"
    __table_args__ = (one_of("state", DISPUTE.states), Index("ix_dispute_due", "state", "due_at"))

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    timesheet_id: Mapped[int] = ref("timesheet.id", index=False, unique=True)
    state: Mapped[str] = mapped_column(String(16))
    words: Mapped[str] = mapped_column(Text, default="")  # what the employer disagrees with
    answer: Mapped[str] = mapped_column(Text, default="")  # what the worker says to it
    decision: Mapped[str] = mapped_column(Text, default="")  # what ended it, read by both
    opened_by_id: Mapped[int] = ref("person.id", index=False)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
