"""Disputes: booked when funds move, not when they close; whatever order the rail's events come in."""

import logging
from datetime import datetime

import sqlalchemy as sa

from coursehub import events, rails
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.operations.bundling import part_key
from coursehub.contracts.operations.sharing import EventDraft, reinstate, share
from coursehub.db import db, lock, transaction
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.money import share_out
from coursehub.sales import queries
from coursehub.sales.models import DISPUTE_OVER, Order, Payment, PaymentDispute, back_of
from coursehub.sales.operations.charging import settle_parts
from coursehub.sales.operations.completion import settle_order
from coursehub.sales.operations.instalments import owe_again, owe_no_more
from coursehub.sales.operations.papers import credit_dispute
from coursehub.sales.operations.refunds import end_order, send_refund
from coursehub.sales.queries import disputes

log = logging.getLogger(__name__)


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
        return None
    for refund in queries.refunds_of(payment.order_id):
        if refund.state == "wanted" and refund.tries:
            send_refund(refund, at=at)
    return record_dispute(payment, facts, at=at)


def record_dispute(payment: Payment, facts: rails.DisputeFacts, *, at: datetime) -> PaymentDispute:
    """Write down what the rail says of a dispute; each movement of money is booked once, when it is first seen."""
    order = db.session.get_one(Order, payment.order_id)
    with transaction():
        lock(order)
        dispute = _known(order, payment, facts, at)
        if dispute.closed_at is None:
            dispute.answer_by, dispute.amount_minor = facts.answer_by, facts.amount_minor
        leaves = facts.withdrawn_at is not None and dispute.withdrawn_at is None
        returns = facts.reinstated_at is not None and dispute.reinstated_at is None
        if leaves:
            dispute.withdrawn_at, dispute.fee_minor = facts.withdrawn_at, facts.fee_minor
            dispute.shared_minor = min(facts.amount_minor, sum(_left_of(order, payment).values()))
        if returns:
            dispute.reinstated_at = facts.reinstated_at
        closes = _move(dispute, facts.state, at)
        db.session.flush()
        if closes and order.trouble == "dispute":
            order.trouble = ""
        if leaves:
            events.record("sales.dispute_withdrawn", at=at, dispute_id=dispute.id, order_id=order.id)
        if closes:
            events.record("sales.dispute_closed", at=at, dispute_id=dispute.id, order_id=order.id)
        if dispute.state == "lost" and closes and order.state == "paid" and queries.refundable_minor(order) == 0:
            end_order(order, at)
        elif dispute.state == "lost" and closes and order.instalments > 1:
            owe_again(order, payment, dispute.shared_minor, at=at)
        if returns and order.instalments > 1:
            owe_no_more(order, payment, at=at)
        if leaves:
            _book_leaving(order, dispute, payment, at)
        if returns:
            _book_return(dispute, payment, facts.fee_back_minor, at)
        credit_dispute(order, dispute, at=at)
    return dispute


def _known(order: Order, payment: Payment, facts: rails.DisputeFacts, at: datetime) -> PaymentDispute:
    found = sa.select(PaymentDispute).where(PaymentDispute.rail_dispute_id == facts.id)
    dispute = db.session.execute(found).scalar_one_or_none()
    if dispute is None:
        dispute = PaymentDispute(
            order_id=payment.order_id, payment_id=payment.id, rail_dispute_id=facts.id, amount_minor=facts.amount_minor,
            currency=facts.currency, reason=facts.reason[:60], state="inquiry", opened_at=facts.opened_at, noted_at=at,
        )  # fmt: skip
        db.session.add(dispute)
        db.session.flush()
        order.trouble = order.trouble or "dispute"
        log.info("payment %s is disputed", payment.rail_payment_id)
        events.record("sales.dispute_opened", at=at, dispute_id=dispute.id, order_id=payment.order_id)
    return dispute


def _move(dispute: PaymentDispute, state: str, at: datetime) -> bool:
    """Where the dispute stands now; whether it ended. A lost one can still be won on appeal, nothing else begins again."""
    before = dispute.state
    if before in DISPUTE_OVER and (before, state) != ("lost", "won"):
        return False
    dispute.state = state
    if state not in DISPUTE_OVER:
        return False
    dispute.closed_at = at
    return True


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


def _book_leaving(order: Order, dispute: PaymentDispute, payment: Payment, at: datetime) -> None:
    """The shares of the sale go back on their legs; the house bears the fee; what is beyond the sale stands in suspense.

    On the courses of a bundle the amount falls by what is left of each.
    """
    if dispute.withdrawn_at is None:
        raise ValueError(f"dispute {dispute.public_id} took nothing")
    sales = _sales_of(order, payment)
    left = {str(course_id or 0): minor for course_id, minor in _left_of(order, payment).items()}
    divided = share_out(dispute.shared_minor, left) if dispute.shared_minor else {}
    for course_id, sale in sales.items():
        amount = divided.get(str(course_id or 0), 0)
        if amount:
            facts = {"sale_effect_key": sale.effect_key, "amount_minor": amount, "dispute": dispute.rail_dispute_id}
            key = dispute.effect_of(course_id)
            share(EventDraft("dispute", key, dispute.withdrawn_at, sale.course_id, dispute.currency, facts), at=at)
    _post(dispute, payment, "dispute_beyond", dispute.amount_minor - dispute.shared_minor, at=at)
    _post(dispute, payment, "dispute_fee", dispute.fee_minor, at=at)


def _book_return(dispute: PaymentDispute, payment: Payment, fee_back_minor: int, at: datetime) -> None:
    if dispute.reinstated_at is None:
        raise ValueError(f"nothing of dispute {dispute.public_id} came back")
    for taken in disputes.taken_by(dispute):
        reinstate(taken, effect_key=back_of(taken.effect_key), occurred_at=dispute.reinstated_at, at=at)
    _post(dispute, payment, "dispute_beyond", dispute.shared_minor - dispute.amount_minor, at=at)
    _post(dispute, payment, "dispute_fee", -fee_back_minor, at=at)


_AGAINST = {"dispute_beyond": "liability:suspense", "dispute_fee": "expense:rail_fee"}


def _post(dispute: PaymentDispute, payment: Payment, kind: str, amount_minor: int, *, at: datetime) -> None:
    """Move an amount out of the rail's balance, or back into it if it is negative; nothing if it is nothing."""
    moment = dispute.reinstated_at if amount_minor < 0 else dispute.withdrawn_at
    if amount_minor and moment is not None:
        key = f"{kind}:{dispute.rail_dispute_id}{':back' if amount_minor < 0 else ''}"
        legs = [Leg(AccountRef(f"asset:rail:{payment.rail}"), -amount_minor), Leg(AccountRef(_AGAINST[kind]), amount_minor)]
        post(kind=kind, effect_key=key, occurred_at=moment, at=at, currency=dispute.currency, postings=legs)


def follow_disputes(*, at: datetime) -> int:
    """Read every dispute that is not over: the last net under lost events, since banks take months; how many."""
    waiting = disputes.disputes_open()
    for dispute in waiting:
        try:
            follow_dispute(dispute.rail_dispute_id, at=at)
        except rails.RailAway:
            log.warning("dispute %s is not read: the rail is away", dispute.public_id)
    return len(waiting)
