"""Disputes as pages and operations look them up."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from coursehub.contracts.models import MoneyEvent
from coursehub.db import db
from coursehub.people.actor import Actor
from coursehub.sales import policies
from coursehub.sales.models import Order, Payment, PaymentDispute
from coursehub.sales.queries.turns import by_turn


def payment_at_rail(rail_payment_id: str) -> Payment | None:
    """The payment with the rail's own number."""
    return db.session.execute(sa.select(Payment).where(Payment.rail_payment_id == rail_payment_id)).scalar_one_or_none()


def disputes_of(order_id: int) -> Sequence[PaymentDispute]:
    """Every dispute about an order, the first first."""
    found = sa.select(PaymentDispute).where(PaymentDispute.order_id == order_id).order_by(PaymentDispute.id)
    return db.session.execute(found).scalars().all()


def dispute_that_holds(order_id: int) -> PaymentDispute | None:
    """The dispute for which the bank has taken the money of an order and not decided yet."""
    found = sa.select(PaymentDispute).where(
        PaymentDispute.order_id == order_id, PaymentDispute.withdrawn_at.is_not(None), PaymentDispute.closed_at.is_(None)
    )
    return db.session.execute(found.limit(1)).scalar_one_or_none()


def disputes_open() -> Sequence[PaymentDispute]:
    """Disputes that are not over, the most urgent first."""
    found = sa.select(PaymentDispute).where(PaymentDispute.closed_at.is_(None))
    return db.session.execute(found.order_by(PaymentDispute.answer_by, PaymentDispute.id)).scalars().all()


def disputes_to_ask(limit: int, *, newest_first: bool = False) -> Sequence[PaymentDispute]:
    """Disputes that are not over, by their turns."""
    found = sa.select(PaymentDispute).where(PaymentDispute.closed_at.is_(None))
    found = found.order_by(*by_turn(PaymentDispute, newest_first=newest_first))
    return db.session.execute(found.limit(limit)).scalars().all()


def disputes_over() -> "sa.Select[PaymentDispute]":
    """Disputes that were decided or dropped, the latest first."""
    found = sa.select(PaymentDispute).where(PaymentDispute.closed_at.is_not(None))
    return found.order_by(PaymentDispute.closed_at.desc(), PaymentDispute.id.desc())


def disputes_visible_to(reader: Actor) -> "sa.Select[PaymentDispute]":
    """Finance and support staff see every dispute, nobody else any."""
    found = sa.select(PaymentDispute)
    return found if policies.may_read_orders(reader) else found.where(sa.false())


def taken_by(dispute: PaymentDispute) -> Sequence[MoneyEvent]:
    """What the book says a dispute took: one entry, or one for each course of a bundle; nothing before money left."""
    found = sa.select(MoneyEvent).where(
        MoneyEvent.kind == "dispute",
        sa.or_(MoneyEvent.effect_key == dispute.effect_key, MoneyEvent.effect_key.startswith(f"{dispute.effect_key}:")),
    )
    return db.session.execute(found.order_by(MoneyEvent.id)).scalars().all()


def taken_back(order_id: int) -> list[tuple[datetime, int]]:
    """What banks took of an order and did not give back: (when, minor units) of each dispute, the first first."""
    found = [each for each in disputes_of(order_id) if each.withdrawn_at is not None and each.reinstated_at is None]
    taken = [(each.withdrawn_at, -sum(event.amount_minor for event in taken_by(each))) for each in found]
    return [(at, minor) for at, minor in taken if at is not None and minor]


def taken_of_sales(order: Order) -> dict[tuple[int, int], int]:
    """What banks took of each sale of an order and did not give back, in minor units, by (payment, course)."""
    taken: dict[tuple[int, int], int] = {}
    for dispute in disputes_of(order.id):
        if dispute.reinstated_at is None and dispute.payment_id is not None:
            for event in taken_by(dispute):
                sale = dispute.payment_id, event.course_id
                taken[sale] = taken.get(sale, 0) - event.amount_minor
    return taken
