"""Disputes: buyers' banks that want payments back."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref
from coursehub.sales.models.offerings import one_of

# inquiry: the bank only asks. needs_response: evidence is wanted. under_review: the bank has it. dropped: it took nothing.
DISPUTE_STATES = ("inquiry", "needs_response", "under_review", "won", "lost", "dropped")
DISPUTE_OVER = ("won", "lost", "dropped")


class PaymentDispute(Model):
    """A buyer's bank that wants a payment back, under the rail's own number; the rail's state, as we last read it.

    It is about the payment of an order, or about a paid period of a pass. amount_minor is what the bank wants. shared_minor
    is how much of it came out of the sale or the period when the money left; the rest had been refunded before and stands in
    suspense. The fee is the house's. asked_at: when its turn came last to be read at the rail without an event.
    """

    __tablename__ = "payment_dispute"
    __table_args__ = (
        one_of("state", DISPUTE_STATES),
        sa.CheckConstraint("amount_minor > 0 AND fee_minor >= 0", name="amounts_sane"),
        sa.CheckConstraint("shared_minor BETWEEN 0 AND amount_minor", name="shared_within_amount"),
        sa.CheckConstraint("reinstated_at IS NULL OR withdrawn_at IS NOT NULL", name="comes_back_after_it_left"),
        sa.CheckConstraint("(closed_at IS NOT NULL) = (state IN ('won', 'lost', 'dropped'))", name="closed_when_over"),
        sa.CheckConstraint("(period_id IS NULL) = (order_id IS NOT NULL)", name="order_or_period"),
        sa.CheckConstraint("(payment_id IS NULL) = (order_id IS NULL)", name="order_has_payment"),
        sa.Index("ix_payment_dispute_open", "closed_at", "answer_by"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    order_id: Mapped[int | None] = ref("order.id")
    payment_id: Mapped[int | None] = ref("payment.id")
    period_id: Mapped[int | None] = ref("pass_period.id")
    rail_dispute_id: Mapped[str] = mapped_column(sa.String(120), unique=True)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    reason: Mapped[str] = mapped_column(sa.String(60))
    state: Mapped[str] = mapped_column(sa.String(16))
    answer_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shared_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    fee_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    reinstated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def effect_key(self) -> str:
        """The business effect of the money leaving, as the books name it."""
        return f"dispute:{self.rail_dispute_id}:withdrawn"

    def effect_of(self, course_id: int | None) -> str:
        """The effect on one course of a bundle, or on the one course of another order (None)."""
        return self.effect_key if course_id is None else f"{self.effect_key}:{course_id}"


def back_of(effect_key: str) -> str:
    """The effect of the same money coming back. Sorted after the other: a close replays effects of one second by name."""
    return f"{effect_key}:back"
