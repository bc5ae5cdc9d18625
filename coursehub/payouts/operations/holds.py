"""What time does: holds end, and old claims are given up."""

from datetime import datetime

import sqlalchemy as sa

from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.operations import mature_sale
from coursehub.contracts.operations.maturing import MATURING
from coursehub.db import db, transaction
from coursehub.ledger.accounts import NOT_GIVEN_BACK, PARTNER_OWES
from coursehub.ledger.operations import AccountRef, Leg, post, stand_in_line
from coursehub.payouts import queries
from coursehub.payouts.models import HoldEnd
from coursehub.payouts.queries.claims import write_off_key

AT_ONCE = 500


def end_holds(*, at: datetime) -> int:
    """Let every sale whose hold is over mature, each in a transaction of its own; how many there were."""
    due = (
        sa.select(MoneyEvent)
        .outerjoin(HoldEnd, HoldEnd.event_id == MoneyEvent.id)
        .where(MoneyEvent.kind.in_(MATURING), MoneyEvent.held_until <= at, HoldEnd.event_id.is_(None))
        .order_by(MoneyEvent.held_until, MoneyEvent.id)
        .limit(AT_ONCE)
    )
    count = 0
    while sales := db.session.execute(due).scalars().all():
        for sale in sales:
            _end_hold(sale, at)
        count += len(sales)
    return count


def _end_hold(sale: MoneyEvent, at: datetime) -> None:
    with transaction():
        stand_in_line()
        if db.session.execute(sa.select(HoldEnd.event_id).where(HoldEnd.event_id == sale.id)).first() is None:
            booked = mature_sale(sale, at=at)
            db.session.add(HoldEnd(event_id=sale.id, journal_id=booked.id if booked else None, at=at))


def give_up_claims(*, at: datetime) -> int:
    """Claims that are older than their terms let them be are borne by the house; how many there were."""
    count = 0
    for party, currency, _minor in queries.owed_by_party():
        with transaction():
            stand_in_line()
            over = [claim for claim in queries.claims_of(party, currency) if claim.ends_at and claim.ends_at <= at]
            for claim in over:
                post(
                    kind="write_off", effect_key=write_off_key(claim.journal_id, party), occurred_at=at, at=at,
                    currency=currency,
                    postings=[
                        Leg(AccountRef(NOT_GIVEN_BACK, party), claim.left_minor, "/clawback"),
                        Leg(AccountRef(PARTNER_OWES, party), -claim.left_minor, "/clawback"),
                    ],
                )  # fmt: skip
            count += len(over)
    return count
