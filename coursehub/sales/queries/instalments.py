"""Prices paid in parts, as pages and operations look them up."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db
from coursehub.sales.models import PLAN_GOING, Instalment, InstalmentPlan, Order, Payment


def plan_of(order_id: int) -> InstalmentPlan | None:
    """The plan of an order whose first part is paid."""
    return db.session.execute(sa.select(InstalmentPlan).where(InstalmentPlan.order_id == order_id)).scalar_one_or_none()


def instalments_of(order_id: int) -> Sequence[Instalment]:
    """The parts of an order's price, in the order of their numbers; none for a price paid whole."""
    found = sa.select(Instalment).where(Instalment.order_id == order_id).order_by(Instalment.n)
    return db.session.execute(found).scalars().all()


def open_instalments(order_id: int) -> list[Instalment]:
    """What is still to be paid of an order, the most urgent first."""
    return sorted((each for each in instalments_of(order_id) if each.is_open), key=lambda each: (each.due_at, each.n))


def instalments_to_ask(at: datetime, limit: int, *, newest_first: bool = False) -> Sequence[Instalment]:
    """Parts for which a card is to be asked now, and those whose last answer is not known; the oldest first or the newest."""
    due = sa.and_(
        Instalment.try_at <= at, Instalment.payment_id.is_(None), Instalment.dropped_at.is_(None), Order.state == "paid",
        Order.trouble == "", InstalmentPlan.state.in_(PLAN_GOING),
    )  # fmt: skip
    found = (
        sa.select(Instalment)
        .join(Order, Order.id == Instalment.order_id)
        .join(InstalmentPlan, InstalmentPlan.order_id == Order.id)
        .where(sa.or_(due, Instalment.asked_at.is_not(None)))
    )
    turn = (Instalment.due_at.desc(), Instalment.id.desc()) if newest_first else (Instalment.due_at, Instalment.id)
    return db.session.execute(found.order_by(*turn).limit(limit)).scalars().all()


def plans_late_since(at: datetime) -> Sequence[InstalmentPlan]:
    """Plans of which something has been due and unpaid at least since then, and whose course is still open."""
    found = sa.select(InstalmentPlan).where(InstalmentPlan.state == "late", InstalmentPlan.late_since <= at)
    return db.session.execute(found.order_by(InstalmentPlan.id)).scalars().all()


def plans_on_page(limit: int, *, newest_first: bool = False) -> Sequence[InstalmentPlan]:
    """Plans for which a pay page is open, or was when we last looked; the page that ends first or last first."""
    found = sa.select(InstalmentPlan).where(InstalmentPlan.session_id.is_not(None))
    turn = (InstalmentPlan.page_expires_at, InstalmentPlan.id)
    found = found.order_by(*(each.desc() for each in turn) if newest_first else turn)
    return db.session.execute(found.limit(limit)).scalars().all()


def plans_going_of(person_id: int) -> Sequence[InstalmentPlan]:
    """What a person still pays in parts."""
    found = sa.select(InstalmentPlan).join(Order, Order.id == InstalmentPlan.order_id)
    return db.session.execute(found.where(Order.buyer_id == person_id, InstalmentPlan.state.in_(PLAN_GOING))).scalars().all()


def paused_order(person_id: int, course_id: int) -> Order | None:
    """The order by which a person has a course that is closed until a part is paid."""
    found = (
        sa.select(Order)
        .join(InstalmentPlan, InstalmentPlan.order_id == Order.id)
        .where(Order.buyer_id == person_id, Order.course_id == course_id, InstalmentPlan.state == "paused")
    )
    return db.session.execute(found.limit(1)).scalar_one_or_none()


def sold_payments(order_id: int) -> Sequence[Payment]:
    """The payments that bought the seat: one, or one for each part (or several parts) that was paid; the first first."""
    found = sa.select(Payment).where(Payment.order_id == order_id, Payment.outcome == "sold").order_by(Payment.id)
    return db.session.execute(found).scalars().all()


def paid_minor(order: Order) -> int:
    """What has been paid of an order's price, whatever went back."""
    if order.instalments == 1:
        return order.gross_minor if order.paid_at is not None else 0
    return sum(payment.amount_minor for payment in sold_payments(order.id))
