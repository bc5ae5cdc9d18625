"""Refunds: money that goes back."""

from coursehub.sandbox import shapes
from coursehub.sandbox.errors import ApiError, wanted
from coursehub.sandbox.events import announce
from coursehub.sandbox.params import Params
from coursehub.sandbox.settling import settled
from coursehub.sandbox.shapes import Body, new_id
from coursehub.sandbox.store import Store

_REASONS = (None, "duplicate", "fraudulent", "requested_by_customer")


def refund(store: Store, params: Params, *, at: int, quiet: bool = False) -> Body:
    """Give back a payment, wholly or in part."""
    charge = _charge_named(store, params)
    left = charge["amount"] - charge["amount_refunded"]
    asked = params.whole("amount")
    amount = left if asked is None else asked
    reason, metadata = params.text("reason"), params.metadata()
    params.ignore("refund_application_fee", "reverse_transfer", "origin", "instructions_email")
    params.finish()
    if reason not in _REASONS:
        raise ApiError(400, f"Invalid reason: {reason}", param="reason")
    _check_amount(charge, amount, left)
    left_us = settled(store, -amount, charge["currency"])
    movement = shapes.balance_transaction(
        amount=left_us.amount,
        fee=0,
        currency=left_us.currency,
        rate=left_us.rate,
        source="",
        type="payment_refund" if _by_wallet(charge) else "refund",
        created=at,
    )
    outcome = store.setting("refund_outcome", "succeeded")
    body = shapes.refund(
        id=new_id("re"),
        amount=amount,
        balance_transaction=movement["id"],
        charge=charge["id"],
        created=at,
        currency=charge["currency"],
        metadata=metadata,
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="succeeded" if outcome == "succeeded" else "pending",
        _fails=outcome == "failed",
    )
    movement["source"] = body["id"]
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    for kept in (movement, body, charge):
        store.put(kept)
    announce(store, "refund.created", body, at=at, quiet=quiet)
    announce(store, "charge.refunded", charge, at=at, quiet=quiet)
    return body


def _charge_named(store: Store, params: Params) -> Body:
    intent_id, charge_id = params.text("payment_intent"), params.text("charge")
    if intent_id:
        intent = store.get("payment_intent", intent_id, "payment_intent")
        if intent["status"] != "succeeded":
            message = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
            raise ApiError(400, message, code="charge_not_refundable", param="payment_intent")
        charge_id = intent["latest_charge"]
    if not charge_id:
        raise wanted("charge")
    charge = store.get("charge", charge_id, "charge")
    if charge["status"] != "succeeded":
        raise ApiError(400, f"Charge {charge_id} was not successful.", code="charge_not_refundable", param="charge")
    return charge


def _check_amount(charge: Body, amount: int, left: int) -> None:
    if charge.get("_charged_back"):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise ApiError(400, message, code="charge_disputed", started=True)
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise ApiError(400, message, code="charge_already_refunded", started=True)
    if amount < 1:
        raise ApiError(400, "Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise ApiError(400, message, param="amount", started=True)


def _by_wallet(charge: Body) -> bool:
    return charge["payment_method_details"]["type"] in shapes.WALLETS


def settle_refunds(store: Store, *, at: int) -> int:
    """Decide the pending refunds: done, or failed and the money back with us; how many."""
    with store.transaction():
        waiting = store.matching("refund", status="pending")
        for body in waiting:
            if body["_fails"]:
                _fail(store, body, at)
            else:
                body["status"] = "succeeded"
                announce(store, "refund.updated", store.put(body), at=at)
        return len(waiting)


def _fail(store: Store, body: Body, at: int) -> None:
    charge = store.get("charge", body["charge"])
    charge["amount_refunded"] -= body["amount"]
    charge["refunded"] = False
    back = settled(store, body["amount"], body["currency"])
    movement = shapes.balance_transaction(
        amount=back.amount, fee=0, currency=back.currency, rate=back.rate, source=body["id"], type="refund_failure", created=at
    )
    body |= {"status": "failed", "failure_reason": "lost_or_stolen_card", "failure_balance_transaction": movement["id"]}
    for kept in (charge, movement, body):
        store.put(kept)
    announce(store, "refund.failed", body, at=at)
    announce(store, "refund.updated", body, at=at)
