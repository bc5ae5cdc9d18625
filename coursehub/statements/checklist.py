"""The checklist of a month that is to be closed, asked anew each time, and which months are closed."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import select

from coursehub.contracts.operations.closing import CLOSES_AFTER
from coursehub.db import db
from coursehub.jobs import Job
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import BANK_SUSPENSE
from coursehub.ledger.checks import check_books
from coursehub.ledger.models import Account, DayRoot, Journal, Posting
from coursehub.payouts import checks as payout_checks
from coursehub.payouts.adjusting import SUSPENSE
from coursehub.payouts.queries.adjustments import adjustments_waiting
from coursehub.payouts.queries.movements import booked_twice, missing, unmatched
from coursehub.payouts.queries.waiting import waiting_in_suspense
from coursehub.sales.models import WebhookEvent
from coursehub.sales.passes.queries import unshared_pools
from coursehub.statements import queries
from coursehub.statements.models import MonthClose, MonthPreparation
from coursehub.statements.months import Month, month_at, month_of, months_between

STUCK_AFTER = timedelta(hours=1)
NAMED = "suspense"
"""What may stand open if it is named."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that must be done. count: how many of it are left, in minor units for suspense."""

    key: str
    is_done: bool
    count: int = 0

    def as_data(self) -> dict[str, Any]:
        """As it is kept with the close."""
        return asdict(self)


def items_of(month: Month, at: datetime, *, prove: bool = True) -> list[Item]:
    """The checklist of a month as it stands now.

    prove: compute the whole book again, which takes long when it is large; else that item is left out.
    """
    _after, through, _head = journals_closed(month)
    sealed = ledger.sealed_day(month.last) is not None
    undone, suspense = _undone(month, at), _suspense(through)
    apart = sum(each.movement.made_at < month.ends for each in unmatched())
    apart += sum(payment.paid_at is not None and payment.paid_at < month.ends for payment in missing(at))
    apart += len(adjustments_waiting(month.last)) + len(booked_twice()) + sum(1 for _fault in payout_checks.faults())
    books = check_books().faults if prove else ()
    unissued, unshared = _unissued(month), len(unshared_pools(str(month)))
    return [
        Item("over", month.is_over(at) and sealed),
        Item("deliveries", not undone, undone),
        Item("true_ups", at >= month.ends + CLOSES_AFTER),
        Item("pools", not unshared, unshared),
        Item("reconciled", not apart, apart),
        Item(NAMED, True, suspense),
        *([Item("books", not books, len(books))] if prove else []),
        Item("statements", sealed and not unissued, unissued),
    ]


def suspense_of(items: list[Item]) -> int:
    """What stands in suspense by this checklist."""
    return next(item.count for item in items if item.key == NAMED)


def _undone(month: Month, at: datetime) -> int:
    """What the rail told us in the month and nobody has taken in, and jobs of the month that are stuck."""
    told = select(sa.func.count(WebhookEvent.id)).where(WebhookEvent.received_at < month.ends, WebhookEvent.done_at.is_(None))
    stuck = select(sa.func.count(Job.id)).where(
        Job.enqueued_at < month.ends, (Job.state == "dead") | (Job.run_at < at - STUCK_AFTER)
    )
    return db.session.execute(told).scalar_one() + db.session.execute(stuck).scalar_one()


def _suspense(through: int) -> int:
    """What waits for an explanation at the end of the month, thing by thing and currency by currency, without regard to sign.

    What one bank took too much does not make up for what another buyer paid for nothing: both wait.
    """
    currencies = db.session.execute(select(Account.currency).where(Account.code == SUSPENSE).order_by(Account.currency)).scalars()
    waits = [each.minor for currency in currencies.all() for each in waiting_in_suspense(currency, through=through)]
    at_bank = (
        select(sa.func.sum(Posting.amount_minor))
        .join(Account, Account.id == Posting.account_id)
        .where(Account.code == BANK_SUSPENSE, Posting.journal_id <= through)
        .group_by(Posting.account_id)
    )
    return sum(abs(int(amount)) for amount in [*waits, *db.session.execute(at_bank).scalars()])


def _unissued(month: Month) -> int:
    """How many partners had a journal by the end of the month and no statement of it."""
    known, first = queries.issued_months(), queries.first_journals()
    through = ledger.last_number_before(month.next.first)
    return sum(
        first.get((organisation.public_id, currency), through + 1) <= through
        and (organisation.id, str(month), currency) not in known
        for organisation, currency in queries.parties_with_accounts()
    )


def journals_closed(month: Month) -> tuple[int, int, str | None]:
    """The journals of a month, numbered after the first and up to the second, and the hash of the last."""
    after, through = ledger.last_number_before(month.first), ledger.last_number_before(month.next.first)
    head = db.session.get(Journal, through) if through else None
    return after, through, head.hash if head else None


def months_of_the_book(last: Month) -> list[Month]:
    """Every month since the first sealed day, the latest first."""
    first = db.session.execute(select(sa.func.min(DayRoot.day))).scalar()
    return list(reversed(months_between(month_of(first), last))) if first else []


def closes() -> dict[str, MonthClose]:
    """Every month that is closed."""
    return {close.month: close for close in db.session.execute(select(MonthClose)).scalars()}


def close_of(month: Month) -> MonthClose | None:
    """How a month was closed, if it was."""
    return db.session.get(MonthClose, str(month))


def is_next(month: Month) -> bool:
    """Whether every month of the book before this one is closed."""
    closed = closes()
    return all(str(each) in closed for each in months_of_the_book(month)[1:])


def waiting_for(person_id: int, at: datetime) -> list[Month]:
    """Months that this person of finance could prepare or close by now, the first first; not what she prepared herself."""
    over = [month for month in reversed(months_of_the_book(month_at(at))) if at >= month.ends + CLOSES_AFTER]
    closed, waiting = closes() if over else {}, list[Month]()
    for month in over:
        if str(month) not in closed:
            prepared = preparation_of(month)
            if prepared is None or prepared.prepared_by_id != person_id:
                waiting.append(month)
    return waiting


def preparation_of(month: Month) -> MonthPreparation | None:
    """The latest preparation of a month."""
    found = select(MonthPreparation).where(MonthPreparation.month == str(month)).order_by(MonthPreparation.id.desc()).limit(1)
    return db.session.execute(found).scalar_one_or_none()
