"""Adjusting entries: what no business event books, written by one person of finance and confirmed by another."""

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref


class Adjustment(Model):
    """One adjusting entry: an amount from one account to another, for a reason that is written down.

    movement_id: the movement at the payment provider that it books, if it is about one.
    reverses_id: the entry that this one takes back, whole.
    refund_name: the failed refund, of an order or a pass, that it pays by bank.
    journal_id:  its journal, once another person has confirmed it.
    """

    __tablename__ = "adjustment"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("debit_code <> credit_code", name="two_accounts"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decision_is_whole"),
        CheckConstraint("(decided_at IS NULL) = (is_confirmed IS NULL)", name="decision_says_which"),
        CheckConstraint("is_confirmed IS NOT TRUE OR decided_by_id <> proposed_by_id", name="confirmed_by_another"),
        CheckConstraint("(journal_id IS NOT NULL) = (is_confirmed IS TRUE)", name="confirmed_is_booked"),
        Index(
            "adjustment_reversed_once", "reverses_id", unique=True,
            sqlite_where=text("is_confirmed IS NOT FALSE"), postgresql_where=text("is_confirmed IS NOT FALSE"),
        ),
        Index("adjustment_by_movement", "movement_id"),
        Index("adjustment_by_refund", "refund_name"),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    debit_code: Mapped[str] = mapped_column(String(80))
    credit_code: Mapped[str] = mapped_column(String(80))
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigId)
    occurred_on: Mapped[date] = mapped_column(Date)
    words: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(String(120))
    movement_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("rail_movement.id", name="adjustment_movement_fkey"))
    reverses_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("adjustment.id", name="adjustment_reverses_fkey"))
    refund_name: Mapped[str | None] = mapped_column(String(16))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by_id: Mapped[int] = ref("person.id", index=False)
    is_confirmed: Mapped[bool | None] = mapped_column(Boolean)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = ref("person.id", index=False)
    journal_id: Mapped[int | None] = ref("journal.id", index=False)
