"""Statements of the house's bank: files that wait to be booked, their entries, and what became of each entry's money."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref

NATURES = ("receipt", "by_hand", "returned", "provider", "payout", "repayment", "taken_back", "other")
"""What an entry is: money for us; and what is listed without being booked, since it stands in the books or is none of theirs.

by_hand: a receipt that finance had marked. returned: a payout that came back. provider: from the payment provider. payout,
repayment: our own. taken_back: the bank takes back what had come in. other: anything else that left.
"""
USES = ("assigned", "sent_back", "set_aside", "debt_paid")
"""How money leaves suspense. debt_paid: a partner pays back what it owes; of that only payouts knows more."""


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words)})", name=f"{column}_known")


class BankDraft(Model):
    """A statement as it was handed in; it goes away when it is booked or dropped. Nothing of it stands in the books."""

    __tablename__ = "bank_draft"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    account: Mapped[str] = mapped_column(String(60))
    currency: Mapped[str] = mapped_column(String(3))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class BankStatement(Model):
    """A statement that was booked; each file counts once. Balances stand where the file has them."""

    __tablename__ = "bank_statement"
    __table_args__ = (
        CheckConstraint("(opening_minor IS NULL) = (closing_minor IS NULL)", name="balances_are_whole"),
        Index("bank_statement_by_account", "account", "currency", "to_on"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    format: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    number: Mapped[str] = mapped_column(String(60))
    account: Mapped[str] = mapped_column(String(60))
    currency: Mapped[str] = mapped_column(String(3))
    from_on: Mapped[date | None] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)
    opening_minor: Mapped[int | None] = mapped_column(BigId)
    closing_minor: Mapped[int | None] = mapped_column(BigId)
    known_count: Mapped[int] = mapped_column(Integer)
    pending_count: Mapped[int] = mapped_column(Integer)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class BankEntry(Model):
    """One movement of the account, once, whatever files name it; `fingerprint` says which one it is.

    What came in for us has the journal that put it into suspense; see `EntryUse` for how it left from there.
    `party` is the other side by name; of its account only the last digits are kept.
    """

    __tablename__ = "bank_entry"
    __table_args__ = (
        _one_of("nature", NATURES),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("(nature = 'receipt') = (journal_id IS NOT NULL)", name="receipts_are_booked"),
        UniqueConstraint("fingerprint", name="bank_entry_once"),
        Index("bank_entry_by_statement", "statement_id", "n"),
        Index("bank_entry_by_reference", "bank_reference"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    statement_id: Mapped[int] = mapped_column(ForeignKey("bank_statement.id", name="bank_entry_statement_fkey"))
    n: Mapped[int] = mapped_column(Integer)
    fingerprint: Mapped[str] = mapped_column(String(64))
    nature: Mapped[str] = mapped_column(String(12))
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigId)
    booked_on: Mapped[date] = mapped_column(Date)
    bank_reference: Mapped[str] = mapped_column(String(60))
    end_to_end: Mapped[str] = mapped_column(String(60))
    party: Mapped[str] = mapped_column(String(200))
    party_account: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(Text)
    journal_id: Mapped[int | None] = ref("journal.id", index=False)


class EntryUse(Model):
    """So much of an entry's money left suspense: to a member's account, back to the payer, out of these books, or for a debt.

    A mistake is undone by a second row with the same amount and a minus.
    """

    __tablename__ = "bank_entry_use"
    __table_args__ = (
        _one_of("kind", USES),
        CheckConstraint("(undoes_id IS NULL AND amount_minor > 0) OR (undoes_id IS NOT NULL AND amount_minor < 0)", name="sign"),
        CheckConstraint("(kind = 'assigned') = (receipt_id IS NOT NULL)", name="assigned_by_a_receipt"),
        UniqueConstraint("undoes_id", name="bank_entry_use_undone_once"),
        Index("bank_entry_use_by_entry", "entry_id"),
        Index("bank_entry_use_by_receipt", "receipt_id"),
    )

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(ForeignKey("bank_entry.id", name="bank_entry_use_entry_fkey"))
    kind: Mapped[str] = mapped_column(String(12))
    amount_minor: Mapped[int] = mapped_column(BigId)
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("billing_receipt.id", name="bank_entry_use_receipt_fkey"))
    bank_reference: Mapped[str] = mapped_column(String(60), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    journal_id: Mapped[int] = ref("journal.id", index=False)
    by_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("bank_entry_use.id", name="bank_entry_use_undoes_fkey"))


class EntryOwner(Model):
    """Who looks after an entry in suspense; the latest row counts, without one it is who booked the statement.

    Whoever does no finance for the house any more looks after nothing.
    """

    __tablename__ = "bank_entry_owner"
    __table_args__ = (Index("bank_entry_owner_by_entry", "entry_id", "id"),)

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(ForeignKey("bank_entry.id", name="bank_entry_owner_entry_fkey"))
    person_id: Mapped[int] = ref("person.id", index=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
