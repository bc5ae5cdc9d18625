"""Subscriptions: begun on a pay page, renewed by the clock, failing and recovering, cancelled and ended."""

from calendar import monthrange
from datetime import UTC, datetime

from coursehub.sandbox import payments, shapes, shapes_out, shapes_recurring
from coursehub.sandbox.errors import ApiError
from coursehub.sandbox.events import announce
from coursehub.sandbox.params import Params
from coursehub.sandbox.shapes import Body, new_id
from coursehub.sandbox.store import Store

RETRY_DAYS = (3, 5, 7)
"""Days from one failed try to the next; after the last the subscription ends."""
_DAY = 86_400
_RUNNING = ("active", "trialing", "past_due")


def begin(store: Store, session: Body, *, public_url: str, at: int, quiet: bool = False) -> Body:
    """The buyer agrees on the pay page: a subscription begins, with a trial or with a first payment."""
    with store.transaction():
        wish, line = session["_subscription"], session["_line_items"][0]
        price = shapes_recurring.price(unit_amount=line["price"]["unit_amount"], currency=session["currency"], created=at)
        customer = shapes_out.customer(id=new_id("cus", 14), created=at, email=session["customer_email"], name=None, metadata={})
        trial_days = int(wish.get("trial_period_days", 0) or 0)
        ends = at + trial_days * _DAY if trial_days else _months_after(at, 1)
        body = shapes_recurring.subscription(
            id=new_id("sub"), price=price, starts=at, ends=ends, customer=customer["id"], metadata=wish.get("metadata", {}),
            status="trialing" if trial_days else "active", trial_start=at if trial_days else None,
            trial_end=ends if trial_days else None, billing_cycle_anchor=ends if trial_days else at, _public_url=public_url,
            _declines=False, _retries=0,
        )  # fmt: skip
        store.put(customer)
        store.put(body)
        announce(store, "customer.subscription.created", body, at=at, quiet=quiet)
        amount = 0 if trial_days else price["unit_amount"]
        invoice = _invoice(store, body, amount, at=at, reason="subscription_create")
        _collect(store, body, invoice, at=at, quiet=quiet)
        session |= {
            "status": "complete", "url": None, "customer": customer["id"], "subscription": body["id"], "invoice": invoice["id"],
            "payment_status": "no_payment_required" if trial_days else "paid",
        }  # fmt: skip
        announce(store, "checkout.session.completed", store.put(session), at=at, quiet=quiet)
        return session


def _months_after(anchor: int, months: int) -> int:
    """The same day and time so many months later, or the last day of a shorter month."""
    day = datetime.fromtimestamp(anchor, UTC)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return int(day.replace(year=year, month=month + 1, day=min(day.day, last)).timestamp())


def _next_end(body: Body, starts: int) -> int:
    anchor, months = body["billing_cycle_anchor"], 1
    while _months_after(anchor, months) <= starts:
        months += 1
    return _months_after(anchor, months)


def _item(body: Body) -> Body:
    item: Body = body["items"]["data"][0]
    return item


def _invoice(store: Store, body: Body, amount: int, *, at: int, reason: str) -> Body:
    id = new_id("in")
    invoice = shapes_recurring.invoice(
        id=id, subscription=body, amount=amount, starts=_item(body)["current_period_start"],
        ends=_item(body)["current_period_end"], created=at, billing_reason=reason,
        hosted_invoice_url=f"{body['_public_url']}/invoice/{id}",
    )  # fmt: skip
    body["latest_invoice"] = id
    store.put(body)
    return store.put(invoice)


def _collect(store: Store, body: Body, invoice: Body, *, at: int, quiet: bool = False) -> bool:
    """Try to take the money of an invoice; whether it came."""
    intent = None
    if invoice["amount_due"]:
        id = new_id("pi")
        intent = shapes.payment_intent(
            id=id, amount=invoice["amount_due"], client_secret=f"{id}_secret_{new_id('s')[2:]}", created=at,
            currency=invoice["currency"], payment_method_types=["card"], customer=body["customer"],
        )  # fmt: skip
        store.put(intent)
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    if intent is not None and body["_declines"]:
        payments.refuse(store, intent, at, code="card_declined", message="Your card was declined.", quiet=quiet)
        _note_failure(store, body, invoice, at=at, quiet=quiet)
        return False
    if intent is not None:
        payments.collect(store, intent, "card", at, quiet=quiet)
        store.put(shapes_recurring.invoice_payment(invoice=invoice, payment_intent=intent["id"], paid_at=at))
    invoice |= {
        "status": "paid", "amount_paid": invoice["amount_due"], "amount_remaining": 0, "next_payment_attempt": None,
        "auto_advance": False, "status_transitions": {**invoice["status_transitions"], "paid_at": at},
    }  # fmt: skip
    announce(store, "invoice.paid", store.put(invoice), at=at, quiet=quiet)
    if body["status"] == "past_due" or (body["status"] == "trialing" and invoice["amount_due"]):
        body |= {"status": "active", "_retries": 0}
        announce(store, "customer.subscription.updated", store.put(body), at=at, quiet=quiet)
    return True


def _note_failure(store: Store, body: Body, invoice: Body, *, at: int, quiet: bool) -> None:
    tries = body["_retries"]
    more = tries < len(RETRY_DAYS)
    invoice["next_payment_attempt"] = at + RETRY_DAYS[tries] * _DAY if more else None
    announce(store, "invoice.payment_failed", store.put(invoice), at=at, quiet=quiet)
    body |= {"status": "past_due", "_retries": tries + 1}
    store.put(body)
    if more:
        announce(store, "customer.subscription.updated", body, at=at, quiet=quiet)
        return
    store.put(invoice | {"status": "uncollectible"})
    _end(store, body, at=at, reason="payment_failed", quiet=quiet)


def _end(store: Store, body: Body, *, at: int, reason: str, quiet: bool = False) -> Body:
    details = {**body["cancellation_details"], "reason": reason}
    body |= {"status": "canceled", "ended_at": at, "canceled_at": body["canceled_at"] or at, "cancellation_details": details}
    announce(store, "customer.subscription.deleted", store.put(body), at=at, quiet=quiet)
    return body


def renew_due(store: Store, *, at: int, quiet: bool = False) -> int:
    """Do what time asks of every subscription up to now: renew, try again, end; how many things that were."""
    count = 0
    with store.transaction():
        for body in store.matching("subscription"):
            while body["status"] in _RUNNING and (moment := _next_moment(store, body)) <= at:
                _step(store, body, moment, quiet=quiet)
                count += 1
    return count


def _next_moment(store: Store, body: Body) -> int:
    if body["status"] == "past_due":
        invoice = store.get("invoice", body["latest_invoice"])
        return int(invoice["next_payment_attempt"] or _item(body)["current_period_end"])
    return int(_item(body)["current_period_end"])


def _step(store: Store, body: Body, moment: int, *, quiet: bool) -> None:
    if body["status"] == "past_due":
        _collect(store, body, store.get("invoice", body["latest_invoice"]), at=moment, quiet=quiet)
        return
    if body["cancel_at_period_end"]:
        _end(store, body, at=moment, reason="cancellation_requested", quiet=quiet)
        return
    _item(body).update(current_period_start=moment, current_period_end=_next_end(body, moment))
    announce(store, "customer.subscription.updated", store.put(body), at=moment, quiet=quiet)
    invoice = _invoice(store, body, _item(body)["price"]["unit_amount"], at=moment, reason="subscription_cycle")
    _collect(store, body, invoice, at=moment, quiet=quiet)


def pay_invoice(store: Store, invoice_id: str, *, at: int) -> Body:
    """The buyer pays an open invoice with a card that works."""
    with store.transaction():
        invoice = store.get("invoice", invoice_id)
        if invoice["status"] != "open":
            raise ApiError(400, "Invoice is already paid or closed.", code="invoice_payment_intent_requires_action")
        body = store.get("subscription", invoice["parent"]["subscription_details"]["subscription"])
        body["_declines"] = False
        store.put(body)
        _collect(store, body, invoice, at=at)
        return invoice


def change(store: Store, id: str, params: Params, *, at: int) -> Body:
    """Stop at the end of the period, or go on after all."""
    with store.transaction():
        body = store.get("subscription", id)
        stops = params.text("cancel_at_period_end")
        params.finish()
        if body["status"] not in _RUNNING:
            raise ApiError(400, "A canceled subscription can only update its cancellation_details and metadata.")
        if stops is not None:
            ends = _item(body)["current_period_end"]
            body |= {
                "cancel_at_period_end": stops == "true", "cancel_at": ends if stops == "true" else None,
                "canceled_at": at if stops == "true" else None,
            }  # fmt: skip
        announce(store, "customer.subscription.updated", store.put(body), at=at)
        return body


def cancel(store: Store, id: str, *, at: int, quiet: bool = False) -> Body:
    """End it now."""
    with store.transaction():
        body = store.get("subscription", id)
        if body["status"] not in _RUNNING:
            raise ApiError(404, f"No such subscription: '{id}'", code="resource_missing", param="id")
        return _end(store, body, at=at, reason="cancellation_requested", quiet=quiet)
