"""Refunds, the requests that lead to them, and letters to support."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref
from coursehub.sales.models.offerings import one_of, unique_while

# wanted: ours to send. pending: the rail has it, the books have it. done: with the buyer.
# failed: the rail could not; staff decide. Only refunds that the rail took are in the books.
REFUND_STATES = ("wanted", "pending", "done", "failed")
# held: whoever accepted a bundle as a gift had that course of it.
REFUND_CAUSES = ("window", "decided", "late", "duplicate", "held")


class RefundRequest(Model):
    """A buyer asks for money back after the window; staff answer by `answer_by`."""

    __tablename__ = "refund_request"
    __table_args__ = (
        unique_while("uq_refund_request_open", "order_id", where="answered_at IS NULL"),
        sa.CheckConstraint("(answered_at IS NULL) = (decision IS NULL)", name="answer_is_whole"),
        sa.CheckConstraint("decision IN ('approved', 'declined', 'withdrawn')", name="decision_known"),
        sa.Index("ix_refund_request_due", "answered_at", "answer_by"),
        sa.Index("ix_refund_request_order", "order_id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    order_id: Mapped[int] = ref("order.id", index=False)
    part_id: Mapped[int | None] = ref("order_part.id", index=False)  # the one course of a bundle that it is about
    reason: Mapped[str] = mapped_column(sa.Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer_by: Mapped[datetime] = mapped_column(UtcDateTime)
    decision: Mapped[str | None] = mapped_column(sa.String(12))
    amount_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = ref("person.id", index=False)


class Refund(Model):
    """Money on its way back to the buyer. Its row is the source of the rail's idempotency key."""

    __tablename__ = "refund"
    __table_args__ = (
        one_of("state", REFUND_STATES),
        one_of("cause", REFUND_CAUSES),
        sa.CheckConstraint("amount_minor > 0", name="amount_positive"),
        sa.Index("ix_refund_state", "state", "wanted_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    order_id: Mapped[int] = ref("order.id")
    payment_id: Mapped[int] = ref("payment.id")
    request_id: Mapped[int | None] = ref("refund_request.id")
    part_id: Mapped[int | None] = ref("order_part.id")  # which course of a bundle it takes back
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    cause: Mapped[str] = mapped_column(sa.String(12))
    state: Mapped[str] = mapped_column(sa.String(10))
    tries: Mapped[int] = mapped_column(sa.Integer, default=0)  # each sending; a new one may follow a failure
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


class SupportMessage(Model):
    """A question to the house, perhaps about an order, and its answer."""

    __tablename__ = "support_message"
    __table_args__ = (
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answer_is_whole"),
        sa.Index("ix_support_message_open", "answered_at", "written_at"),
        sa.Index("ix_support_message_person", "person_id", "written_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = ref("person.id", index=False)
    order_id: Mapped[int | None] = ref("order.id")
    text: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = ref("person.id", index=False)
