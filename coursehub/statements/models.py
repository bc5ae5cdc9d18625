"""Tables of statements: what was issued, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref


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
