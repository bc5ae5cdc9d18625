"""Runs and their payouts: prepared, confirmed, paid; what was withheld, set off and taken as a file."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref

DECISIONS = ("confirmed", "taken_back")
STEPS = ("ordered", "paid", "bounced", "returned")
"""What happens to a payout: ordered from the bank; paid or bounced; paid and then returned after all."""


def one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    """A check that a column holds one of these words."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words)})", name=f"{column}_known")


class PayoutCalendar(Model):
    """On which day of the month payouts leave, and from which amount in each currency; the latest row counts."""

    __tablename__ = "payout_calendar"
    __table_args__ = (CheckConstraint("day BETWEEN 1 AND 28", name="day_in_every_month"),)

    id: Mapped[Id]
    day: Mapped[int] = mapped_column(Integer)
    minimum_minor: Mapped[dict[str, int]] = mapped_column(JSON)
    since_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by_id: Mapped[int] = ref("person.id", index=False)


class HoldEnd(Model):
    """The hold of a sale is over and was looked at; `journal_id` is empty when nothing of it was left for a partner."""

    __tablename__ = "payout_hold_end"

    event_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("money_event.id", name="payout_hold_end_event_fkey"), primary_key=True, autoincrement=False
    )
    journal_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("journal.id", name="payout_hold_end_journal_fkey"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PayoutRun(Model):
    """What one person of finance wants to pay in one currency on one day. `account` is the house's own, as it was then."""

    __tablename__ = "payout_run"
    __table_args__ = (UniqueConstraint("id", "prepared_by_id", name="payout_run_with_who_prepared_it"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    currency: Mapped[str] = mapped_column(String(3))
    pay_on: Mapped[date] = mapped_column(Date)
    account: Mapped[dict[str, Any]] = mapped_column(JSON)
    prepared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    prepared_by_id: Mapped[int] = ref("person.id", index=False)


class RunDecision(Model):
    """How a run went on: confirmed, by another person than who prepared it, or taken back. Once."""

    __tablename__ = "payout_run_decision"
    __table_args__ = (
        one_of("kind", DECISIONS),
        CheckConstraint("kind <> 'confirmed' OR by_id <> prepared_by_id", name="confirmed_by_another"),
        ForeignKeyConstraint(
            ["run_id", "prepared_by_id"], ["payout_run.id", "payout_run.prepared_by_id"], name="payout_run_decision_run_fkey"
        ),
    )

    run_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    prepared_by_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[str] = mapped_column(String(10))
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Payout(Model):
    """What one partner gets in a run: what was ready, less what it owes, to the account it had given."""

    __tablename__ = "payout"
    __table_args__ = (
        CheckConstraint("amount_minor > 0 AND offset_minor >= 0", name="pays_something"),
        CheckConstraint("ready_minor = amount_minor + offset_minor", name="adds_up"),
        UniqueConstraint("run_id", "organisation_id", name="payout_once_in_a_run"),
        Index("payout_by_organisation", "organisation_id", "id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    run_id: Mapped[int] = ref("payout_run.id", index=False)
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    payee_record_id: Mapped[int] = ref("payee_record.id", index=False)
    currency: Mapped[str] = mapped_column(String(3))
    ready_minor: Mapped[int] = mapped_column(BigId)
    offset_minor: Mapped[int] = mapped_column(BigId)
    amount_minor: Mapped[int] = mapped_column(BigId)


class PayoutOffset(Model):
    """The part of a payout that is set against a claim; `journal_id` is the journal that made the partner owe it."""

    __tablename__ = "payout_offset"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="sets_something_off"),
        Index("payout_offset_by_journal", "journal_id"),
    )

    payout_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("payout.id", name="payout_offset_payout_fkey"), primary_key=True, autoincrement=False
    )
    journal_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("journal.id", name="payout_offset_journal_fkey"), primary_key=True, autoincrement=False
    )
    amount_minor: Mapped[int] = mapped_column(BigId)


class Withheld(Model):
    """What a run left with a partner, and why."""

    __tablename__ = "payout_withheld"
    __table_args__ = (Index("payout_withheld_by_organisation", "organisation_id", "run_id"),)

    run_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("payout_run.id", name="payout_withheld_run_fkey"), primary_key=True, autoincrement=False
    )
    organisation_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("organisation.id", name="payout_withheld_organisation_fkey"), primary_key=True, autoincrement=False
    )
    ready_minor: Mapped[int] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(String(20))


class PayoutStep(Model):
    """One thing that happened to a payout, with the journal that books it. Each at most once, and never both paid and bounced."""

    __tablename__ = "payout_step"
    __table_args__ = (
        one_of("kind", STEPS),
        UniqueConstraint("payout_id", "kind", name="payout_step_once"),
        Index(
            "payout_step_one_end", "payout_id", unique=True,
            sqlite_where=text("kind IN ('paid', 'bounced')"), postgresql_where=text("kind IN ('paid', 'bounced')"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    payout_id: Mapped[int] = ref("payout.id", index=False)
    kind: Mapped[str] = mapped_column(String(10))
    journal_id: Mapped[int] = ref("journal.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    on: Mapped[date] = mapped_column(Date)
    words: Mapped[str] = mapped_column(Text, default="")


class FileDownload(Model):
    """Somebody of finance took the file of a run; the file is the same each time, and so is its hash."""

    __tablename__ = "payout_file_download"

    id: Mapped[Id]
    run_id: Mapped[int] = ref("payout_run.id")
    format: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
