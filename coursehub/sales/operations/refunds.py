"""Refunds: asked for, decided, sent to the rail, booked on the very legs of the sale."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from coursehub import events, jobs, rails
from coursehub.contracts.operations.bundling import part_key
from coursehub.contracts.operations.sharing import EventDraft, share
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger.accounts import money_of
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.money import share_out
from coursehub.people.actor import Actor
from coursehub.sales import policies, queries
from coursehub.sales.models import Gift, Order, OrderPart, Payment, Refund, RefundRequest
from coursehub.sales.operations.checkout import close_gift
from coursehub.sales.operations.holding import let_go
from coursehub.sales.operations.instalments import drop_course, end_plan
from coursehub.sales.operations.order_invoices import credit_to_employer
from coursehub.sales.operations.papers import credit_refund
from coursehub.sales.operations.refunds_by_bank import not_said
from coursehub.sales.queries import disputes

ANSWER_WITHIN = timedelta(days=5)


class NothingLeftToRefund(Refusal):
    """Nothing of this order is left to refund."""


class AlreadyAsked(Refusal):
    """You have asked for this refund already; the answer is on its way."""


class RequestAnswered(Refusal):
    """This request has been answered already."""


class PaymentDisputed(Refusal):
    """The buyer's bank has this payment in dispute. What the bank decides comes first."""


class RefundTooLarge(Refusal):
    """That is more than is left of this order."""


def in_window(order: Order, *, at: datetime) -> bool:
    """Whether a refund is given without a question: so many days from the payment, and no more once a gift was accepted."""
    gift = queries.gift_of(order)
    if gift is not None and gift.claimed_at is not None:
        return False  # what is taken back now is another person's
    return order.paid_at is not None and at < order.paid_at + timedelta(days=order.refund_days)


def ask_refund(order: Order, *, reason: str, by: Actor, at: datetime, part: OrderPart | None = None) -> Refund | RefundRequest:
    """Within the window the money is on its way at once; after it, staff answer within five days.

    part: the one course of a bundle that shall go back. A whole bundle goes back course by
    course, each in a refund of its own; the first of them is given back.
    Raises PaymentDisputed, NothingLeftToRefund, AlreadyAsked.
    """
    require(policies.may_ask_refund(by, order))
    with transaction():
        lock(order)
        if disputes.dispute_that_holds(order.id) is not None:
            raise PaymentDisputed
        left = left_of(order, part.id if part else None)
        if left <= 0:
            raise NothingLeftToRefund
        if queries.open_request(order.id) is not None:
            raise AlreadyAsked
        if in_window(order, at=at):
            return _want(order, left, part_id=part.id if part else None, cause="window", by=by, at=at)
        request = RefundRequest(
            order_id=order.id, part_id=part.id if part else None, reason=reason.strip(), asked_at=at, answer_by=at + ANSWER_WITHIN
        )
        db.session.add(request)
        db.session.flush()
        events.record("sales.refund_asked", at=at, request_id=request.id, order_id=order.id)
    return request


def approve_refund(request: RefundRequest, *, amount_minor: int, answer: str, by: Actor, at: datetime) -> Refund:
    """Give back all or a part; of a bundle each course gives by what is left of its part.

    Raises RequestAnswered, PaymentDisputed, NothingLeftToRefund, RefundTooLarge.
    """
    order = db.session.get_one(Order, request.order_id)
    require(policies.may_answer_request(by, request, order))
    with transaction():
        lock(order)
        lock(request)
        if request.answered_at is not None:
            raise RequestAnswered
        if disputes.dispute_that_holds(order.id) is not None:
            raise PaymentDisputed
        left = left_of(order, request.part_id)
        if left <= 0:
            raise NothingLeftToRefund
        if not 0 < amount_minor <= left:
            raise RefundTooLarge
        _answer(request, "approved", answer, by, at)
        request.amount_minor = amount_minor
        return _want(order, amount_minor, part_id=request.part_id, cause="decided", by=by, at=at, request=request)


def return_held(order: Order, parts: Sequence[OrderPart], *, at: datetime) -> None:
    """Whoever accepts a bundle has these courses of it: their parts of the price go back to the giver. Joins; order is locked.

    Raises PaymentDisputed.
    """
    if disputes.dispute_that_holds(order.id) is not None:
        raise PaymentDisputed
    left = queries.left_of_parts(order)
    for part in (each for each in parts if left[each.id]):
        _want(order, left[part.id], part_id=part.id, cause="held", by=None, at=at)


def decline_refund(request: RefundRequest, *, answer: str, by: Actor, at: datetime) -> None:
    """Say no, with the reason that the buyer reads. Raises RequestAnswered."""
    order = db.session.get_one(Order, request.order_id)
    require(policies.may_answer_request(by, request, order))
    with transaction():
        lock(order)
        lock(request)
        if request.answered_at is not None:
            raise RequestAnswered
        _answer(request, "declined", answer, by, at)
        events.record("sales.refund_declined", at=at, request_id=request.id, order_id=order.id)


def _answer(request: RefundRequest, decision: str, answer: str, by: Actor, at: datetime) -> None:
    request.decision, request.answer = decision, answer.strip()
    request.answered_at, request.answered_by_id = at, by.person_id


def left_of(order: Order, part_id: int | None) -> int:
    """What can still go back of an order, or of one course of it."""
    return queries.refundable_minor(order) if part_id is None else queries.left_of_parts(order).get(part_id, 0)


def _divided(order: Order, amount_minor: int, part_id: int | None) -> list[tuple[Payment, int | None, int]]:
    """Which payments an amount goes back of, and for which course of a bundle (by what is left of each).

    Of a price in parts the last payments go back first, for each course. Raises NothingLeftToRefund.
    """
    wanted: dict[int | None, int] = {part_id: amount_minor}
    if order.bundle_id is not None and part_id is None:
        left = {str(id): minor for id, minor in queries.left_of_parts(order).items()}
        wanted = {int(id): minor for id, minor in share_out(amount_minor, left).items()}
    found: list[tuple[Payment, int | None, int]] = []
    for payment, of_part, minor in queries.left_of_sales(order):
        if taken := min(minor, wanted.get(of_part, 0)):
            found.append((payment, of_part, taken))
            wanted[of_part] -= taken
    if not found or any(wanted.values()):
        raise NothingLeftToRefund
    return found


def _ask_no_more(order: Order, refunds: Sequence[Refund], at: datetime) -> None:
    """What goes back whole is not asked for any more: a course of a bundle, or all."""
    if queries.refundable_minor(order) == 0:
        end_plan(order, at=at)
        return
    left, gone = queries.left_of_parts(order), {refund.part_id for refund in refunds}
    for part in queries.parts_of(order.id):
        if part.id in gone and left[part.id] == 0:
            drop_course(order, part, at=at)


def _want(
    order: Order,
    amount_minor: int,
    *,
    part_id: int | None,
    cause: str,
    by: Actor | None,
    at: datetime,
    request: RefundRequest | None = None,
) -> Refund:
    """Refunds at the rail, the first of them: one for each course of a bundle and each payment of parts, over its own legs."""
    refunds = [
        Refund(
            order_id=order.id,
            payment_id=payment.id,
            part_id=of_part,
            request_id=request.id if request else None,
            amount_minor=minor,
            cause=cause,
            state="wanted",
            wanted_at=at,
            wanted_by_id=by.person_id if by is not None else None,
        )
        for payment, of_part, minor in _divided(order, amount_minor, part_id)
    ]
    db.session.add_all(refunds)
    db.session.flush()
    for refund in refunds:
        jobs.enqueue("sales.send_refund", at=at, refund_id=refund.id)
    if order.instalments > 1:
        _ask_no_more(order, refunds, at)
    return refunds[0]


def send_refund(refund: Refund, *, at: datetime) -> Refund:
    """Ask the rail for a wanted refund and record its answer; safe to repeat after any interruption.

    Raises RailAway when the rail does not answer: the job comes again.
    """
    with transaction():
        lock(refund)
        if refund.state != "wanted":
            return refund
        refund.tries += 1
        payment = db.session.get_one(Payment, refund.payment_id)
        wish = rails.RefundWish(
            key=f"refund:{refund.reference}",
            reference=refund.reference,
            payment_id=payment.rail_payment_id,
            amount_minor=refund.amount_minor,
            again=refund.tries > 1,
        )
    if payment.rail == "invoice":
        return record_refund(refund, _on_account(refund, payment, at), at=at)
    try:
        facts = rails.current().refund(wish)
    except rails.RailRefused as problem:
        with transaction():
            lock(refund)
            if refund.state == "wanted":  # not: a twin was told that it is done
                refund.state, refund.problem = "failed", (problem.code or str(problem))[:200]
                events.record("sales.refund_failed", at=at, refund_id=refund.id, order_id=refund.order_id)
        return refund
    return record_refund(refund, facts, at=at)


def _on_account(refund: Refund, payment: Payment, at: datetime) -> rails.RefundFacts:
    """What an employer paid by invoice goes to its account with us, at once and without a rail; `_book` writes the paper."""
    return rails.RefundFacts(
        id=f"credit:{refund.reference}", state="succeeded", payment_id=payment.rail_payment_id, reference=refund.reference,
        amount_minor=refund.amount_minor, currency=payment.currency, made_at=at,
    )  # fmt: skip


def record_refund(refund: Refund, facts: rails.RefundFacts, *, at: datetime) -> Refund:
    """Write down what the rail says of a refund: booked when the rail takes it, undone when the rail fails later."""
    order = db.session.get_one(Order, refund.order_id)
    with transaction():
        lock(order)
        lock(refund)
        if facts.reference != refund.reference or facts.amount_minor != refund.amount_minor:
            return refund  # an earlier attempt of this refund, or not ours
        if refund.state == "wanted":
            refund.rail_refund_id, refund.state = facts.id, "pending"
            refund.problem = ""
            _book(order, refund, facts.made_at, at)
        if refund.state == "pending" and facts.state == "succeeded":
            refund.state, refund.done_at = "done", at
        elif refund.state in ("pending", "done") and facts.state in ("failed", "cancelled"):
            _undo(refund, at)
    return refund


def _book(order: Order, refund: Refund, occurred_at: datetime, at: datetime) -> None:
    """What must be true together: the legs reversed, and a full refund lets go of the enrolment."""
    payment = db.session.get_one(Payment, refund.payment_id)
    first = refund.booked_at is None
    refund.booked_at = at
    db.session.flush()
    if not first or payment.outcome == "returned":
        kind = "stray_return" if first else "refund_retry"
        _post_suspense(refund, payment, kind=kind, out=True, occurred_at=occurred_at, at=at)
        if payment.rail == "invoice":
            credit_to_employer(order, refund, payment, at=at)
        return
    part = db.session.get_one(OrderPart, refund.part_id) if refund.part_id is not None else None
    if part is not None and queries.left_of_parts(order).get(part.id) == 0 and not _one_waits(order, part.id):
        was_open = part.enrolment_id is not None
        _let_part_go(part, at)
        if order.gift_id is not None and was_open and left_of(order, None):
            events.record("sales.gift_taken_back", at=at, gift_id=order.gift_id, part_id=part.id)
    if order.state == "paid" and queries.refundable_minor(order) == 0 and not _one_waits(order):
        end_order(order, at)
    events.record("sales.refunded", at=at, refund_id=refund.id, order_id=order.id)
    course_id = part.course_id if part else order.course_id
    assert course_id is not None
    sale_key = part_key(payment.effect_key, course_id) if part else payment.effect_key
    facts = {"sale_effect_key": sale_key, "amount_minor": refund.amount_minor, "refund": refund.public_id}
    draft = EventDraft(
        kind="refund",
        effect_key=f"refund:{refund.public_id}",
        occurred_at=occurred_at,
        course_id=course_id,
        currency=order.currency,
        facts=facts,
    )
    share(draft, at=at)
    if payment.rail == "invoice":
        credit_to_employer(order, refund, payment, at=at)
    else:
        credit_refund(order, refund, at=at)


def _one_waits(order: Order, part_id: int | None = None) -> bool:
    """Whether a refund of the order (or of one course of it) has not reached the rail yet; the last one ends the enrolment."""
    waiting = [other for other in queries.refunds_of(order.id) if other.booked_at is None and other.state == "wanted"]
    return any(part_id in (None, other.part_id) for other in waiting)


def end_order(order: Order, at: datetime) -> None:
    """Everything went back: the seat is free, a pass has the course back or the enrolment ends; evidence and credentials stay."""
    order.state, order.seat_n = "refunded", None
    if order.gift_id is not None:
        gift = db.session.get_one(Gift, order.gift_id)
        close_gift(gift)
        if gift.claimed_at is not None:
            events.record("sales.gift_taken_back", at=at, gift_id=order.gift_id)
    end_plan(order, at=at)
    db.session.flush()
    let_go(order.enrolment_id, reason="refunded", at=at)
    for part in queries.parts_of(order.id):
        _let_part_go(part, at)


def end_given_up(order: Order, at: datetime) -> None:
    """A bank took all that was left of a course that its buyer had wanted to give back: it ends. Joins; order is locked."""
    left, gone = queries.left_of_parts(order), queries.given_up(order.id)
    for part in queries.parts_of(order.id):
        if part.id in gone and left.get(part.id) == 0 and not _one_waits(order, part.id):
            _let_part_go(part, at)


def _let_part_go(part: OrderPart, at: datetime) -> None:
    """Another sale may take the same enrolment from the pass later, so the part forgets it."""
    enrolment_id, part.enrolment_id = part.enrolment_id, None
    db.session.flush()
    let_go(enrolment_id, reason="refunded", at=at)


def _undo(refund: Refund, at: datetime) -> None:
    """The rail failed after all: the money is ours to give again, and stands in suspense until it left."""
    payment = db.session.get_one(Payment, refund.payment_id)
    refund.state, refund.done_at, refund.problem = "failed", None, "failed at the bank"
    _post_suspense(refund, payment, kind="refund_failed", out=False, occurred_at=at, at=at)
    events.record("sales.refund_failed", at=at, refund_id=refund.id, order_id=refund.order_id)


def _post_suspense(refund: Refund, payment: Payment, *, kind: str, out: bool, occurred_at: datetime, at: datetime) -> None:
    sign = -1 if out else 1
    post(
        kind=kind,
        effect_key=f"{kind}:{refund.reference}",
        occurred_at=occurred_at,
        at=at,
        currency=payment.currency,
        postings=[
            Leg(AccountRef(money_of(payment.rail)), sign * refund.amount_minor),
            Leg(AccountRef("liability:suspense"), -sign * refund.amount_minor),
        ],
    )


def retry_refund(refund: Refund, *, by: Actor, at: datetime) -> None:
    """Try a failed refund once more, as a new refund at the rail. Raises PaidByBankAlready."""
    require(policies.may_retry_refund(by, refund))
    with transaction():
        lock(refund)
        if refund.state != "failed":
            return
        not_said(refund)
        refund.state, refund.tries, refund.rail_refund_id = "wanted", 0, None
        refund.attempt += 1
        jobs.enqueue("sales.send_refund", at=at, refund_id=refund.id)
