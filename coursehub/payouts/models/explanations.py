"""What became of an explanation since: taken back, given anew, in turn."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, UtcDateTime, ref
from coursehub.payouts.models.runs import one_of

EXPLAINABLE = ("line", "movement")


class ExplanationChange(Model):
    """An explanation is taken back (n is odd; words: why), or the thing is explained anew (n is even). The first one has no row.

    number: of the line of the bank's answer, or of the movement at the provider, in the database.
    """

    __tablename__ = "explanation_change"
    __table_args__ = (
        one_of("kind", EXPLAINABLE),
        CheckConstraint("n > 0", name="counted"),
        UniqueConstraint("kind", "number", "n", name="explanation_change_once"),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(10))
    number: Mapped[int] = mapped_column(BigId)
    n: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
