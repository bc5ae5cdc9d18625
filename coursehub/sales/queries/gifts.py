"""Reading gifts."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db
from coursehub.sales.models import Gift, Order


def gift_of(order: Order) -> Gift | None:
    """What an order gives to somebody else; None for other orders."""
    return db.session.get(Gift, order.gift_id) if order.gift_id is not None else None


def order_of_gift(gift_id: int) -> Order | None:
    """The order that pays a gift."""
    return db.session.execute(sa.select(Order).where(Order.gift_id == gift_id)).scalar_one_or_none()


def gift_hashed(token_hash: str) -> Gift | None:
    """The gift behind a link."""
    return db.session.execute(sa.select(Gift).where(Gift.token_hash == token_hash)).scalar_one_or_none()


def gifts_waiting(at: datetime, limit: int = 500) -> Sequence[Gift]:
    """Paid gifts that nobody accepted and of which something may be due: a letter, or a word to the giver."""
    letter_due = sa.and_(
        Gift.recipient_email.is_not(None), Gift.letter_sent_at.is_(None), sa.or_(Gift.letter_at.is_(None), Gift.letter_at <= at)
    )
    found = (
        sa.select(Gift)
        .join(Order, Order.gift_id == Gift.id)
        .where(Order.state == "paid", Gift.claimed_at.is_(None), sa.or_(letter_due, Gift.link_until.is_not(None)))
        .order_by(Gift.link_until, Gift.id)
    )
    return db.session.execute(found.limit(limit)).scalars().all()
