"""Tables of payouts. All of them only grow: triggers (see the migration) refuse to edit or delete."""

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
OUTCOMES = ("paid", "bounced")
RESULTS = ("booked", "known", "unknown", "differs")
"""What became of a line of the bank's answer: booked; said before; about no payout of ours; at odds with what we know."""


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
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
        _one_of("kind", DECISIONS),
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
        _one_of("kind", STEPS),
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
        _one_of("outcome", OUTCOMES),
        _one_of("result", RESULTS),
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


MOVEMENTS = ("sale", "refund", "refund_failed", "transfer", "transfer_back", "payout", "payout_failed", "dispute", "fee", "other")
"""Why the balance that a rail keeps for us moved; see `rails.Movement`."""


class RailMovement(Model):
    """One movement of the rail's balance as the rail tells it. What went to the bank has its journal; see `read_movements`."""

    __tablename__ = "rail_movement"
    __table_args__ = (
        _one_of("kind", MOVEMENTS),
        CheckConstraint("(kind IN ('payout', 'payout_failed')) = (journal_id IS NOT NULL)", name="payouts_are_booked"),
        Index("rail_movement_by_source", "source_id"),
        Index("rail_movement_by_moment", "rail", "made_at"),
    )

    id: Mapped[Id]
    rail: Mapped[str] = mapped_column(String(16))
    movement_id: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(14))
    source_id: Mapped[str] = mapped_column(String(120))
    amount_minor: Mapped[int] = mapped_column(BigId)
    fee_minor: Mapped[int] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    journal_id: Mapped[int | None] = ref("journal.id", index=False)


class MovementMatch(Model):
    """This movement has its payment or refund: it is not looked at again."""

    __tablename__ = "rail_movement_match"

    movement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("rail_movement.id", name="rail_movement_match_fkey"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MovementExplanation(Model):
    """What somebody of finance found out about a movement that matched nothing."""

    __tablename__ = "rail_movement_explanation"

    movement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("rail_movement.id", name="rail_movement_explanation_fkey"), primary_key=True, autoincrement=False
    )
    words: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


WAYS = ("bank", "rail")
"""How a partner is paid: to its bank account by a file of ours, or through its own account at the payment provider."""


class PayoutWay(Model):
    """Which way a partner chose to be paid; the latest row counts, the bank where there is none."""

    __tablename__ = "payout_way"
    __table_args__ = (_one_of("way", WAYS), Index("payout_way_by_organisation", "organisation_id", "id"))

    id: Mapped[Id]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    way: Mapped[str] = mapped_column(String(8))
    since_at: Mapped[datetime] = mapped_column(UtcDateTime)
    chosen_by_id: Mapped[int] = ref("person.id", index=False)


class RailAccount(Model):
    """A partner's own account at the payment provider, as the provider last described it; its papers stay there.

    rail_account_id is empty until the provider has answered. transfers, payouts: see `rails.AccountFacts`.
    """

    __tablename__ = "rail_account"
    __table_args__ = (UniqueConstraint("organisation_id", name="rail_account_one_each"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    country: Mapped[str] = mapped_column(String(2))
    wanted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wanted_by_id: Mapped[int] = ref("person.id", index=False)
    rail_account_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    transfers: Mapped[str] = mapped_column(String(12), default="pending")
    payouts: Mapped[str] = mapped_column(String(12), default="pending")
    due: Mapped[list[str]] = mapped_column(JSON, default=list)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PayoutTransfer(Model):
    """This payout leaves through the payment provider instead of the file for the bank.

    source_charge: the one payment that it comes from, if it is one.
    """

    __tablename__ = "payout_transfer"

    payout_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("payout.id", name="payout_transfer_payout_fkey"), primary_key=True, autoincrement=False
    )
    account_id: Mapped[int] = ref("rail_account.id", index=False)
    source_charge: Mapped[str | None] = mapped_column(String(120))


TROUBLES = ("transfer", "back")  # what stands still: a transfer, or taking one back


class TransferTrouble(Model):
    """The provider's answer lets a transfer, or its reversal, stand still until somebody of finance tries again, with a new key.

    problem: key_spoiled, where every further answer under the key is the first one's failure; else the provider's own word.
    """

    __tablename__ = "payout_transfer_trouble"
    __table_args__ = (
        _one_of("what", TROUBLES),
        CheckConstraint("(again_at IS NULL) = (again_by_id IS NULL)", name="again_is_whole"),
        Index(
            "payout_transfer_trouble_one_open", "payout_id", "what", unique=True,
            sqlite_where=text("again_at IS NULL"), postgresql_where=text("again_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    payout_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("payout_transfer.payout_id", name="payout_transfer_trouble_fkey"), index=True
    )
    what: Mapped[str] = mapped_column(String(10))
    problem: Mapped[str] = mapped_column(String(200))
    since_at: Mapped[datetime] = mapped_column(UtcDateTime)
    again_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    again_by_id: Mapped[int | None] = ref("person.id", index=False)


class TransferMade(Model):
    """The provider made the transfer of a payout; once."""

    __tablename__ = "payout_transfer_made"

    payout_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("payout_transfer.payout_id", name="payout_transfer_made_fkey"), primary_key=True, autoincrement=False
    )
    rail_transfer_id: Mapped[str] = mapped_column(String(120), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class TransferBack(Model):
    """Somebody of finance, or the failure of the provider's own payout, wants a transfer back; then it came back. Once."""

    __tablename__ = "payout_transfer_back"

    payout_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("payout_transfer_made.payout_id", name="payout_transfer_back_fkey"),
        primary_key=True,
        autoincrement=False,
    )
    words: Mapped[str] = mapped_column(Text)
    wanted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wanted_by_id: Mapped[int | None] = ref("person.id", index=False)
    rail_reversal_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
