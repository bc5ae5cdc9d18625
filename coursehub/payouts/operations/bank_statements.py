"""Booking a statement of the house's bank: with what payouts know of its lines, which billing does not."""

from datetime import datetime

from coursehub.billing import operations as billing
from coursehub.billing.bank import reading
from coursehub.billing.models import BankDraft, BankStatement
from coursehub.db import transaction
from coursehub.errors import require
from coursehub.ledger.operations import stand_in_line
from coursehub.payouts import policies, queries
from coursehub.people.actor import Actor


def book_bank_statement(draft: BankDraft, *, expected: str | None = None, by: Actor, at: datetime) -> BankStatement:
    """Book a statement; our own payouts and the provider's money in it are listed, since they stand in the books already.

    expected: the digest of the preview that was confirmed. Raises what `billing.operations.book_statement` raises.
    """
    require(policies.may_prepare(by))
    with transaction():
        stand_in_line()
        own = queries.own_lines(reading.read(draft.content, account=draft.account, currency=draft.currency))
        return billing.book_statement(draft, own=own, expected=expected, by=by, at=at)
