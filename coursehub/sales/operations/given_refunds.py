"""Money that staff give back without having been asked on the order's page: on the telephone, by mail, or for a fault of ours."""

from datetime import datetime

from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.sales import policies, queries
from coursehub.sales.models import Order, OrderPart, Refund, RefundRequest
from coursehub.sales.operations.refunds import approve_refund


class RequestWaits(Refusal):
    """The buyer has asked for money back already. Answer that request."""


def give_refund(
    order: Order, *, amount_minor: int, why: str, answer: str, by: Actor, at: datetime, part: OrderPart | None = None
) -> Refund:
    """Give back all or a part of what is left, at once; it stands among the requests with both reasons.

    why:    what the house reads. answer: what the buyer reads, in a letter.
    part:   the one course of a bundle that it is about.
    Raises RequestWaits, PaymentDisputed, NothingLeftToRefund, RefundTooLarge.
    """
    require(policies.may_give_refund(by, order))
    with transaction():
        lock(order)
        if queries.open_request(order.id) is not None:
            raise RequestWaits
        request = RefundRequest(
            order_id=order.id, part_id=part.id if part else None, reason=why.strip(), asked_at=at, answer_by=at
        )
        db.session.add(request)
        db.session.flush()
        return approve_refund(request, amount_minor=amount_minor, answer=answer, by=by, at=at)
