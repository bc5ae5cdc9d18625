"""What the alliance publishes: rows that never change."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime

KINDS = ("roster",)


class Publication(Model):
    """One statement, published once and for ever; `key` says of what, `body_hash` is the SHA-256 of its canonical body."""

    __tablename__ = "publication"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="kind_known"),
        Index("uq_publication_key", "kind", "key", unique=True),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    kind: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(80))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    body_hash: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
