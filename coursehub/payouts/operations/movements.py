"""What the rail says moved its balance: kept once, and what it sent to the house's bank is booked."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from coursehub import rails
from coursehub.db import db, transaction
from coursehub.ledger.accounts import BANK
from coursehub.ledger.operations import AccountRef, Leg, post, stand_in_line
from coursehub.payouts import queries
from coursehub.payouts.adjusting import EXCHANGE
from coursehub.payouts.models import MovementMatch, RailMovement
from coursehub.payouts.operations.mismatches import settle_mismatches

LOOK_BACK = timedelta(days=7)
"""So far behind the last movement the rail is asked again: some become visible late."""


def read_movements(*, at: datetime) -> int:
    """Ask the rail what moved its balance and keep what is new; how many that were. Raises RailAway."""
    rail = rails.current()
    last = db.session.execute(sa.select(sa.func.max(RailMovement.made_at)).where(RailMovement.rail == rail.name)).scalar()
    since = last - LOOK_BACK if last else datetime(2000, 1, 1, tzinfo=UTC)
    found = list(rail.movements(since=since))
    known = set(
        db.session.execute(sa.select(RailMovement.movement_id).where(RailMovement.made_at >= since - LOOK_BACK)).scalars()
    )
    new = [movement for movement in reversed(found) if movement.id not in known]
    count = sum(_keep(movement, rail.name, at) for movement in new)
    match_movements(at=at)
    return count


def match_movements(*, at: datetime) -> int:
    """Set aside the movements that have their payment or refund, so that pages ask only about the others; how many."""
    with transaction():
        stand_in_line()
        matched = [*(each for each in queries.looked_at() if not each.why), *queries.exchanged_back()]
        for each in matched:
            _book_exchange(each, at)
        db.session.add_all(MovementMatch(movement_id=each.movement.id, at=at) for each in matched)
    settle_mismatches(at=at)  # after it, as nobody who books should wait for that
    return len(matched)


def _keep(movement: rails.Movement, rail: str, at: datetime) -> bool:
    with transaction():
        stand_in_line()
        if db.session.execute(sa.select(RailMovement.id).where(RailMovement.movement_id == movement.id)).first() is not None:
            return False
        db.session.add(
            RailMovement(
                rail=rail, movement_id=movement.id, kind=movement.kind, source_id=movement.source_id,
                amount_minor=movement.amount_minor, fee_minor=movement.fee_minor, currency=movement.currency,
                made_at=movement.made_at, read_at=at, journal_id=_book(movement, rail, at), rate=movement.rate,
                presented_minor=movement.presented_minor, presented_currency=movement.presented_currency,
            )
        )  # fmt: skip
    return True


def _book(movement: rails.Movement, rail: str, at: datetime) -> int | None:
    """Money between the rail and the house's bank; everything else is booked by the room it belongs to."""
    if movement.kind not in ("payout", "payout_failed"):
        return None
    return post(
        kind="settlement", effect_key=f"settlement:{movement.id}", occurred_at=movement.made_at, at=at,
        currency=movement.currency,
        postings=[
            Leg(AccountRef(BANK), -movement.amount_minor),
            Leg(AccountRef(f"asset:rail:{rail}"), movement.amount_minor - movement.fee_minor),
            Leg(AccountRef("expense:rail_fee"), movement.fee_minor),
        ],
    ).id  # fmt: skip


def _book_exchange(each: queries.Unmatched, at: datetime) -> None:
    """What left the balance that our books keep in the buyer's currency, and arrived in the one that the rail keeps.

    Net of the fee on both sides: it was taken in the settled currency, and stands in the buyer's among the sale's own legs.
    """
    if each.booked is None:
        return
    movement, (currency, minor) = each.movement, each.booked
    settled = movement.amount_minor - movement.fee_minor
    rail, exchange = AccountRef(f"asset:rail:{movement.rail}"), AccountRef(EXCHANGE)
    post(
        kind="exchange", effect_key=f"exchange:{movement.movement_id}", occurred_at=movement.made_at, at=at, currency=currency,
        postings=[
            Leg(rail, -minor), Leg(exchange, minor),
            Leg(exchange, -settled, currency=movement.currency), Leg(rail, settled, currency=movement.currency),
        ],
    )  # fmt: skip
