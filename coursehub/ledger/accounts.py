"""Accounts: their numbers, and opening those that are used for the first time."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

from sqlalchemy import Connection, Table, insert, select

from coursehub.db import db
from coursehub.ledger.chain import Line
from coursehub.ledger.models import Account

MEMBER_OWES = "asset:receivable:member"
"""What a member of the alliance owes for placements and hours; its party is the member's public id."""

MEMBER_WILL_OWE = "asset:receivable:member:unbilled"
"""What a member of the alliance owes already and finds on its next invoice; its party is the member's public id."""

PARTNER_HELD = "liability:payable:held"
"""What a partner earned while the hold of its terms lasts. Here and in the next five the party is the partner's public id."""

PARTNER_RESERVE = "liability:payable:reserve"
"""What terms keep of a partner's share longer than the hold, against late refunds; journals `mature` let go of it."""

PARTNER_READY = "liability:payable:available"
"""What a partner earned and can be paid: journals `mature` move it here, `clawback` and `payout` take it out."""

PARTNER_ON_ITS_WAY = "liability:payable:in_transit"
"""What was ordered from the bank: `payout` moves it here, `payout_paid` and `payout_bounced` take it out."""

PARTNER_OWES = "asset:receivable"
"""What a partner has to give back: shares of refunded sales that were paid out (`clawback`), fees that it bears (`refund`).

Payouts are set against it (`payout`), its partner pays it back by bank (`debt_paid`), or it is given up (`write_off`)."""

NOT_GIVEN_BACK = "expense:not_given_back"
"""Shares of refunded sales that were paid out and that, by the terms, nobody gives back: the house bears them."""

POOL = "liability:pool"
"""What learners paid for periods of a pass, less tax and fee, until the month is shared; its party is the pass's public id."""

INVOICED = "liability:invoiced"
"""What members were invoiced for orders that are not sold yet, or what came back of such a sale until it is credited."""

BANK = "asset:bank"
"""The house's own bank account; it has no party."""

BANK_SUSPENSE = "liability:suspense:bank"
"""What came in on a statement of the bank and is not assigned yet; journals `bank_entry` fill it. It has no party."""


def money_of(rail: str) -> str:
    """The account that money of a sale stands on: with a payment provider, or on the invoice that its payer was given."""
    return INVOICED if rail == "invoice" else f"asset:rail:{rail}"


_ACCOUNT: Table = Account.__table__  # type: ignore[assignment]


@lru_cache(maxsize=10_000)
def account_id(code: str, party: str, currency: str) -> int:
    """The number of an account, derived from its name (52 bits of SHA-256).

    No look-up can therefore go stale and put an amount on the wrong account. Two names
    that met in one number would be refused by the primary key when the second is opened.
    """
    return int.from_bytes(sha256(f"{code}\n{party}\n{currency}".encode()).digest()[:8]) >> 12


class OpenedAccounts:
    """Remembers which accounts are known to be open, so that booking need not ask each time.

    Remembered per book (see ChainHead), and only what was read in a transaction that
    opened none itself: a transaction that is rolled back leaves nothing behind here.
    Threads may share it: entries are only added, each in one step.
    """

    def __init__(self) -> None:
        self._known: set[tuple[str, int]] = set()

    def ensure(self, connection: Connection, book: str, lines: Sequence[Line]) -> None:
        """Open what these lines need and is not there. The caller holds the lock of the head."""
        wanted = {(book, account_id(line.code, line.party, line.currency)): line for line in lines}
        if self._known.issuperset(wanted):
            return
        asked = select(_ACCOUNT.c.id).where(_ACCOUNT.c.id.in_([number for _book, number in wanted]))
        there = {(book, number) for number in connection.execute(asked).scalars()}
        missing = [(number, line) for (_book, number), line in wanted.items() if (book, number) not in there]
        if missing:
            connection.execute(
                insert(_ACCOUNT),
                [
                    {
                        "id": number,
                        "code": line.code,
                        "party": line.party,
                        "currency": line.currency,
                        "kind": line.code.partition(":")[0],
                    }
                    for number, line in missing
                ],
            )
            db.session().info["ledger_opened_in"] = connection.get_transaction()
        elif db.session().info.get("ledger_opened_in") is not connection.get_transaction():
            self._known |= there
