"""Tables of statements: what was issued, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref
from coursehub.statements.months import Month


class Statement(Model):
    """The statement of one party for one month and currency, as it was issued; final by trigger.

    `body` is the canonical data of reckoning.py and `body_hash` its hash. It answers for the journals numbered after
    `after_id` up to `through_id`; the next one begins there.
    """

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("organisation_id", "month", "currency", name="uq_statement_month"),
        CheckConstraint("through_id >= after_id", name="counts_on"),
        CheckConstraint("length(month) = 7", name="month_written"),
        Index("ix_statement_month", "month"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    month: Mapped[str] = mapped_column(String(7))
    currency: Mapped[str] = mapped_column(String(3))
    after_id: Mapped[int] = mapped_column(BigId)
    through_id: Mapped[int] = mapped_column(BigId)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    body_hash: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MonthPreparation(Model):
    """One person of finance went through the checklist of a month; `named` says what stands in suspense. Final by trigger."""

    __tablename__ = "month_preparation"
    __table_args__ = (
        UniqueConstraint("id", "month", "prepared_by_id", name="uq_month_preparation_by"),
        CheckConstraint("length(month) = 7", name="month_written"),
        Index("ix_month_preparation_month", "month"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    month: Mapped[str] = mapped_column(String(7))
    named: Mapped[str] = mapped_column(Text)
    checklist: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    prepared_by_id: Mapped[int] = ref("person.id", index=False)
    prepared_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def of(self) -> Month:
        """The month it is about."""
        return Month(int(self.month[:4]), int(self.month[5:]))


class MonthClose(Model):
    """A month is closed: by another person than who prepared it, once, with where the book stood. Final by trigger."""

    __tablename__ = "month_close"
    __table_args__ = (
        CheckConstraint("closed_by_id <> prepared_by_id", name="closed_by_another"),
        ForeignKeyConstraint(
            ["preparation_id", "month", "prepared_by_id"],
            ["month_preparation.id", "month_preparation.month", "month_preparation.prepared_by_id"],
            name="month_close_preparation_fkey",
        ),
    )

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    preparation_id: Mapped[int] = mapped_column(BigId)
    prepared_by_id: Mapped[int] = mapped_column(BigId)
    closed_by_id: Mapped[int] = ref("person.id", index=False)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checklist: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    after_id: Mapped[int] = mapped_column(BigId)
    through_id: Mapped[int] = mapped_column(BigId)
    chain_hash: Mapped[str | None] = mapped_column(String(64))
