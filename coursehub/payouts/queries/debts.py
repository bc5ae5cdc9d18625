"""What partners owe as lines of the bank may pay it: who owes, whose a line seems to be, and what was paid back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from coursehub.billing.models import BankEntry, EntryUse
from coursehub.db import db
from coursehub.ledger.accounts import PARTNER_OWES
from coursehub.ledger.models import Account, Balance
from coursehub.payouts import debts
from coursehub.payouts.debts import Debtor, Payer
from coursehub.payouts.models import ClaimPaid
from coursehub.people.models import Organisation

K = TypeVar("K")
DEBT = "debt_paid"
"""The kind of use and of journal by which a partner pays back what it owes."""


@dataclass(frozen=True, slots=True)
class PaidBack:
    """What one line of the bank paid of a partner's debt. booked_on: the bank's day.

    undone_at, undone_words: when that was found to be wrong, and why.
    """

    use_id: int
    organisation_id: int
    at: datetime
    currency: str
    amount_minor: int
    booked_on: date
    undone_at: datetime | None
    undone_words: str | None


def debtors(currency: str, search: str = "") -> list[Debtor]:
    """Who owes something in a currency by the books, by name; whose name or number has these words in it."""
    found = (
        sa.select(Organisation.id, Organisation.public_id, Organisation.name, Organisation.name_en, Balance.posted_minor)
        .join(Account, Account.party == Organisation.public_id)
        .join(Balance, Balance.account_id == Account.id)
        .where(Account.code == PARTNER_OWES, Account.currency == currency, Balance.posted_minor > 0)
        .order_by(Organisation.name_en, Organisation.id)
    )
    if search:
        named = [Organisation.name.icontains(search, autoescape=True), Organisation.name_en.icontains(search, autoescape=True)]
        found = found.where(sa.or_(*named, Organisation.id.in_(debts.named_in(search))))
    return [
        Debtor(number, public_id, (name or "", name_en or ""), currency, int(minor))
        for number, public_id, name, name_en, minor in db.session.execute(found)
    ]


def debts_suggested(payers: Mapping[K, Payer], currency: str) -> dict[K, Debtor]:
    """Whose debt each of these lines of the bank seems to pay; lines that seem to pay none are left out."""
    known = debtors(currency) if payers else []
    found = {key: debts.suggested(payer, known) for key, payer in payers.items()} if known else {}
    return {key: debtor for key, debtor in found.items() if debtor is not None}


def entries_of_debtors(entries: Sequence[BankEntry], left: Mapping[int, int]) -> dict[int, Debtor]:
    """The same of entries in suspense, each in its currency. left: what waits of each."""
    found: dict[int, Debtor] = {}
    for currency in {each.currency for each in entries}:
        payers = {
            each.id: Payer(f"{each.words} {each.end_to_end}", each.party, left[each.id])
            for each in entries if each.currency == currency and left[each.id]
        }  # fmt: skip
        found |= debts_suggested(payers, currency)
    return found


def paid_back(
    *, organisation_id: int | None = None, use_ids: Sequence[int] | None = None, at_most: int | None = None
) -> list[PaidBack]:
    """What was paid back by bank, the latest first: of a partner, or by these uses."""
    undone = aliased(EntryUse)
    found = (
        sa.select(
            EntryUse.id, ClaimPaid.organisation_id, EntryUse.at, BankEntry.currency, EntryUse.amount_minor, BankEntry.booked_on,
            undone.at, undone.words,
        )
        .join(EntryUse, EntryUse.id == ClaimPaid.use_id)
        .join(BankEntry, BankEntry.id == EntryUse.entry_id)
        .outerjoin(undone, undone.undoes_id == EntryUse.id)
        .distinct()
        .order_by(EntryUse.id.desc())
        .limit(at_most)
    )  # fmt: skip
    if organisation_id is not None:
        found = found.where(ClaimPaid.organisation_id == organisation_id)
    if use_ids is not None:
        found = found.where(EntryUse.id.in_(use_ids))
    return [PaidBack(*row) for row in db.session.execute(found)]
