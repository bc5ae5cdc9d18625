"""What the bank answered, line by line."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref
from coursehub.payouts.models.runs import one_of

OUTCOMES = ("paid", "bounced")
RESULTS = ("booked", "known", "unknown", "differs")
"""What became of a line of the bank's answer: booked; said before; about no payout of ours; at odds with what we know."""


class BankAnswer(Model):
    """A file in which the bank says what became of payouts; each file counts once."""

    __tablename__ = "payout_answer"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    format: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AnswerLine(Model):
    """One line of the bank's answer as it was read, and what became of it."""

    __tablename__ = "payout_answer_line"
    __table_args__ = (
        one_of("outcome", OUTCOMES),
        one_of("result", RESULTS),
        UniqueConstraint("answer_id", "n", name="payout_answer_line_numbered"),
        Index("payout_answer_line_by_payout", "payout_id"),
    )

    id: Mapped[Id]
    answer_id: Mapped[int] = ref("payout_answer.id", index=False)
    n: Mapped[int] = mapped_column(Integer)
    reference: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[str] = mapped_column(String(10))
    amount_minor: Mapped[int | None] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3))
    on: Mapped[date | None] = mapped_column(Date)
    bank_reference: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(Text)
    payout_id: Mapped[int | None] = ref("payout.id", index=False)
    result: Mapped[str] = mapped_column(String(10))


class Explanation(Model):
    """What somebody of finance found out about a line that matched nothing."""

    __tablename__ = "payout_explanation"

    line_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("payout_answer_line.id", name="payout_explanation_line_fkey"), primary_key=True, autoincrement=False
    )
    words: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
