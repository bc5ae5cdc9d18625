"""What happened to everything that has a lifecycle; rows are only ever added."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, UtcDateTime, ref


class Move(Model):
    """One move of one row. The moves of a row, in order of `n`, tell its state again."""

    __tablename__ = "move"
    __table_args__ = (
        UniqueConstraint("machine", "subject_id", "n", name="uq_move_n"),
        CheckConstraint("n > 0", name="counts"),
        Index("ix_move_at", "machine", "at"),
    )

    id: Mapped[Id]
    machine: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(BigId)
    n: Mapped[int] = mapped_column(Integer)
    move: Mapped[str] = mapped_column(String(24))
    from_state: Mapped[str] = mapped_column(String(24))
    to_state: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = ref("person.id", index=False)
    organisation_id: Mapped[int | None] = ref("organisation.id", index=False)
    reason: Mapped[str] = mapped_column(Text, default="")
