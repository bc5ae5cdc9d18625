"""Payments and their pages between Stripe's words and ours: what is asked for, and what is told. No SDK, no network."""

from datetime import UTC, datetime
from typing import Any

from coursehub import rails
from coursehub.rails.facts import PaymentFacts, SessionFacts, SessionWish

_METHODS = {"CNY": ["card", "alipay", "wechat_pay"]}


def session_params(wish: SessionWish) -> dict[str, Any]:
    """What is asked of Stripe for a hosted checkout page."""
    methods = ["card"] if wish.keeps_card else _METHODS.get(wish.currency, ["card"])  # wallets that pay once pay no later part
    price = {"currency": wish.currency.lower(), "unit_amount": wish.amount_minor, "product_data": {"name": wish.title}}
    params: dict[str, Any] = {
        "mode": "payment",
        "client_reference_id": wish.reference,
        "metadata": {"order": wish.reference},
        "payment_intent_data": {
            # Not "automatic_async": completing an order needs the fee, so the charge must be whole when it is read.
            "capture_method": "automatic",
            "metadata": {"order": wish.reference},
            "transfer_group": wish.reference,
        },
        "line_items": [{"quantity": 1, "price_data": price}],
        "payment_method_types": methods,
        **({"customer": wish.payer_id} if wish.payer_id else {"customer_email": wish.email}),
        "locale": "en" if wish.locale == "en" else "zh",
        "success_url": wish.success_url,
        "cancel_url": wish.cancel_url,
        "expires_at": int(wish.expires_at.timestamp()),
    }
    if wish.keeps_card:
        params["payment_intent_data"]["setup_future_usage"] = "off_session"
        if not wish.payer_id:
            params["customer_creation"] = "always"
    if "wechat_pay" in methods:
        params["payment_method_options"] = {"wechat_pay": {"client": "web"}}
    return params


def session_facts(body: dict[str, Any]) -> SessionFacts:
    """A checkout session (expanded to its balance transaction) in our words.

    Raises RailAway while a paid session does not yet show its charge and fee.
    """
    paid = body["payment_status"] == "paid"
    return SessionFacts(
        id=body["id"],
        state=_session_state(body),
        reference=body["client_reference_id"] or "",
        amount_minor=body["amount_total"],
        currency=body["currency"].upper(),
        live=body["livemode"],
        payment=payment_facts(body["payment_intent"]) if paid else None,
    )


def _session_state(body: dict[str, Any]) -> str:
    if body["payment_status"] == "paid":
        return "paid"
    if body["status"] != "complete":
        return str(body["status"])
    intent = body["payment_intent"]
    still = isinstance(intent, dict) and intent["status"] == "processing"
    return "waiting" if still else "failed"


def payment_facts(intent: dict[str, Any]) -> PaymentFacts:
    """A payment (expanded to its balance transaction) in our words. Raises RailAway while its fee is not known."""
    charge = intent["latest_charge"]
    movement = charge.get("balance_transaction") if isinstance(charge, dict) else None
    if not isinstance(movement, dict):
        raise rails.RailAway("The payment does not show its fee yet.")
    return PaymentFacts(
        id=intent["id"],
        charge_id=charge["id"],
        amount_minor=charge["amount"],
        currency=charge["currency"].upper(),
        fee_minor=fee_minor(charge["amount"], movement),
        method=charge["payment_method_details"]["type"],
        paid_at=datetime.fromtimestamp(charge["created"], UTC),
        payer_id=_id_of(intent["customer"]),
        card_id=_id_of(intent["payment_method"]) if intent["setup_future_usage"] == "off_session" else "",
    )


def _id_of(value: Any) -> str:
    return str(value["id"]) if isinstance(value, dict) else str(value or "")


def fee_minor(amount_minor: int, movement: dict[str, Any]) -> int:
    """The fee in the currency of the payment; a balance kept in another one is converted at the rate it was settled at."""
    fee, settled = int(movement["fee"]), int(movement["amount"])
    return fee if settled == amount_minor else (2 * fee * amount_minor + settled) // (2 * settled)
