"""Money that is with us without a seat: a bank took a payment, the order ended, and the bank gave it back after all."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from coursehub.db import db
from coursehub.sales.models import Order, OrderPart, PaymentDispute
from coursehub.sales.queries.bundles import parts_of
from coursehub.sales.queries.orders import kept_minor


@dataclass(frozen=True)
class KeptWithoutSeat:
    """An order that is over and what of its price is with us; whether its buyer bought or gave it again since."""

    order: Order
    left_minor: int
    bought_again: bool


def kept_without_seat() -> list[KeptWithoutSeat]:
    """Orders that ended with a dispute whose money came back later, while nothing gave it to the buyer; the first first."""
    came_back = sa.select(PaymentDispute.order_id).where(PaymentDispute.reinstated_at.is_not(None))
    found = sa.select(Order).where(Order.state == "refunded", Order.id.in_(came_back)).order_by(Order.id)
    orders = db.session.execute(found).scalars().all()
    return [KeptWithoutSeat(order, left, bought_again(order)) for order in orders if (left := kept_minor(order)) > 0]


def bought_again(order: Order) -> bool:
    """Whether the buyer of an order that is over has a course of it by another order of their own, or gave a gift once more."""
    if order.gift_id is not None:
        return _given_again(order)
    courses: Sequence[int] = [order.course_id] if order.course_id is not None else [part.course_id for part in parts_of(order.id)]
    in_bundle = sa.select(OrderPart.order_id).where(OrderPart.course_id.in_(courses), OrderPart.enrolment_id.is_not(None))
    other = sa.select(Order.id).where(
        Order.buyer_id == order.buyer_id, Order.id != order.id, Order.gift_id.is_(None), Order.state.in_(("paid", "free")),
        sa.or_(Order.course_id.in_(courses), Order.id.in_(in_bundle)),
    )  # fmt: skip
    return db.session.execute(other.limit(1)).first() is not None


def _given_again(order: Order) -> bool:
    """Gifts of one thing go to several people: only one that was ordered after the bank took this money stands for it."""
    taken = sa.select(sa.func.min(PaymentDispute.withdrawn_at)).where(PaymentDispute.order_id == order.id)
    other = sa.select(Order.id).where(
        Order.buyer_id == order.buyer_id, Order.id != order.id, Order.gift_id.is_not(None), Order.state.in_(("paid", "free")),
        Order.course_id == order.course_id if order.bundle_id is None else Order.bundle_id == order.bundle_id,
        Order.placed_at > taken.scalar_subquery(),
    )  # fmt: skip
    return db.session.execute(other.limit(1)).first() is not None
