"""An employer's first word to somebody in the pool, and the budget of such words."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref
from coursehub.talent.machines import INTRODUCTION
from coursehub.talent.models.profiles import one_of

OUTREACH_CAUSES = ("introduction", "answer", "closing", "rest")


class Introduction(Model):
    """One word about one opening to one person, who is not named to the employer unless they accept."""

    __tablename__ = "introduction"
    __table_args__ = (
        one_of("state", INTRODUCTION.states),
        Index(
            "uq_introduction_open", "opening_id", "person_id", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_introduction_due", "ended_at", "answer_by_at"),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    opening_id: Mapped[int] = ref("opening.id", index=False)
    organisation_id: Mapped[int] = ref("organisation.id")
    person_id: Mapped[int] = ref("person.id")
    sent_by_id: Mapped[int] = ref("person.id", index=False)
    message: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer_by_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OutreachEntry(Model):
    """One token taken or given back; the sum over an organisation is what it has beyond its allowance."""

    __tablename__ = "outreach_entry"
    __table_args__ = (
        one_of("cause", OUTREACH_CAUSES),
        CheckConstraint("change IN (-1, 1)", name="one_token"),
        UniqueConstraint("cause", "subject_id", name="uq_outreach_entry_cause"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[int] = ref("organisation.id")
    change: Mapped[int] = mapped_column(Integer)
    cause: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
