"""Reading what was put on paper for orders: fapiao that buyers asked for."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db
from coursehub.sales.models import FapiaoRequest, FapiaoReversal, Order, Payment, PaymentDispute, Refund

_LOST = (
    sa.select(sa.func.coalesce(sa.func.sum(PaymentDispute.shared_minor), 0))
    .where(PaymentDispute.order_id == Order.id, PaymentDispute.state == "lost", PaymentDispute.reinstated_at.is_(None))
    .correlate(Order)
    .scalar_subquery()
)
_REFUNDED = (
    sa.select(sa.func.coalesce(sa.func.sum(Refund.amount_minor), 0))
    .join(Payment, Payment.id == Refund.payment_id)
    .where(Refund.order_id == Order.id, Refund.booked_at.is_not(None), Payment.outcome == "sold")
    .correlate(Order)
    .scalar_subquery()
)
_PAID = (
    sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_minor), 0))
    .where(Payment.order_id == Order.id, Payment.outcome == "sold")
    .correlate(Order)
    .scalar_subquery()
)
_BACK = _REFUNDED + _LOST
_REVERSED = (
    sa.select(sa.func.coalesce(sa.func.sum(FapiaoReversal.amount_minor), 0))
    .where(FapiaoReversal.request_id == FapiaoRequest.id)
    .correlate(FapiaoRequest)
    .scalar_subquery()
)
_TO_REVERSE = _BACK - (_PAID - FapiaoRequest.issued_minor) - _REVERSED


def refunded_minor(order: Order) -> int:
    """What of an order's price has gone back, as the books have it: refunded, or kept by the buyer's bank."""
    return int(db.session.execute(sa.select(_BACK).select_from(Order).where(Order.id == order.id)).scalar_one())


def fapiao_of(order_id: int) -> Sequence[FapiaoRequest]:
    """Every request for the fapiao of an order, the latest first."""
    found = sa.select(FapiaoRequest).where(FapiaoRequest.order_id == order_id).order_by(FapiaoRequest.id.desc())
    return db.session.execute(found).scalars().all()


def reversals_of_fapiao(request_id: int) -> Sequence[FapiaoReversal]:
    """The red-letter fapiao that were made out against one, the first first."""
    found = sa.select(FapiaoReversal).where(FapiaoReversal.request_id == request_id).order_by(FapiaoReversal.id)
    return db.session.execute(found).scalars().all()


def fapiao_to_reverse_minor(request: FapiaoRequest) -> int:
    """What went back after a fapiao was made out and has no red-letter fapiao yet."""
    if request.state != "issued":
        return 0
    found = sa.select(_TO_REVERSE).select_from(FapiaoRequest).join(Order, Order.id == FapiaoRequest.order_id)
    return int(db.session.execute(found.where(FapiaoRequest.id == request.id)).scalar_one())


def fapiao_waiting() -> "sa.Select[FapiaoRequest, Order]":
    """Requests that nobody has answered, the oldest first, each with its order."""
    found = sa.select(FapiaoRequest, Order).join(Order, Order.id == FapiaoRequest.order_id)
    return found.where(FapiaoRequest.state == "asked").order_by(FapiaoRequest.asked_at, FapiaoRequest.id)


def fapiao_to_reverse() -> "sa.Select[FapiaoRequest, Order, int]":
    """Fapiao whose order was refunded since, the oldest first, with what a red-letter fapiao must take back."""
    found = sa.select(FapiaoRequest, Order, _TO_REVERSE).join(Order, Order.id == FapiaoRequest.order_id)
    return found.where(FapiaoRequest.state == "issued", _TO_REVERSE > 0).order_by(FapiaoRequest.asked_at, FapiaoRequest.id)


def fapiao_to_do() -> "sa.Select[int, datetime]":
    """How many requests finance has something to do for, and since when the oldest waits: unanswered, or to be reversed."""
    found = sa.select(sa.func.count(), sa.func.min(FapiaoRequest.asked_at)).select_from(FapiaoRequest)
    reverse = sa.and_(FapiaoRequest.state == "issued", _TO_REVERSE > 0)
    return found.join(Order, Order.id == FapiaoRequest.order_id).where(sa.or_(FapiaoRequest.state == "asked", reverse))


def fapiao_answered() -> "sa.Select[FapiaoRequest]":
    """Requests with an answer, the latest first."""
    found = sa.select(FapiaoRequest).where(FapiaoRequest.state != "asked")
    return found.order_by(FapiaoRequest.answered_at.desc(), FapiaoRequest.id.desc())


def all_fapiao() -> "sa.Select[FapiaoRequest]":
    """Every request, for finance staff."""
    return sa.select(FapiaoRequest)
