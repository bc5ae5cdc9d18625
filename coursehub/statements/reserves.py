"""What the reserve keeps, by the day on which it is let go of: the reads behind that list of a statement, in both its forms.

Now the list names every sale of which the reserve keeps anything, so it adds up to what stands in reserve. The first form
looked at sales, refunds and contests alone and left out what banks took and gave back (decision 56).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import aliased

from coursehub.contracts import queries as contracts
from coursehub.contracts.models import MoneyEvent
from coursehub.db import db
from coursehub.ledger.accounts import PARTNER_RESERVE
from coursehub.ledger.models import Account, Journal, Posting

LET_GO = ":reserve"
"""What the effect of letting go of a sale's reserve adds to the effect of the sale."""


def kept_of_sales(party: str, currency: str, through: int) -> sa.Select[int, str, datetime, int]:
    """Every sale of which the reserve keeps something of a party's share after a journal, however long ago its day was.

    What its events put there and took out, less what letting go of it took. What happens to a sale after that is settled in the
    moment in which it is booked and leaves nothing in reserve.
    """
    sale, let_go = aliased(MoneyEvent), aliased(Journal)
    legs = (
        select(
            sale.id.label("sale_id"), sale.terms_hash.label("terms_hash"), sale.occurred_at.label("sold_at"),
            Posting.amount_minor.label("amount_minor"),
        )
        .join(Posting, Posting.account_id.in_(_reserve_of(party, currency)))
        .where(sale.kind == "sale", sale.currency == currency, sale.terms_hash.in_(list(contracts.days_of_reserves())))
    )  # fmt: skip
    gone = sa.and_(let_go.effect_key == sale.effect_key + LET_GO, let_go.id <= through)
    booked = (
        legs.join(MoneyEvent, sa.and_(MoneyEvent.journal_id == Posting.journal_id, MoneyEvent.journal_id <= through))
        .outerjoin(let_go, gone)
        .where(
            sa.func.coalesce(MoneyEvent.reverses_id, MoneyEvent.id) == sale.id,
            let_go.id.is_(None) | (MoneyEvent.journal_id < let_go.id),
        )
    )
    released = legs.join(let_go, gone).where(Posting.journal_id == let_go.id)
    every = sa.union_all(booked, released).subquery()
    kept = -sa.func.sum(every.c.amount_minor)
    return (
        select(every.c.sale_id, every.c.terms_hash, every.c.sold_at, kept)
        .group_by(every.c.sale_id, every.c.terms_hash, every.c.sold_at)
        .having(kept != 0)
    )


def kept_until(party: str, currency: str, through: int) -> Iterator[tuple[datetime, int]]:
    """(day on which it is let go of, amount) for all that the reserve keeps of a party's share."""
    reserves = contracts.days_of_reserves()
    for _sale, name, sold_at, amount in db.session.execute(kept_of_sales(party, currency, through)).tuples():
        yield sold_at + timedelta(days=reserves[name]), int(amount)


def kept_until_without_banks(party: str, currency: str, through: int, moment: datetime) -> Iterator[tuple[datetime, int]]:
    """The same as the first form told it: sales of which the day is still to come, less what refunds and contests took."""
    sale, reserves = aliased(MoneyEvent), contracts.days_of_reserves()
    found = (
        select(sale.terms_hash, sale.occurred_at, sa.func.sum(Posting.amount_minor))
        .select_from(MoneyEvent)
        .join(Posting, Posting.journal_id == MoneyEvent.journal_id)
        .join(sale, sale.id == sa.func.coalesce(MoneyEvent.reverses_id, MoneyEvent.id))
        .where(
            Posting.account_id.in_(_reserve_of(party, currency)), MoneyEvent.kind.in_(("sale", "refund", "reshared")),
            MoneyEvent.journal_id <= through, _day_to_come(sale, moment),
        )
        .group_by(sale.id, sale.terms_hash, sale.occurred_at)
    )  # fmt: skip
    for name, sold_at, amount in db.session.execute(found).tuples():
        yield sold_at + timedelta(days=reserves[name]), -int(amount)


def sales_to_come(moment: datetime) -> sa.Select[int]:
    """Sales of which the day is still to come, whose events went along with the first form."""
    return select(MoneyEvent.id).where(_day_to_come(MoneyEvent, moment))


def let_go_by(event_ids: Sequence[int], through: int) -> dict[int, int]:
    """The journal that let go of what the reserve kept of a sale, sale -> journal, of these events up to that journal."""
    found = (
        select(MoneyEvent.id, Journal.id)
        .join(Journal, Journal.effect_key == MoneyEvent.effect_key + LET_GO)
        .where(MoneyEvent.id.in_(event_ids), MoneyEvent.kind == "sale", Journal.id <= through)
    )
    return dict(db.session.execute(found).tuples().all())


def _reserve_of(party: str, currency: str) -> sa.Select[int]:
    return select(Account.id).where(Account.code == PARTNER_RESERVE, Account.party == party, Account.currency == currency)


def _day_to_come(sale: type[MoneyEvent], moment: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.false(),
        *(
            (sale.terms_hash == terms_hash) & (sale.occurred_at > moment - timedelta(days=days))
            for terms_hash, days in contracts.days_of_reserves().items()
        ),
    )
