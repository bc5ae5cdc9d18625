"""Disputes: booked when funds move, not when they close; whatever order the rail's events come in."""

from collections.abc import Mapping
from datetime import datetime

from coursehub import events, rails
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.operations.bundling import part_key
from coursehub.contracts.operations.sharing import EventDraft, reinstate, share
from coursehub.db import db, lock, transaction
from coursehub.money import share_out
from coursehub.sales import queries
from coursehub.sales.models import Order, Payment, PaymentDispute, back_of
from coursehub.sales.operations.charging import settle_parts
from coursehub.sales.operations.completion import settle_order
from coursehub.sales.operations.dispute_steps import book_beside, write_down
from coursehub.sales.operations.instalments import owe_again, owe_no_more
from coursehub.sales.operations.papers import credit_dispute
from coursehub.sales.operations.refunds import end_given_up, end_order, send_refund
from coursehub.sales.operations.turns import PATIENCE, in_turn
from coursehub.sales.passes.operations.disputing import follow_period_dispute
from coursehub.sales.queries import disputes


def follow_dispute(rail_dispute_id: str, *, at: datetime) -> PaymentDispute | None:
    """Read a dispute at the rail and do what follows from it; safe at any time, in any order. None if it is not about us.

    A payment that we do not know yet is settled first; a refund that was sent and not answered is asked after first, so that
    what is left of the sale is known. Raises RailAway when the rail does not answer.
    """
    facts = rails.current().read_dispute(rail_dispute_id)
    payment = disputes.payment_at_rail(facts.payment_id)
    if payment is None and (order := queries.order_by_number(facts.reference.partition("-")[0])) is not None:
        settle_order(order, at=at)
        settle_parts(order, at=at)
        payment = disputes.payment_at_rail(facts.payment_id)
    if payment is None:
        return follow_period_dispute(facts, at=at)
    for refund in queries.refunds_of(payment.order_id):
        if refund.state == "wanted" and refund.tries:
            send_refund(refund, at=at)
    return record_dispute(payment, facts, at=at)


def record_dispute(payment: Payment, facts: rails.DisputeFacts, *, at: datetime) -> PaymentDispute:
    """Write down what the rail says of a dispute over an order; each movement of money is booked once, when it is first seen."""
    order = db.session.get_one(Order, payment.order_id)
    with transaction():
        lock(order)
        heard = write_down(
            facts, left_minor=lambda: sum(_left_of(order, payment).values()), at=at, order_id=order.id, payment_id=payment.id
        )
        dispute = heard.dispute
        falls = _falls(order, payment, dispute) if heard.leaves else {}
        if heard.is_new:
            order.trouble = order.trouble or "dispute"
            events.record("sales.dispute_opened", at=at, dispute_id=dispute.id, order_id=order.id)
        if heard.closes and order.trouble == "dispute":
            order.trouble = ""
        if heard.leaves:
            events.record("sales.dispute_withdrawn", at=at, dispute_id=dispute.id, order_id=order.id)
        if heard.closes:
            events.record("sales.dispute_closed", at=at, dispute_id=dispute.id, order_id=order.id)
        if dispute.state == "lost" and heard.closes and order.state == "paid" and queries.refundable_minor(order) == 0:
            end_order(order, at)
        elif dispute.state == "lost" and heard.closes and order.instalments > 1:
            owe_again(order, payment, falls or _fell(order, dispute), at=at)
        if heard.returns and order.instalments > 1:
            owe_no_more(order, payment, at=at)
        if heard.leaves:
            _book_leaving(order, dispute, payment, falls, at)
        if heard.returns:
            _book_return(dispute, at)
        if dispute.state == "lost" and heard.closes and order.state == "paid":
            end_given_up(order, at)
        book_beside(heard, rail=payment.rail, fee_back_minor=facts.fee_back_minor, at=at)
        credit_dispute(order, dispute, at=at)
    return dispute


def _sales_of(order: Order, payment: Payment) -> dict[int | None, MoneyEvent]:
    """What a payment sold, as the book knows it: by course for a bundle, else the one sale under None."""
    if payment.outcome != "sold":
        return {}
    keys: dict[int | None, str] = {
        part.course_id: part_key(payment.effect_key, part.course_id) for part in queries.parts_of(order.id)
    }
    found = {course_id: contracts.event_for(key) for course_id, key in (keys or {None: payment.effect_key}).items()}
    return {course_id: sale for course_id, sale in found.items() if sale is not None}


def _left_of(order: Order, payment: Payment) -> dict[int | None, int]:
    """What of each sale no refund and no other dispute has taken back."""
    sales = _sales_of(order, payment)
    return {course_id: sale.amount_minor - contracts.refunded_of(sale) for course_id, sale in sales.items()}


def _falls(order: Order, payment: Payment, dispute: PaymentDispute) -> dict[int | None, int]:
    """On which courses of a bundle what a bank takes falls: by what is left of each; on the one course under None."""
    left = {str(course_id or 0): minor for course_id, minor in _left_of(order, payment).items()}
    divided = share_out(dispute.shared_minor, left) if dispute.shared_minor else {}
    return {int(course_id) or None: minor for course_id, minor in divided.items()}


def _fell(order: Order, dispute: PaymentDispute) -> dict[int | None, int]:
    """The same of what left before, as the book has it."""
    return {event.course_id if order.bundle_id else None: -event.amount_minor for event in disputes.taken_by(dispute)}


def _book_leaving(order: Order, dispute: PaymentDispute, payment: Payment, falls: Mapping[int | None, int], at: datetime) -> None:
    """The shares of the sale go back on their legs."""
    if dispute.withdrawn_at is None:
        raise ValueError(f"dispute {dispute.public_id} took nothing")
    for course_id, sale in _sales_of(order, payment).items():
        amount = falls.get(course_id, 0)
        if amount:
            facts = {"sale_effect_key": sale.effect_key, "amount_minor": amount, "dispute": dispute.rail_dispute_id}
            key = dispute.effect_of(course_id)
            share(EventDraft("dispute", key, dispute.withdrawn_at, sale.course_id, dispute.currency, facts), at=at)


def _book_return(dispute: PaymentDispute, at: datetime) -> None:
    if dispute.reinstated_at is None:
        raise ValueError(f"nothing of dispute {dispute.public_id} came back")
    for taken in disputes.taken_by(dispute):
        reinstate(taken, effect_key=back_of(taken.effect_key), occurred_at=dispute.reinstated_at, at=at)


def follow_disputes(*, at: datetime, limit: int = 200, patience: int = PATIENCE) -> int:
    """Read disputes that are not over, each in its turn: the last net under lost events, since banks take months; how many."""
    return in_turn(
        lambda newest: disputes.disputes_to_ask(limit, newest_first=newest),
        lambda dispute: follow_dispute(dispute.rail_dispute_id, at=at), what="dispute", dated=at, patience=patience,
    )  # fmt: skip
