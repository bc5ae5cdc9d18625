"""Prices paid in parts, as pages and operations look them up.

Plans and parts are read as they are now, also where the session saw them before: under the lock of their order nobody else
changes them.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from coursehub.contracts.waterfall import tax_within
from coursehub.db import db
from coursehub.sales.models import PLAN_GOING, Instalment, InstalmentPlan, InstalmentShare, Order, OrderPart, Payment

_AS_IT_IS = {"populate_existing": True}


def plan_of(order_id: int) -> InstalmentPlan | None:
    """The plan of an order whose first part is paid."""
    found = sa.select(InstalmentPlan).where(InstalmentPlan.order_id == order_id).execution_options(**_AS_IT_IS)
    return db.session.execute(found).scalar_one_or_none()


def instalments_of(order_id: int) -> Sequence[Instalment]:
    """The parts of an order's price, in the order of their numbers; none for a price paid whole."""
    found = sa.select(Instalment).where(Instalment.order_id == order_id).order_by(Instalment.n)
    return db.session.execute(found.execution_options(**_AS_IT_IS)).scalars().all()


def shares_of(order_id: int) -> Sequence[InstalmentShare]:
    """What of each part of a bundle's price is which course's, dropped or not; nothing for one course."""
    found = (
        sa.select(InstalmentShare)
        .join(Instalment, Instalment.id == InstalmentShare.instalment_id)
        .where(Instalment.order_id == order_id)
        .order_by(Instalment.n, InstalmentShare.part_id)
    )
    return db.session.execute(found.execution_options(**_AS_IT_IS)).scalars().all()


def given_up(order_id: int) -> set[int]:
    """The courses of a bundle (parts of the order, by id) whose price is not asked for any more, since they went back."""
    return {share.part_id for share in shares_of(order_id) if share.dropped_at is not None}


def is_cut_since_asked(instalment: Instalment) -> bool:
    """Whether a part became smaller after the card was asked for it, while the answer is not known."""
    shares = sa.select(InstalmentShare.part_id).where(
        InstalmentShare.instalment_id == instalment.id, InstalmentShare.dropped_at >= instalment.asked_at
    )
    return instalment.asked_at is not None and db.session.execute(shares.limit(1)).first() is not None


def paid_shares(order: Order) -> dict[tuple[int, int], int]:
    """What of each payment was for which course of a bundle, in minor units, by (payment, part of the order)."""
    if order.instalments == 1:
        parts = sa.select(Payment.id, OrderPart.id, OrderPart.gross_minor).join(OrderPart, OrderPart.order_id == Payment.order_id)
        found = parts.where(Payment.order_id == order.id, Payment.outcome == "sold")
        return {(payment, part): minor for payment, part, minor in db.session.execute(found)}
    shares = (
        sa.select(Instalment.payment_id, InstalmentShare.part_id, sa.func.sum(InstalmentShare.amount_minor))
        .join(InstalmentShare, InstalmentShare.instalment_id == Instalment.id)
        .where(Instalment.order_id == order.id, Instalment.payment_id.is_not(None), InstalmentShare.dropped_at.is_(None))
        .group_by(Instalment.payment_id, InstalmentShare.part_id)
    )
    return {(payment, part): int(minor) for payment, part, minor in db.session.execute(shares) if payment is not None}


def tax_in(order: Order, payment: Payment) -> int:
    """The tax in a payment, as the books have it: of a bundle for each course."""
    if order.bundle_id is None:
        return tax_within(payment.amount_minor, order.tax_bps)
    return sum(tax_within(minor, order.tax_bps) for (paid, _part), minor in paid_shares(order).items() if paid == payment.id)


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
    """The order by which a person has a course, alone or in a bundle, that is closed until a part is paid."""
    in_bundle = sa.select(OrderPart.order_id).where(OrderPart.course_id == course_id, OrderPart.enrolment_id.is_not(None))
    found = (
        sa.select(Order)
        .join(InstalmentPlan, InstalmentPlan.order_id == Order.id)
        .where(
            Order.buyer_id == person_id, sa.or_(Order.course_id == course_id, Order.id.in_(in_bundle)),
            InstalmentPlan.state == "paused",
        )
    )  # fmt: skip
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
