"""A payment order as the bank's file needs it. No database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Account:
    """One end of a transfer. bank_code: BIC or CNAPS number, or ""."""

    holder: str
    number: str
    bank: str = ""
    bank_code: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One transfer; `reference` comes back in the bank's answer."""

    reference: str
    to: Account
    amount_minor: int
    words: str


@dataclass(frozen=True, slots=True)
class OrderFile:
    """All transfers of one run."""

    reference: str
    currency: str
    paid_from: Account
    pay_on: date
    made_at: datetime
    orders: Sequence[Order]

    @property
    def total_minor(self) -> int:
        """What leaves the account."""
        return sum(order.amount_minor for order in self.orders)
