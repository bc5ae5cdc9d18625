"""Giving back what a buyer paid a second time: the order is over, and their bank gave us its money back after all."""

from collections.abc import Iterator
from datetime import datetime

from coursehub import jobs
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.sales import policies, queries
from coursehub.sales.models import Order, Payment, Refund
from coursehub.sales.operations.refunds import PaymentDisputed
from coursehub.sales.queries import disputes


class NothingPaidTwice(Refusal):
    """Nothing of this order is with us that should go back. Somebody may have given it back already."""


def return_second_payment(order: Order, *, by: Actor, at: datetime) -> Refund:
    """All that is with us of an order that is over goes back to whoever paid it, whatever its refund window says.

    Its enrolments ended with the dispute; what the buyer bought since stays untouched. A bundle goes back course by course
    and a price in parts payment by payment, each over its own legs; the first refund is given.
    Raises PaymentDisputed, NothingPaidTwice.
    """
    require(policies.may_return_second_payment(by, order))
    with transaction():
        lock(order)
        if disputes.dispute_that_holds(order.id) is not None:
            raise PaymentDisputed
        if order.state != "refunded" or queries.kept_minor(order) <= 0:
            raise NothingPaidTwice
        refunds = [
            Refund(
                order_id=order.id, payment_id=payment.id, part_id=part_id, amount_minor=minor, cause="duplicate", state="wanted",
                wanted_at=at, wanted_by_id=by.person_id,
            )
            for payment, part_id, minor in _kept(order)
        ]  # fmt: skip
        db.session.add_all(refunds)
        db.session.flush()
        for refund in refunds:
            jobs.enqueue("sales.send_refund", at=at, refund_id=refund.id)
        note(
            "second_payment_returned", at=at, by_id=by.person_id, person_id=order.buyer_id, organisation_id=by.organisation_id,
            order=order.public_id, amount_minor=sum(refund.amount_minor for refund in refunds),
        )  # fmt: skip
    return refunds[0]


def _kept(order: Order) -> Iterator[tuple[Payment, int | None, int]]:
    """(payment, part of a bundle, minor units) of all that is with us."""
    yield from (sale for sale in queries.left_of_sales(order) if sale[2] > 0)
