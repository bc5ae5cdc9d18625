"""Movements of the balance that a rail keeps for the house."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, UtcDateTime, ref
from coursehub.payouts.models.runs import one_of

MOVEMENTS = ("sale", "refund", "refund_failed", "transfer", "transfer_back", "payout", "payout_failed", "dispute", "fee", "other")
"""Why the balance that a rail keeps for us moved; see `rails.Movement`."""


class RailMovement(Model):
    """One movement of the rail's balance as the rail tells it. What went to the bank has its journal; see `read_movements`.

    presented_minor, presented_currency, rate: what it was for the buyer and how it became the amount, where that is another
    currency; the rate as the rail writes it. What it exchanged has the journal `exchange:<movement_id>`.
    """

    __tablename__ = "rail_movement"
    __table_args__ = (
        one_of("kind", MOVEMENTS),
        CheckConstraint("(kind IN ('payout', 'payout_failed')) = (journal_id IS NOT NULL)", name="payouts_are_booked"),
        Index("rail_movement_by_source", "source_id"),
        Index("rail_movement_by_moment", "rail", "made_at"),
    )

    id: Mapped[Id]
    rail: Mapped[str] = mapped_column(String(16))
    movement_id: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(14))
    source_id: Mapped[str] = mapped_column(String(120))
    amount_minor: Mapped[int] = mapped_column(BigId)
    fee_minor: Mapped[int] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3))
    presented_minor: Mapped[int | None] = mapped_column(BigId)
    presented_currency: Mapped[str | None] = mapped_column(String(3))
    rate: Mapped[str | None] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    journal_id: Mapped[int | None] = ref("journal.id", index=False)


class MovementMatch(Model):
    """This movement has its payment or refund: it is not looked at again."""

    __tablename__ = "rail_movement_match"

    movement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("rail_movement.id", name="rail_movement_match_fkey"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MovementExplanation(Model):
    """What somebody of finance found out about a movement that matched nothing."""

    __tablename__ = "rail_movement_explanation"

    movement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("rail_movement.id", name="rail_movement_explanation_fkey"), primary_key=True, autoincrement=False
    )
    words: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
