"""Completing an order: one idempotent operation for return page, webhook and sweep."""

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events, jobs, rails
from coursehub.contracts.operations.sharing import EventDraft, share
from coursehub.db import db, lock, transaction
from coursehub.errors import require
from coursehub.learning.operations import AlreadyEnrolled, enrol
from coursehub.learning.queries.enrolments import open_enrolment_id
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.sales import policies, queries
from coursehub.sales.models import PAYING, Order, Payment, Refund
from coursehub.sales.operations.checkout import close_unpaid
from coursehub.sales.operations.coupons import give_coupon_back

log = logging.getLogger(__name__)

WAIT_FOR_WALLET = timedelta(minutes=30)


def settle_order(order: Order, *, at: datetime, session_id: str | None = None) -> Order:
    """Read the order's pay page at the rail and do what follows from it; safe to call at any time.

    session_id: the page that the rail's event is about; it may be one whose address never reached us.
    Raises RailAway when the rail does not answer.
    """
    page = session_id or order.session_id
    if page is None:
        return order
    return _follow(order, rails.current().read_session(page), at=at)


def _follow(order: Order, facts: rails.SessionFacts, *, at: datetime) -> Order:
    trouble = mismatch(order, amount_minor=facts.amount_minor, currency=facts.currency, live=facts.live)
    if facts.reference != order.public_id:
        trouble = "reference"
    if trouble:
        raise_trouble(order, trouble)
    elif facts.payment is not None:
        complete_order(order, payment=facts.payment, at=at)
    elif facts.state in ("expired", "failed"):
        with transaction():
            lock(order)
            if order.state in PAYING and order.session_id in (None, facts.id):  # not a page that was lost before this one
                close_unpaid(order, state="expired", at=at)
    return order


def mismatch(order: Order, *, amount_minor: int, currency: str, live: bool) -> str:
    """How what the rail says differs from what we asked for; empty when it agrees."""
    if amount_minor != order.gross_minor:
        return "amount"
    if currency != order.currency:
        return "currency"
    return "mode" if live != order.is_live else ""


def raise_trouble(order: Order, trouble: str) -> None:
    """Mark an order for staff to look at; it is neither completed nor closed."""
    log.error("order %s needs a hand: %s", order.public_id, trouble)
    with transaction():
        lock(order)
        order.trouble = trouble


def clear_trouble(order: Order, *, by: Actor, at: datetime) -> None:
    """Staff have looked: the mark goes, and an order that nobody can complete any more is closed."""
    require(policies.may_clear_trouble(by, order))
    with transaction():
        lock(order)
        if order.trouble and order.state in PAYING:
            close_unpaid(order, state="cancelled", at=at)
        order.trouble = ""
        events.record("sales.trouble_cleared", at=at, order_id=order.id, by_id=by.person_id)


def complete_order(order: Order, *, payment: rails.PaymentFacts, at: datetime) -> Order:
    """Give the buyer what they paid for, once per payment: enrolment, shared-out money, receipt.

    What cannot be sold any more (the order expired, or the course is held already) is
    booked as a stray payment and goes back by itself. A payment whose amount or
    currency is not ours is refused and marked for staff.
    """
    trouble = mismatch(order, amount_minor=payment.amount_minor, currency=payment.currency, live=order.is_live)
    if trouble:
        raise_trouble(order, trouble)
        return order
    try:
        return _complete(order, payment, at)
    except (AlreadyEnrolled, sa.exc.IntegrityError):  # a twin was faster; now its row can be seen
        return _complete(order, payment, at)


def _complete(order: Order, payment: rails.PaymentFacts, at: datetime) -> Order:
    with transaction():
        lock(order)
        known = sa.select(Payment.id).where(Payment.rail_payment_id == payment.id)
        if db.session.execute(known).first() is not None:
            return order
        cause = _why_not(order)
        row = Payment(
            order_id=order.id,
            rail="stripe",
            rail_payment_id=payment.id,
            rail_charge_id=payment.charge_id,
            amount_minor=payment.amount_minor,
            fee_minor=payment.fee_minor,
            currency=payment.currency,
            method=payment.method,
            paid_at=payment.paid_at,
            recorded_at=at,
            outcome="returned" if cause else "sold",
        )
        db.session.add(row)
        db.session.flush()
        if cause:
            _give_back(order, row, cause, at)
        else:
            _sell(order, row, at)
    return order


def _why_not(order: Order) -> str:
    if order.state in ("expired", "cancelled", "returned"):
        return "late"
    if order.state not in PAYING:
        return "duplicate"
    held = open_enrolment_id(person_id=order.buyer_id, course_id=order.course_id)
    return "duplicate" if held is not None else ""


def _sell(order: Order, payment: Payment, at: datetime) -> None:
    enrolment = enrol(person_id=order.buyer_id, release_id=order.release_id, at=at, source="order")
    order.enrolment_id = enrolment.id
    order.state, order.paid_at, order.closed_at = "paid", payment.paid_at, at
    db.session.flush()
    events.record("sales.course_purchased", at=at, order_id=order.id)
    share(sale_draft(order, payment), at=at)  # last: from here everybody who books waits


def sale_draft(order: Order, payment: Payment) -> EventDraft:
    """The sale as the contracts room needs to know it."""
    brought_by = db.session.get(Organisation, order.attributed_organisation_id) if order.attributed_organisation_id else None
    return EventDraft(
        kind="sale",
        effect_key=payment.effect_key,
        occurred_at=payment.paid_at,
        course_id=order.course_id,
        currency=order.currency,
        terms_hash=order.terms_hash,
        facts={
            "gross_minor": order.gross_minor,
            "tax_bps": order.tax_bps,
            "fee_minor": payment.fee_minor,
            "channel": order.channel,
            "attributed": brought_by.public_id if brought_by else None,
            "discount_minor": order.discount_minor,
            "discount_borne_by": order.discount_borne_by,
            "order": order.public_id,
            "rail": payment.rail,
        },
    )


def _give_back(order: Order, payment: Payment, cause: str, at: datetime) -> None:
    """Money for nothing: it stands in suspense until the refund below has left."""
    if order.state in PAYING:
        order.state, order.closed_at, order.seat_n = "returned", at, None
        give_coupon_back(order, at=at)
    refund = Refund(
        order_id=order.id, payment_id=payment.id, amount_minor=payment.amount_minor, cause=cause, state="wanted", wanted_at=at
    )
    db.session.add(refund)
    db.session.flush()
    jobs.enqueue("sales.send_refund", at=at, refund_id=refund.id)
    events.record("sales.payment_returned", at=at, order_id=order.id, refund_id=refund.id)
    post(
        kind="stray",
        effect_key=payment.effect_key,
        occurred_at=payment.paid_at,
        at=at,
        currency=payment.currency,
        postings=[
            Leg(AccountRef(f"asset:rail:{payment.rail}"), payment.amount_minor - payment.fee_minor),
            Leg(AccountRef("expense:rail_fee"), payment.fee_minor),
            Leg(AccountRef("liability:suspense"), -payment.amount_minor),
        ],
    )


def expire_order(order: Order, *, at: datetime) -> Order:
    """The time to pay is over: close the page first, then let the seat go; a payment that was quicker counts.

    A wallet that still decides keeps the seat for another while. Raises RailAway.
    """
    if order.session_id is not None:
        try:
            facts = rails.current().expire_session(order.session_id)
        except rails.RailRefused:
            facts = None
        if facts is not None and facts.state == "waiting":
            with transaction():
                lock(order)
                order.expires_at = at + WAIT_FOR_WALLET
            return order
        if facts is not None:
            _follow(order, facts, at=at)
    with transaction():
        lock(order)
        if order.state in PAYING and not order.trouble:
            close_unpaid(order, state="expired", at=at)
    return order


def expire_orders(*, at: datetime, limit: int = 200) -> int:
    """Close the orders whose time to pay has run out; how many were looked at. One that fails does not stop the others."""
    due = queries.orders_to_expire(at, limit)
    for order in due:
        try:
            expire_order(order, at=at)
        except rails.RailAway:
            log.warning("order %s stays open: the rail is away", order.public_id)
    return len(due)


def close_page(order: Order, *, at: datetime) -> None:
    """Close the page of a cancelled order, so that nobody pays it; what was paid meanwhile goes back."""
    if order.session_id is not None:
        _follow(order, rails.current().expire_session(order.session_id), at=at)
