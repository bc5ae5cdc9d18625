"""The trial balance: what stood on each account at the beginning of some days, what moved, and what stands at their end.

Days are those of the chain (`sealing`), so what was printed for days that are over stays the same for good: a journal
that is recorded late belongs to the day on which it was recorded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import sqlalchemy as sa

from coursehub.db import db
from coursehub.ledger.models import Account, Balance, Posting
from coursehub.ledger.queries import last_number_before
from coursehub.ledger.sealing import DAY


@dataclass(frozen=True, slots=True)
class Stood:
    """One account in one currency, in minor units: debit positive. party: "" for all parties of the code together.

    debit, credit: what moved on either side, both positive.
    """

    code: str
    kind: str
    party: str
    currency: str
    opening_minor: int
    debit_minor: int
    credit_minor: int

    @property
    def closing_minor(self) -> int:
        """What stands at the end."""
        return self.opening_minor + self.debit_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class Trial:
    """The accounts of one currency; whatever was booked, the openings and the closings each add up to nothing."""

    currency: str
    rows: Sequence[Stood]

    @property
    def opening_minor(self) -> int:
        """All openings together: nothing."""
        return sum(row.opening_minor for row in self.rows)

    @property
    def debit_minor(self) -> int:
        """All debits together."""
        return sum(row.debit_minor for row in self.rows)

    @property
    def credit_minor(self) -> int:
        """All credits together: as much as the debits."""
        return sum(row.credit_minor for row in self.rows)

    @property
    def closing_minor(self) -> int:
        """All closings together: nothing."""
        return sum(row.closing_minor for row in self.rows)

    @property
    def balances(self) -> bool:
        """Whether it adds up, as it must."""
        return not self.opening_minor and not self.closing_minor and self.debit_minor == self.credit_minor


def trial_balance(since: date, until: date, *, code: str = "", counters: bool = False) -> list[Trial]:
    """The accounts that stood or moved between two days, both included, by currency.

    code: only this account, each party for itself. counters: those of the terms (memo accounts) instead of money.
    """
    kind = Account.kind == "memo" if counters else Account.kind != "memo"
    rows = list(_stood(since, until, Account.code == code if code else kind, by_party=bool(code)))
    return [Trial(currency, list(some)) for currency, some in groupby(rows, key=lambda row: row.currency)]


def _stood(since: date, until: date, which: "sa.ColumnElement[bool]", *, by_party: bool) -> Iterator[Stood]:
    """By currency, kind and code. What stood is what stands now less what was booked since: the past is longer than that."""
    first, last = last_number_before(since), last_number_before(until + DAY)
    amount, nothing = Posting.amount_minor, sa.literal(0)
    moved = (
        sa.select(
            Posting.account_id.label("account_id"),
            sa.func.sum(sa.case((sa.and_(Posting.journal_id <= last, amount > 0), amount), else_=nothing)).label("debit"),
            sa.func.sum(sa.case((sa.and_(Posting.journal_id <= last, amount < 0), -amount), else_=nothing)).label("credit"),
            sa.func.sum(amount).label("all"),
        )
        .where(Posting.journal_id > first)
        .group_by(Posting.account_id)
        .subquery()
    )
    opening = sa.func.sum(Balance.posted_minor - sa.func.coalesce(moved.c.all, 0))
    debit, credit = (sa.func.sum(sa.func.coalesce(column, 0)) for column in (moved.c.debit, moved.c.credit))
    names = [Account.code, Account.kind, Account.currency, *([Account.party] if by_party else [])]
    found = (
        sa.select(opening, debit, credit, *names)
        .join(Balance, Balance.account_id == Account.id)
        .outerjoin(moved, moved.c.account_id == Account.id)
        .where(which)
        .group_by(*names)
        .order_by(Account.currency, Account.kind, *names)
    )
    for opened, debited, credited, name, kind, currency, *party in db.session.execute(found):
        if opened or debited or credited:
            yield Stood(name, kind, "".join(party), currency, int(opened), int(debited), int(credited))
