"""What sales knows of a person: orders and letters to the house to take with them; the words to empty."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.sales.models import FapiaoRequest, Order, RefundRequest, SupportMessage

EMPTIED = "—"
"""Stands where an answer was: that there was one stays known."""


def export(person_id: int) -> dict[str, Any]:
    """Orders, requests for refunds, messages to the house with their answers."""
    own = sa.select(Order.id).where(Order.buyer_id == person_id)
    orders = sa.select(Order.public_id, Order.state, Order.gross_minor, Order.currency, Order.placed_at).where(
        Order.buyer_id == person_id
    )
    requests = sa.select(RefundRequest.reason, RefundRequest.asked_at, RefundRequest.decision, RefundRequest.answer)
    fapiao = sa.select(FapiaoRequest.kind, FapiaoRequest.asked_at, FapiaoRequest.number, FapiaoRequest.answer)
    messages = sa.select(SupportMessage.text, SupportMessage.written_at, SupportMessage.answer, SupportMessage.answered_at)
    return {
        "orders": _rows(orders.order_by(Order.id)),
        "refund_requests": _rows(requests.where(RefundRequest.order_id.in_(own)).order_by(RefundRequest.id)),
        "fapiao": _rows(fapiao.where(FapiaoRequest.order_id.in_(own)).order_by(FapiaoRequest.id)),
        "messages": _rows(messages.where(SupportMessage.person_id == person_id).order_by(SupportMessage.id)),
    }


def erase(person_id: int, at: datetime) -> None:  # noqa: ARG001 - every room is asked the same
    """Empty what was written; orders, payments and the books stay, as the law on accounts asks, and name nobody."""
    own = sa.select(Order.id).where(Order.buyer_id == person_id)
    requests = sa.update(RefundRequest).where(RefundRequest.order_id.in_(own))
    db.session.execute(requests.values(reason="", answer=""))
    fapiao = sa.update(FapiaoRequest).where(FapiaoRequest.order_id.in_(own))
    db.session.execute(fapiao.values(answer=""))
    messages = sa.update(SupportMessage).where(SupportMessage.person_id == person_id)
    db.session.execute(messages.values(text="", answer=sa.case((SupportMessage.answer == "", ""), else_=EMPTIED)))
    db.session.expire_all()


def _rows(select: sa.Executable) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in db.session.execute(select)]
