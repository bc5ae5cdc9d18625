"""Passes over several courses: what is on offer, who subscribes, what was paid, and how each month was shared."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.contracts.clauses import Pool
from coursehub.contracts.operations.pooling import PaidPeriod
from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref
from coursehub.sales.models.offerings import one_of, unique_while

# placed: no pay page yet. awaiting_payment: the page is open. trial, running, late: courses are open (late: for the days of
# grace). ended: over. expired: nobody agreed.
SUBSCRIPTION_STATES = ("placed", "awaiting_payment", "trial", "running", "late", "ended", "expired")
BEGINNING = ("placed", "awaiting_payment")
GOING = ("trial", "running", "late")
PASS_REFUND_STATES = ("wanted", "pending", "done", "failed")


class CoursePass(Model):
    """Several courses for a price a month, until it is closed to new learners; its price and its rule never change.

    rule, floor_minutes, unused: how its pool is divided, as terms name it. grace_days: so long courses stay open after a
    payment failed. refund_days: for so long after the first payment it is given back without a question.
    """

    __tablename__ = "course_pass"
    __table_args__ = (
        one_of("rule", ("minutes_each", "minutes_together", "courses_each")),
        one_of("unused", ("house", "together")),
        sa.CheckConstraint("price_minor > 0", name="price_positive"),
        sa.CheckConstraint("tax_bps BETWEEN 0 AND 10000", name="tax_in_range"),
        sa.CheckConstraint("trial_days BETWEEN 0 AND 90 AND grace_days BETWEEN 0 AND 30", name="days_in_range"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    name_en: Mapped[str] = mapped_column(sa.String(200))
    about: Mapped[str] = mapped_column(sa.Text)
    about_en: Mapped[str] = mapped_column(sa.Text)
    price_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    tax_bps: Mapped[int] = mapped_column(sa.Integer)
    trial_days: Mapped[int] = mapped_column(sa.Integer)
    grace_days: Mapped[int] = mapped_column(sa.Integer)
    refund_days: Mapped[int] = mapped_column(sa.Integer)
    rule: Mapped[str] = mapped_column(sa.String(20))
    floor_minutes: Mapped[int] = mapped_column(sa.Integer)
    unused: Mapped[str] = mapped_column(sa.String(10))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int | None] = ref("person.id", index=False)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def pool(self) -> Pool:
        """The rule of its pool."""
        return Pool(self.rule, self.floor_minutes, self.unused)  # type: ignore[arg-type]


class PassCourse(Model):
    """A course that is in a pass, from a moment until it leaves."""

    __tablename__ = "pass_course"
    __table_args__ = (unique_while("uq_pass_course_in", "pass_id", "course_id", where="left_at IS NULL"),)

    id: Mapped[Id]
    pass_id: Mapped[int] = ref("course_pass.id", index=False)
    course_id: Mapped[int] = ref("course.id")
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    joined_by_id: Mapped[int | None] = ref("person.id", index=False)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PassSubscription(Model):
    """One person's pass, with the price it was agreed at. `trouble` says why staff must look.

    asked_n counts the readings of the rail, heard_n is the last one that was written down: an older answer that arrives
    late changes no state. covered_until: the end of the trial or of the last paid period.
    asked_at: when its turn came last to be read at the rail without an event.
    """

    __tablename__ = "pass_subscription"
    __table_args__ = (
        one_of("state", SUBSCRIPTION_STATES),
        unique_while(
            "uq_pass_subscription_going", "person_id", "pass_id",
            where="state IN ('placed', 'awaiting_payment', 'trial', 'running', 'late')",
        ),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="end_is_dated"),
        sa.CheckConstraint("(state = 'late') = (late_since IS NOT NULL)", name="late_is_dated"),
        sa.Index("ix_pass_subscription_person", "person_id", "placed_at"),
        sa.Index("ix_pass_subscription_state", "state", "placed_at"),
        sa.Index("ix_pass_subscription_pass", "pass_id"),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    pass_id: Mapped[int] = ref("course_pass.id", index=False)
    person_id: Mapped[int] = ref("person.id", index=False)
    price_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    tax_bps: Mapped[int] = mapped_column(sa.Integer)
    trial_days: Mapped[int] = mapped_column(sa.Integer)
    locale: Mapped[str] = mapped_column(sa.String(8))
    is_live: Mapped[bool] = mapped_column(sa.Boolean)
    state: Mapped[str] = mapped_column(sa.String(20))
    session_id: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    session_url: Mapped[str | None] = mapped_column(sa.Text)
    rail_subscription_id: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    covered_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stops_at_end: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    late_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    invoice_url: Mapped[str] = mapped_column(sa.Text, default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_n: Mapped[int] = mapped_column(sa.Integer, default=0)
    heard_n: Mapped[int] = mapped_column(sa.Integer, default=0)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trouble: Mapped[str] = mapped_column(sa.String(40), default="")


class PassEnrolment(Model):
    """An enrolment that a pass opened; it ends with the pass."""

    __tablename__ = "pass_enrolment"

    enrolment_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("enrolment.id"), primary_key=True)
    subscription_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("pass_subscription.id"), primary_key=True, index=True)


class PoolMonth(Model):
    """The pool of a pass for one month: its facts under one hash, then how it was shared.

    month: as 2026-11; the periods that ended in it. funded_minor and distributed_minor stand once it is shared.
    """

    __tablename__ = "pool_month"
    __table_args__ = (
        sa.UniqueConstraint("pass_id", "month"),
        sa.CheckConstraint("(shared_at IS NULL) = (funded_minor IS NULL)", name="sharing_is_whole"),
        sa.CheckConstraint("distributed_minor BETWEEN 0 AND funded_minor", name="nothing_beyond_the_pool"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    pass_id: Mapped[int] = ref("course_pass.id", index=False)
    month: Mapped[str] = mapped_column(sa.String(7))
    facts_hash: Mapped[str] = mapped_column(sa.String(64))
    drawn_up_at: Mapped[datetime] = mapped_column(UtcDateTime)
    shared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shared_by_id: Mapped[int | None] = ref("person.id", index=False)
    funded_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    distributed_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    journal_id: Mapped[int | None] = ref("journal.id", index=False)

    def effect_key(self, pass_: CoursePass) -> str:
        """The business effect of sharing it, as the books name it."""
        return f"pool:{pass_.public_id}:{self.month}"


class PassPeriod(Model):
    """A month of a subscription that was paid. pooled_minor: what of it its month of the pool shared out."""

    __tablename__ = "pass_period"
    __table_args__ = (
        sa.CheckConstraint("amount_minor > 0 AND fee_minor >= 0", name="amounts_sane"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.Index("ix_pass_period_subscription", "subscription_id", "starts_at"),
        sa.Index("ix_pass_period_ends", "ends_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    subscription_id: Mapped[int] = ref("pass_subscription.id", index=False)
    pool_month_id: Mapped[int | None] = ref("pool_month.id")
    pooled_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    rail: Mapped[str] = mapped_column(sa.String(16))
    rail_invoice_id: Mapped[str] = mapped_column(sa.String(120), unique=True)
    rail_payment_id: Mapped[str] = mapped_column(sa.String(120), unique=True)
    rail_charge_id: Mapped[str] = mapped_column(sa.String(120), index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    fee_minor: Mapped[int] = mapped_column(sa.BigInteger)
    tax_bps: Mapped[int] = mapped_column(sa.Integer)
    currency: Mapped[str] = mapped_column(sa.String(3))
    paid_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def paid(self, pass_id: str) -> PaidPeriod:
        """The payment as the books know it."""
        return PaidPeriod(
            effect_key=f"period:{self.rail_payment_id}", occurred_at=self.paid_at, pass_id=pass_id, currency=self.currency,
            gross_minor=self.amount_minor, tax_bps=self.tax_bps, fee_minor=self.fee_minor, rail=self.rail,
        )  # fmt: skip


class PeriodUse(Model):
    """For how many minutes a learner was active in a course during a period: a fact of its month, never edited.

    share_minor: what of the period's money the course got, once the month was shared.
    """

    __tablename__ = "period_use"
    __table_args__ = (
        sa.UniqueConstraint("period_id", "course_id"),
        sa.CheckConstraint("minutes >= 0", name="minutes_not_negative"),
        sa.Index("ix_period_use_course", "course_id", "pool_month_id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    pool_month_id: Mapped[int] = ref("pool_month.id")
    period_id: Mapped[int] = ref("pass_period.id", index=False)
    course_id: Mapped[int] = ref("course.id", index=False)
    minutes: Mapped[int] = mapped_column(sa.Integer)
    share_minor: Mapped[int | None] = mapped_column(sa.BigInteger)


class UseContest(Model):
    """A partner says that the minutes of a period are not so; the month is not shared until the house has answered.

    minutes: what counts instead, where the house agrees.
    """

    __tablename__ = "use_contest"
    __table_args__ = (
        unique_while("uq_use_contest_open", "use_id", where="answered_at IS NULL"),
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answer_is_whole"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    use_id: Mapped[int] = ref("period_use.id")
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    reason: Mapped[str] = mapped_column(sa.Text)
    contested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    contested_by_id: Mapped[int | None] = ref("person.id", index=False)
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    minutes: Mapped[int | None] = mapped_column(sa.Integer)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = ref("person.id", index=False)


class PassRefund(Model):
    """Money of a period on its way back; its row is the source of the rail's idempotency key."""

    __tablename__ = "pass_refund"
    __table_args__ = (
        one_of("state", PASS_REFUND_STATES),
        sa.CheckConstraint("amount_minor > 0", name="amount_positive"),
        sa.Index("ix_pass_refund_period", "period_id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    period_id: Mapped[int] = ref("pass_period.id", index=False)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[str] = mapped_column(sa.String(10))
    tries: Mapped[int] = mapped_column(sa.Integer, default=0)
    attempt: Mapped[int] = mapped_column(sa.Integer, default=1)  # each refund at the rail has its own key
    rail_refund_id: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    problem: Mapped[str] = mapped_column(sa.String(200), default="")
    wanted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wanted_by_id: Mapped[int | None] = ref("person.id", index=False)
    booked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    said_paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # by bank, by one person; not yet by the second

    @property
    def reference(self) -> str:
        """What the rail keeps beside the refund, so that a lost answer can be found."""
        return f"{self.public_id}-{self.attempt}"
