"""Completing an order: one idempotent operation for return page, webhook and sweep."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coursehub import events, jobs, rails
from coursehub.billing import queries as billing
from coursehub.contracts.operations.bundling import part_key, share_bundle
from coursehub.contracts.operations.sharing import EventDraft, share
from coursehub.db import db, lock, look, rewritten, transaction, written
from coursehub.errors import require
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import AlreadyEnrolled
from coursehub.ledger.accounts import money_of
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.money import share_out
from coursehub.people.actor import Actor
from coursehub.people.models import Organisation
from coursehub.prepared import Prepared
from coursehub.sales import policies, queries
from coursehub.sales.models import PAYING, Gift, Instalment, Order, OrderPart, Payment, Refund
from coursehub.sales.operations.checkout import close_gift, close_unpaid
from coursehub.sales.operations.coupons import give_coupon_back
from coursehub.sales.operations.holding import hold, take_over
from coursehub.sales.operations.instalments import asked_minor, begin_plan
from coursehub.sales.operations.turns import PATIENCE, in_turn
from coursehub.sales.queries.holding import KEPT, LATEST, LENT

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
    if amount_minor != asked_minor(order):
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


def settle_invoiced(order: Order, *, at: datetime) -> Order:
    """An employer's invoice is paid: complete its order; once, and nothing where the order is over or money is missing."""
    document = queries.employer_document_of(order.id)
    if document is None or order.state not in PAYING or billing.open_minor(document) > 0 or billing.credited_minor(document.id):
        return order
    paid = rails.PaymentFacts(
        id=f"invoice:{document.public_id}", charge_id=document.reference, amount_minor=order.gross_minor,
        currency=order.currency, fee_minor=0, method="invoice", paid_at=at,
    )  # fmt: skip
    return complete_order(order, payment=paid, at=at, rail="invoice")


def complete_order(order: Order, *, payment: rails.PaymentFacts, at: datetime, rail: str = "stripe") -> Order:
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
        return _complete(order, payment, rail, at)
    except (AlreadyEnrolled, sa.exc.IntegrityError):  # a twin was faster; now its row can be seen
        return _complete(order, payment, rail, at)


def _complete(order: Order, payment: rails.PaymentFacts, rail: str, at: datetime) -> Order:
    with transaction():
        found = _look(order, payment)
        parts = queries.parts_of(order.id) if order.bundle_id is not None else ()
        own = parts if order.gift_id is None else ()  # what is given away may be what the giver has
        held = found.held_id or (own and queries.courses_held(order.buyer_id, [part.course_id for part in own]))
        if found.state in PAYING and found.payment_id is None and not held:
            _sell(order, parts, payment, rail, found=found, at=at)
            return order
        lock(order)  # whole, as it is now: a twin may have completed it
        if found.payment_id is None:
            cause = "late" if order.state in ("expired", "cancelled", "returned") else "duplicate"
            give_back(order, keep_payment(order, payment, rail, "returned", at), cause, at)
    return order


def _look(order: Order, payment: rails.PaymentFacts) -> Any:
    """Lock the order and see what decides about its sale.

    Its state is as it is under the lock; the rest may be from before we waited for it, so
    what speaks against the sale is looked at again. What we could not see and speaks
    against it (a twin's payment, an enrolment) meets a unique constraint.
    """
    wanted = {"order_id": order.id, "rail_payment_id": payment.id}
    found = look(_LOCK, wanted).one()
    if found.state in PAYING and found.payment_id is None and found.held_id is None:
        return found
    return look(_LOCK, wanted).one()


def _sell(order: Order, parts: Sequence[OrderPart], facts: rails.PaymentFacts, rail: str, *, found: Any, at: datetime) -> None:
    payment = keep_payment(order, facts, rail, "sold", at)
    sold = {"state": "paid", "paid_at": payment.paid_at, "closed_at": at, "enrolment_id": None}
    if order.release_id is not None and order.gift_id is None:  # a gift is enrolled by whoever accepts it
        sold["enrolment_id"] = take_over(found.lent_id, person_id=order.buyer_id, release_id=order.release_id, at=at).id
    for part in parts if order.gift_id is None else ():
        part.enrolment_id = hold(person_id=order.buyer_id, release_id=part.release_id, course_id=part.course_id, at=at).id
    _SOLD({"order_id": order.id, **sold})
    rewritten(order, sold)
    paid: Sequence[Instalment] = ()
    if order.instalments > 1:
        paid = begin_plan(order, payment, payer_id=facts.payer_id, card_id=facts.card_id)[:1]
    events.record("sales.course_purchased", at=at, order_id=order.id)
    # Last: from here everybody who books waits.
    if parts:
        share_bundle(part_drafts(order, parts, payment, found.brought_by, paid), effect_key=payment.effect_key, at=at)
    else:
        share(sale_draft(order, payment, found.brought_by, paid), at=at)


_PAYMENT = sa.select(Payment.id).where(Payment.rail_payment_id == sa.bindparam("rail_payment_id"))
_OWN = sa.select(Enrolment.id).where(
    Enrolment.person_id == Order.buyer_id, Enrolment.course_id == Order.course_id, Order.gift_id.is_(None)
)
_HELD, _LENT = _OWN.where(KEPT), _OWN.where(LENT).order_by(*LATEST).limit(1)
_BROUGHT_BY = sa.select(Organisation.public_id).where(Organisation.id == Order.attributed_organisation_id)
_LOCK = (
    sa.select(
        Order.state,
        _PAYMENT.scalar_subquery().label("payment_id"),
        _HELD.scalar_subquery().label("held_id"),
        _LENT.scalar_subquery().label("lent_id"),
        _BROUGHT_BY.scalar_subquery().label("brought_by"),
    )
    .where(Order.id == sa.bindparam("order_id"))
    .with_for_update(of=Order)
)
_KEEP = Prepared(sa.insert(Payment.__table__).returning(Payment.id))  # type: ignore[arg-type]
_SOLD = Prepared(
    sa.update(Order)
    .where(Order.id == sa.bindparam("order_id"))
    .values({name: sa.bindparam(name) for name in ("state", "paid_at", "closed_at", "enrolment_id")})
)


def keep_payment(order: Order, payment: rails.PaymentFacts, rail: str, outcome: str, at: datetime, *, n: int = 1) -> Payment:
    """Write down money that came by a rail. Joins; order is locked. n: the first part of the price that it pays."""
    row = {
        "order_id": order.id,
        "rail": rail,
        "rail_payment_id": payment.id,
        "rail_charge_id": payment.charge_id,
        "amount_minor": payment.amount_minor,
        "fee_minor": payment.fee_minor,
        "currency": payment.currency,
        "method": payment.method,
        "paid_at": payment.paid_at,
        "recorded_at": at,
        "outcome": outcome,
        "instalment_n": n,
    }
    return written(Payment, {"id": _KEEP(row).scalar_one(), **row})


def sale_draft(order: Order, payment: Payment, brought_by: str | None, paid: Sequence[Instalment] = ()) -> EventDraft:
    """The sale of one course as the contracts room needs to know it; of a price in parts, of those that this payment paid."""
    assert order.course_id is not None
    joined = queries.joined_by_sides(order)
    return EventDraft(
        kind="sale",
        effect_key=payment.effect_key,
        occurred_at=payment.paid_at,
        course_id=order.course_id,
        currency=order.currency,
        terms_hash=order.terms_hash,
        facts={
            "gross_minor": payment.amount_minor,
            "tax_bps": order.tax_bps,
            "fee_minor": payment.fee_minor,
            "channel": order.channel,
            "attributed": brought_by,
            "discount_minor": sum(row.discount_minor for row in paid) if paid else order.discount_minor,
            "discount_borne_by": order.discount_borne_by,
            **({"joined": joined} if joined else {}),
            "order": order.public_id,
            "rail": payment.rail,
            **_told(order, paid),
        },
    )


def _told(order: Order, paid: Sequence[Instalment]) -> dict[str, int]:
    """Which parts of a price a sale was."""
    parts = sorted(row.part_n for row in paid)
    return {"instalment": parts[0], "instalment_to": parts[-1], "instalments": order.instalments} if parts else {}


def part_drafts(
    order: Order, parts: Sequence[OrderPart], payment: Payment, brought_by: str | None, paid: Sequence[Instalment] = ()
) -> list[EventDraft]:
    """The sale of a bundle, course by course; the rail's fee is divided as the price is, by largest remainder.

    paid: of a price in parts those that this payment paid; a course that went back before is not among them.
    """
    price = {part.id: (part.gross_minor, part.list_price_minor - part.gross_minor) for part in parts}
    if order.instalments > 1:
        price = _price_in(order, paid)
    fees = share_out(payment.fee_minor, {str(id): gross for id, (gross, _off) in price.items()})
    return [
        EventDraft(
            kind="sale",
            effect_key=part_key(payment.effect_key, part.course_id),
            occurred_at=payment.paid_at,
            course_id=part.course_id,
            currency=order.currency,
            terms_hash=part.terms_hash,
            facts={
                "gross_minor": price[part.id][0],
                "tax_bps": part.tax_bps,
                "fee_minor": fees[str(part.id)],
                "channel": order.channel,
                "attributed": brought_by,
                "discount_minor": price[part.id][1],
                "discount_borne_by": order.discount_borne_by,
                "order": order.public_id,
                "rail": payment.rail,
                **_told(order, paid),
            },
        )
        for part in parts
        if part.id in price
    ]


def _price_in(order: Order, paid: Sequence[Instalment]) -> dict[int, tuple[int, int]]:
    """What of these parts of a price is for which course, with its discount, by the part of the order."""
    rows, found = {row.id for row in paid}, dict[int, tuple[int, int]]()
    for each in queries.shares_of(order.id):
        if each.instalment_id in rows and each.dropped_at is None:
            gross, off = found.get(each.part_id, (0, 0))
            found[each.part_id] = gross + each.amount_minor, off + each.discount_minor
    return found


def give_back(order: Order, payment: Payment, cause: str, at: datetime) -> None:
    """Money for nothing: it stands in suspense until the refund below has left. Joins; order is locked."""
    if order.state in PAYING:
        order.state, order.closed_at, order.seat_n = "returned", at, None
        give_coupon_back(order, at=at)
        if order.gift_id is not None:
            close_gift(db.session.get_one(Gift, order.gift_id))
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
            Leg(AccountRef(money_of(payment.rail)), payment.amount_minor - payment.fee_minor),
            Leg(AccountRef("expense:rail_fee"), payment.fee_minor),
            Leg(AccountRef("liability:suspense"), -payment.amount_minor),
        ],
    )


def expire_order(order: Order, *, at: datetime) -> Order:
    """The time to pay is over: close the page first, then let the seat go; a payment that was quicker counts.

    A wallet that still decides keeps the seat for another while. Raises RailAway.
    """
    if settle_invoiced(order, at=at).state not in PAYING:
        return order
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


def expire_orders(*, at: datetime, limit: int = 200, patience: int = PATIENCE) -> int:
    """Close the orders whose time to pay has run out; how many were looked at."""
    return in_turn(
        lambda newest: queries.orders_to_expire(at, limit, newest_first=newest),
        lambda order: expire_order(order, at=at), what="order", patience=patience,
    )  # fmt: skip


def close_page(order: Order, *, at: datetime) -> None:
    """Close the page of a cancelled order, so that nobody pays it; what was paid meanwhile goes back."""
    if order.session_id is not None:
        _follow(order, rails.current().expire_session(order.session_id), at=at)
