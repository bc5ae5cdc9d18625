"""What changed in the pool, so that every process can keep its sets of places in step."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, UtcDateTime


class PoolChange(Model):
    """A profile that a transaction changed, or its proven skills, their credentials, its blocks. Written by triggers alone.

    `number` is the transaction's own on PostgreSQL, where rows may be committed in another order than they were numbered;
    0 on SQLite, where they may not. No foreign key: a profile that is gone has changed as well. Old rows are swept away.
    """

    __tablename__ = "pool_change"
    __table_args__ = (Index("ix_pool_change_number", "number", "profile_id"),)

    id: Mapped[Id]
    profile_id: Mapped[int] = mapped_column(BigId)
    number: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=text("CURRENT_TIMESTAMP"))
