"""Who of the house's finance looks after what reconciliation lists."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, UtcDateTime, ref
from coursehub.payouts.models.runs import one_of

MISMATCHES = ("line", "movement", "missing", "transfer", "payout", "suspense", "claim")
"""Kinds of mismatch, each listed by reconciliation: a line of the bank's answer, a movement at the provider, a payment that the
provider does not show, a transfer that stands still, a payout without an answer, money in suspense, what a partner owes."""
LOOKED_AFTER_UNTIL = ("handed_over", "let_go", "settled")
"""Why somebody looks after a mismatch no longer."""


class MismatchOwner(Model):
    """Somebody looks after one mismatch, from `at` until `ended_at`; one person at a time.

    reference: which one of its kind, see `payouts.queries.mismatches`.
    """

    __tablename__ = "mismatch_owner"
    __table_args__ = (
        one_of("kind", MISMATCHES),
        CheckConstraint("ending IN ('handed_over', 'let_go', 'settled')", name="ending_known"),
        CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="end_is_whole"),
        Index(
            "mismatch_owner_one", "kind", "reference", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
        Index("mismatch_owner_by_person", "person_id", "ended_at"),
    )  # fmt: skip

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(10))
    reference: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int] = ref("person.id", index=False)
    since_at: Mapped[datetime] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = ref("person.id", index=False)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ending: Mapped[str | None] = mapped_column(String(12))
    ended_by_id: Mapped[int | None] = ref("person.id", index=False)
