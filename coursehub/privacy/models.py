"""A person's wish to take their data with them, and their wish to be forgotten."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref


class DataExport(Model):
    """One archive of everything that is known of a person. It is made by a job, room by room, and kept for some days."""

    __tablename__ = "data_export"
    __table_args__ = (
        CheckConstraint("done BETWEEN 0 AND total", name="progress_in_range"),
        CheckConstraint("(ready_at IS NULL) = (storage_key IS NULL) OR dropped_at IS NOT NULL", name="ready_has_a_file"),
        Index(
            "uq_data_export_running", "person_id", unique=True,
            sqlite_where=text("ready_at IS NULL AND dropped_at IS NULL"),
            postgresql_where=text("ready_at IS NULL AND dropped_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = ref("person.id", index=False)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    kept_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    storage_key: Mapped[str | None] = mapped_column(String(80))
    size_bytes: Mapped[int] = mapped_column(Integer, default=0)
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ErasureWish(Model):
    """A person asked to be forgotten. It happens at `due_at` unless they took it back before."""

    __tablename__ = "erasure_wish"
    __table_args__ = (
        CheckConstraint("undone_at IS NULL OR done_at IS NULL", name="one_end"),
        Index(
            "uq_erasure_wish_open", "person_id", unique=True,
            sqlite_where=text("undone_at IS NULL AND done_at IS NULL"),
            postgresql_where=text("undone_at IS NULL AND done_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = ref("person.id", index=False)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
