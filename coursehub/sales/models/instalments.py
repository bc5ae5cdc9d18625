"""Prices that are paid in monthly parts: the plan of an order, and each of its parts."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref
from coursehub.sales.models.offerings import one_of

# running: nothing is due and unpaid. late: the bank refused a part, and the course is open for the days of grace.
# paused: the course is closed until what is due is paid. paid: all of it. ended: the rest is not asked for any more.
PLAN_STATES = ("running", "late", "paused", "paid", "ended")
PLAN_GOING = ("running", "late", "paused")


class InstalmentPlan(Model):
    """How the rest of an order's price is paid, from its first payment on.

    payer_id, card_id: under what the rail keeps the buyer's card; forgotten when the plan is over. late_since: since when
    something due is unpaid. page_parts: the numbers of the parts that the open pay page is for ("2_3"); page_n counts pages.
    """

    __tablename__ = "instalment_plan"
    __table_args__ = (
        one_of("state", PLAN_STATES),
        sa.CheckConstraint("(state IN ('late', 'paused')) = (late_since IS NOT NULL)", name="late_is_dated"),
        sa.CheckConstraint("(state IN ('paid', 'ended')) = (over_at IS NOT NULL)", name="end_is_dated"),
        sa.CheckConstraint("(session_id IS NULL) = (session_url IS NULL)", name="page_is_whole"),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = ref("order.id", unique=True)
    state: Mapped[str] = mapped_column(sa.String(10))
    payer_id: Mapped[str] = mapped_column(sa.String(120))
    card_id: Mapped[str] = mapped_column(sa.String(120))
    late_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    page_n: Mapped[int] = mapped_column(sa.Integer, default=0)
    page_parts: Mapped[str] = mapped_column(sa.String(40), default="")
    page_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    session_id: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    session_url: Mapped[str | None] = mapped_column(sa.Text)


class Instalment(Model):
    """One part of a price: due on a day, paid by a payment (that may pay several), or not asked for any more.

    replaces_n: it stands for a part whose money the buyer's bank took back for good. tries counts what was asked of the card;
    asked_at stands while the answer to a try is not known, and its money may have come. try_at: when the card is asked next;
    empty once it is not asked any more. problem: the rail's own word for why the bank refused.
    """

    __tablename__ = "instalment"
    __table_args__ = (
        sa.UniqueConstraint("order_id", "n"),
        sa.CheckConstraint("amount_minor > 0", name="amount_positive"),
        sa.CheckConstraint("payment_id IS NULL OR dropped_at IS NULL", name="paid_or_dropped"),
        sa.Index(
            "ix_instalment_try",
            "try_at",
            sqlite_where=sa.text("try_at IS NOT NULL"),
            postgresql_where=sa.text("try_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    order_id: Mapped[int] = ref("order.id", index=False)
    n: Mapped[int] = mapped_column(sa.Integer)
    replaces_n: Mapped[int | None] = mapped_column(sa.Integer)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    discount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    payment_id: Mapped[int | None] = ref("payment.id")
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(sa.Integer, default=0)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    problem: Mapped[str] = mapped_column(sa.String(60), default="")

    @property
    def is_open(self) -> bool:
        """Whether it is still to be paid."""
        return self.payment_id is None and self.dropped_at is None

    @property
    def part_n(self) -> int:
        """Which part of the price it is, counted from one."""
        return self.replaces_n or self.n

    @property
    def reference(self) -> str:
        """What the rail keeps beside the payment of this try, so that a lost answer can be found."""
        return f"{self.public_id}-{self.tries}"


class InstalmentShare(Model):
    """What of a part of a bundle's price is one course's. The shares that are not dropped add up to their part.

    dropped_at: that course went back, and this is not asked for any more; the rest of the part is.
    """

    __tablename__ = "instalment_share"
    __table_args__ = (sa.CheckConstraint("amount_minor > 0 AND discount_minor >= 0", name="amounts_sane"),)

    instalment_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("instalment.id"), primary_key=True)
    part_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("order_part.id"), primary_key=True, index=True)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    discount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
