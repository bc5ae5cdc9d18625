"""Tables of the books. Triggers (see the migration) do the guarding; nothing here edits."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Model, UtcDateTime

HASH_LENGTH = 64


class Account(Model):
    """Where amounts stand: one code, one currency, one party.

    `id` derives from the name (see accounts.py). `kind` is the first word of `code`. `party` is the public id of an
    organisation, or "" for an account of nobody in particular. Never edited:
    the hash of every journal covers the names of its accounts.
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("code", "party", "currency", name="account_is_one"),
        UniqueConstraint("id", "currency", name="account_has_one_currency"),
        CheckConstraint("kind IN ('asset', 'liability', 'income', 'expense', 'memo')", name="kind_known"),
        CheckConstraint("substr(code, 1, length(kind) + 1) = kind || ':'", name="code_begins_with_kind"),
        CheckConstraint("length(currency) = 3 AND currency = upper(currency)", name="currency_code"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(60))
    party: Mapped[str] = mapped_column(String(16), default="")
    currency: Mapped[str] = mapped_column(String(3))
    kind: Mapped[str] = mapped_column(String(9))


class Journal(Model):
    """One balanced, final statement that something happened.

    Numbers have no gaps: `id` is the place in the chain. `occurred_at` is when it
    happened in the world, `recorded_at` when the books learnt of it. `reverses`
    names the journal that this one takes back, wholly (kind `correction`, once)
    or in part (as often as something remains).
    """

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("effect_key", name="journal_effect_happens_once"),
        CheckConstraint("id > 0", name="numbered"),
        CheckConstraint("reverses IS NULL OR reverses < id", name="reverses_the_past"),
        CheckConstraint("kind <> 'correction' OR reverses IS NOT NULL", name="correction_names_its_journal"),
        Index("journal_by_occurred_at", "occurred_at"),
        Index("journal_by_reverses", "reverses"),
        Index(
            "journal_is_corrected_once",
            "reverses",
            unique=True,
            sqlite_where=text("kind = 'correction'"),
            postgresql_where=text("kind = 'correction'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40))
    effect_key: Mapped[str] = mapped_column(String(200))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    terms_hash: Mapped[str | None] = mapped_column(String(HASH_LENGTH))
    reverses: Mapped[int | None] = mapped_column(ForeignKey("journal.id", name="journal_reverses_fkey"))
    prev_hash: Mapped[str] = mapped_column(String(HASH_LENGTH))
    hash: Mapped[str] = mapped_column(String(HASH_LENGTH))


class Posting(Model):
    """One leg of a journal: debit positive, credit negative, never zero."""

    __tablename__ = "posting"
    __table_args__ = (
        ForeignKeyConstraint(
            ["journal_id"],
            ["journal.id"],
            name="posting_journal_fkey",
            deferrable=True,
            initially="DEFERRED",  # legs are written first; their header closes the journal
        ),
        ForeignKeyConstraint(["account_id", "currency"], ["account.id", "account.currency"], name="posting_account_fkey"),
        CheckConstraint("n > 0", name="numbered"),
        CheckConstraint("amount_minor <> 0", name="moves_something"),
        CheckConstraint(  # canonical JSON writes whole numbers exactly up to here
            "amount_minor BETWEEN -9007199254740991 AND 9007199254740991", name="amount_is_exact"
        ),
        Index("posting_by_account", "account_id", "journal_id"),
    )

    journal_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigId)
    term_path: Mapped[str | None] = mapped_column(String(200))


class Balance(Model):
    """What an account's postings add up to; written by the trigger that closes a journal.

    `version` counts the journals that touched the account.
    """

    __tablename__ = "balance"

    account_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("account.id", name="balance_account_fkey"), primary_key=True, autoincrement=False
    )
    posted_minor: Mapped[int] = mapped_column(BigId)
    version: Mapped[int] = mapped_column(BigId)


class DayRoot(Model):
    """A day that is over: the journals numbered after `after_id` up to `through_id`, under one root (see merkle.py).

    Every day since the first journal has its row, also one without journals, and each begins where the one
    before ended. Final, like the journals.
    """

    __tablename__ = "day_root"
    __table_args__ = (
        CheckConstraint("after_id >= 0 AND through_id >= after_id", name="counts_on"),
        Index("day_root_by_through", "through_id"),
    )

    day: Mapped[date] = mapped_column(primary_key=True)
    after_id: Mapped[int] = mapped_column(BigId)
    through_id: Mapped[int] = mapped_column(BigId)
    root: Mapped[str] = mapped_column(String(HASH_LENGTH))
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChainHead(Model):
    """The last journal's number and hash: the one row that queues all who book.

    `book` is drawn once; the first journal's `prev_hash` derives from it, so that
    no two installations share a chain.
    """

    __tablename__ = "chain_head"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("height >= 0", name="height_counts"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    book: Mapped[str] = mapped_column(String(16))
    height: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(String(HASH_LENGTH))
