"""Sessions and how they are paid: opened, paid, declined, authenticated, settled, expired."""

from typing import Any

from coursehub.sandbox import cards, shapes
from coursehub.sandbox.errors import ApiError
from coursehub.sandbox.events import announce
from coursehub.sandbox.params import Params, as_whole
from coursehub.sandbox.settling import settled
from coursehub.sandbox.shapes import Body, new_id
from coursehub.sandbox.store import Store

_LEAST = {"usd": 50, "eur": 50, "gbp": 30, "cny": 400, "hkd": 400, "jpy": 50, "sgd": 50}
_METHODS = ("card", *shapes.WALLETS)
_SHORTEST, _LONGEST = 30 * 60, 24 * 3600
WALLET_SECONDS = 20


def open_session(store: Store, params: Params, *, public_url: str, at: int) -> Body:
    """A checkout session for one payment or a subscription, with the address of its pay page."""
    mode = params.need("mode")
    if mode not in ("payment", "subscription"):
        raise ApiError(400, "The sandbox knows only the modes `payment` and `subscription`.", param="mode")
    methods = params.items("payment_method_types") or ["card"]
    options = params.tree("payment_method_options")
    _check_methods(methods, options)
    lines = [_line(raw, n, at, mode) for n, raw in enumerate(params.items("line_items"))]
    currency, total = _total(lines)
    later = params.tree("subscription_data") if mode == "subscription" else {}
    total = 0 if later.get("trial_period_days") else total
    expires_at = params.whole("expires_at", at + _LONGEST) or 0
    if not at + _SHORTEST - 60 <= expires_at <= at + _LONGEST + 60:
        raise ApiError(400, "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.", param="expires_at")
    id = new_id("cs_test_a1", 56)
    body = shapes.session(
        id=id,
        amount_subtotal=total,
        amount_total=total,
        cancel_url=params.text("cancel_url"),
        client_reference_id=params.text("client_reference_id"),
        created=at,
        currency=currency,
        customer=params.text("customer"),
        customer_email=params.text("customer_email"),
        expires_at=expires_at,
        locale=params.text("locale"),
        metadata=params.metadata(),
        mode=mode,
        payment_intent=None,
        payment_method_options=options,
        payment_method_types=methods,
        success_url=params.need("success_url"),
        url=f"{public_url}/pay/{id}",
        _line_items=lines,
        _intent=params.tree("payment_intent_data") if mode == "payment" else {},
        _subscription=later,
    )
    _check_kept(store, body)
    params.ignore(
        "submit_type", "ui_mode", "customer_creation", "billing_address_collection", "automatic_tax", "payment_method_collection"
    )
    params.finish()
    return store.put(body)


def _check_kept(store: Store, session: Body) -> None:
    """A customer that is named exists, and says its address itself."""
    if session["customer"]:
        store.get("customer", session["customer"], "customer")
        if session["customer_email"]:
            raise ApiError(400, "You may only specify one of these parameters: customer, customer_email.", param="customer")


def _check_methods(methods: list[str], options: dict[str, Any]) -> None:
    for method in methods:
        if method not in _METHODS:
            raise ApiError(400, f"The payment method type provided: {method} is invalid.", param="payment_method_types")
    if "wechat_pay" in methods and options.get("wechat_pay", {}).get("client") != "web":
        raise ApiError(
            400,
            "`payment_method_options[wechat_pay][client]` must be `web` for Checkout.",
            code="parameter_missing",
            param="payment_method_options[wechat_pay][client]",
        )


def _line(raw: Any, n: int, at: int, mode: str) -> Body:
    price = raw.get("price_data") if isinstance(raw, dict) else None
    where = f"line_items[{n}][price_data]"
    if not isinstance(price, dict) or not price.get("product_data", {}).get("name"):
        raise ApiError(400, f"Missing required param: {where}[product_data][name].", code="parameter_missing", param=where)
    if (price.get("recurring", {}).get("interval") == "month") != (mode == "subscription"):
        raise ApiError(400, "A subscription has a price that recurs each month, a payment has none.", param=f"{where}[recurring]")
    quantity = as_whole(raw.get("quantity", 1), f"line_items[{n}][quantity]")
    amount = as_whole(price.get("unit_amount"), f"{where}[unit_amount]")
    if amount < 0 or quantity < 1:
        raise ApiError(400, "Invalid non-negative integer", code="parameter_invalid_integer", param=f"{where}[unit_amount]")
    product = price["product_data"]
    return shapes.line_item(
        name=product["name"],
        description=product.get("description"),
        amount=amount,
        currency=str(price.get("currency", "")).lower(),
        quantity=quantity,
        created=at,
    )


def _total(lines: list[Body]) -> tuple[str, int]:
    if not lines:
        raise ApiError(400, "Missing required param: line_items.", code="parameter_missing", param="line_items")
    currency = str(lines[0]["currency"])
    if any(line["currency"] != currency for line in lines) or currency not in _LEAST:
        raise ApiError(400, f"Invalid currency: {currency}", param="line_items[0][price_data][currency]")
    total = sum(int(line["amount_total"]) for line in lines)
    check_least(total, currency)
    return currency, total


def check_least(amount: int, currency: str) -> None:
    """Refuse what is less than any card or wallet takes."""
    if amount < _LEAST.get(currency, 0):
        raise ApiError(400, "The total amount is too small.", code="amount_too_small")


def pay(store: Store, session_id: str, *, method: str, at: int, quiet: bool = False) -> Body:
    """The buyer pays, and the money is there."""
    with store.transaction():
        session = _open_one(store, session_id, at)
        return _succeed(store, session, _intent_of(store, session, method, at), method, at, quiet=quiet)


def decline(store: Store, session_id: str, *, at: int) -> Body:
    """The bank says no; the session stays open for another try."""
    with store.transaction():
        session = _open_one(store, session_id, at)
        refuse(store, _intent_of(store, session, "card", at), at, code="card_declined", message="Your card was declined.")
        return session


def begin_authentication(store: Store, session_id: str, *, return_url: str, at: int) -> Body:
    """The bank wants the buyer to confirm (3-D Secure)."""
    with store.transaction():
        session = _open_one(store, session_id, at)
        intent = _intent_of(store, session, "card", at)
        redirect = {"url": return_url, "return_url": session["success_url"]}
        intent |= {"status": "requires_action", "next_action": {"type": "redirect_to_url", "redirect_to_url": redirect}}
        announce(store, "payment_intent.requires_action", store.put(intent), at=at)
        return session


def authenticate(store: Store, session_id: str, *, confirmed: bool, at: int) -> Body:
    """The buyer confirmed at the bank, or did not."""
    with store.transaction():
        session = _open_one(store, session_id, at)
        intent = store.get("payment_intent", session["payment_intent"] or "")
        if intent["status"] != "requires_action":
            raise ApiError(400, "Nothing is waiting to be confirmed.", code="payment_intent_unexpected_state")
        intent["next_action"] = None
        if confirmed:
            return _succeed(store, session, intent, "card", at)
        message = "We are unable to authenticate your payment method."
        refuse(store, intent, at, code="payment_intent_authentication_failure", message=message)
        return session


def await_wallet(store: Store, session_id: str, *, method: str, at: int, succeeds: bool = True) -> Body:
    """The wallet took the order and will tell later whether the money came."""
    with store.transaction():
        session = _open_one(store, session_id, at)
        intent = _intent_of(store, session, method, at)
        intent |= {"status": "processing", "_settle_at": at + WALLET_SECONDS, "_succeeds": succeeds, "_session": session_id}
        store.put(intent)
        session |= {"status": "complete", "payment_status": "unpaid", "url": None}
        store.put(session)
        announce(store, "payment_intent.processing", intent, at=at)
        announce(store, "checkout.session.completed", session, at=at)
        return session


def settle_wallets(store: Store, *, at: int, all: bool = False) -> int:
    """Decide the wallet payments whose time has come; how many."""
    with store.transaction():
        waiting = [i for i in store.matching("payment_intent", status="processing") if all or i["_settle_at"] <= at]
        for intent in waiting:
            session = store.get("checkout.session", intent["_session"])
            method = str(intent["payment_method_types"][0])
            if intent["_succeeds"]:
                _succeed(store, session, intent, method, at)
            else:
                refuse(store, intent, at, code="payment_intent_payment_attempt_failed", message="The wallet payment failed.")
                announce(store, "checkout.session.async_payment_failed", session, at=at)
        return len(waiting)


def expire(store: Store, session_id: str, *, at: int) -> Body:
    """Close a session that nobody paid."""
    with store.transaction():
        session = store.get("checkout.session", session_id)
        if session["status"] != "open":
            message = 'Only Checkout Sessions with a status in ["open"] can be expired.'
            raise ApiError(400, f"{message} This Checkout Session has a status of `{session['status']}`.")
        session |= {"status": "expired", "url": None}
        announce(store, "checkout.session.expired", store.put(session), at=at)
        return session


def expire_sessions(store: Store, *, at: int) -> int:
    """Close the open sessions whose time has run out; how many."""
    with store.transaction():
        late = [s for s in store.matching("checkout.session", status="open") if s["expires_at"] <= at]
        for session in late:
            expire(store, session["id"], at=session["expires_at"])
        return len(late)


def _open_one(store: Store, session_id: str, at: int) -> Body:
    session = store.get("checkout.session", session_id)
    if session["status"] == "open" and session["expires_at"] <= at:
        session = expire(store, session_id, at=at)
    if session["status"] != "open":
        raise ApiError(400, "This checkout session is no longer open.", code="payment_intent_unexpected_state")
    return session


def _intent_of(store: Store, session: Body, method: str, at: int) -> Body:
    if session["mode"] != "payment":
        raise ApiError(400, "A subscription is agreed to or left here; its payments have intents of their own.", param="mode")
    if method not in session["payment_method_types"]:
        raise ApiError(400, f"This session does not take {method}.", param="payment_method_types")
    if session["payment_intent"]:
        intent = store.get("payment_intent", session["payment_intent"])
        if intent["status"] == "processing":
            raise ApiError(400, "This payment is already under way.", code="payment_intent_unexpected_state")
        return intent | {"payment_method_types": [method]}
    id = new_id("pi")
    intent = shapes.payment_intent(
        id=id,
        amount=session["amount_total"],
        capture_method=session["_intent"].get("capture_method", "automatic_async"),
        client_secret=f"{id}_secret_{new_id('s')[2:]}",
        created=at,
        currency=session["currency"],
        payment_method_types=[method],
        metadata=session["_intent"].get("metadata", {}),
        description=session["_intent"].get("description"),
        transfer_group=session["_intent"].get("transfer_group"),
        receipt_email=None,
    )
    session["payment_intent"] = id
    store.put(session)
    return store.put(intent)


def _charge_of(intent: Body, method: str, at: int, **given: Any) -> Body:
    return shapes.charge(
        id=new_id("py" if method in shapes.WALLETS else "ch"),
        amount=intent["amount"],
        created=at,
        currency=intent["currency"],
        description=intent["description"],
        metadata=intent["metadata"],
        payment_intent=intent["id"],
        payment_method_details=shapes.method_details(method),
        transfer_group=intent["transfer_group"],
        customer=intent["customer"],
        **({"payment_method": intent["payment_method"]} if intent["payment_method"] else {}),
        **given,
    )


def collect(store: Store, intent: Body, method: str, at: int, *, quiet: bool = False) -> Body:
    """The money of an intent is there: a charge, a movement of the balance."""
    outcome = {
        "type": "authorized",
        "network_status": "approved_by_network",
        "reason": None,
        "seller_message": "Payment complete.",
    }
    charge = _charge_of(
        intent, method, at, amount_captured=intent["amount"], captured=True, paid=True, status="succeeded", outcome=outcome
    )
    came = settled(store, intent["amount"], intent["currency"])
    movement = shapes.balance_transaction(
        amount=came.amount,
        fee=shapes.fee_minor(came.amount, came.currency),
        currency=came.currency,
        rate=came.rate,
        source=charge["id"],
        type="payment" if method in shapes.WALLETS else "charge",
        created=at,
        delay_days=shapes.DELAY_DAYS,
    )
    charge["balance_transaction"] = movement["id"]
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
    }
    intent["payment_method"] = charge["payment_method"]
    for body in (movement, charge, intent):
        store.put(body)
    announce(store, "charge.succeeded", charge, at=at, quiet=quiet)
    announce(store, "payment_intent.succeeded", intent, at=at, quiet=quiet)
    return charge


def _succeed(store: Store, session: Body, intent: Body, method: str, at: int, *, quiet: bool = False) -> Body:
    late = session["status"] == "complete"  # a wallet's answer, after the buyer had left
    if session["_intent"].get("setup_future_usage") == "off_session":
        cards.keep(store, session, intent, at=at)
    collect(store, intent, method, at, quiet=quiet)
    email = session["customer_email"]
    session |= {"status": "complete", "payment_status": "paid", "url": None}
    session["customer_details"] = {
        **dict.fromkeys(("address", "business_name", "individual_name", "name", "phone", "tax_ids")),
        "email": email,
        "tax_exempt": "none",
    }
    store.put(session)
    done = "checkout.session.async_payment_succeeded" if late else "checkout.session.completed"
    announce(store, done, session, at=at, quiet=quiet)
    return session


def refuse(store: Store, intent: Body, at: int, *, code: str, message: str, quiet: bool = False) -> None:
    """The bank says no to an intent."""
    method = str(intent["payment_method_types"][0])
    outcome = {
        "type": "issuer_declined",
        "network_status": "declined_by_network",
        "reason": "generic_decline",
        "seller_message": message,
    }
    charge = _charge_of(intent, method, at, failure_code=code, failure_message=message, status="failed", outcome=outcome)
    error = {"type": "card_error", "code": code, "message": message, "charge": charge["id"], "decline_code": "generic_decline"}
    intent |= {"status": "requires_payment_method", "last_payment_error": error, "latest_charge": charge["id"]}
    store.put(charge)
    store.put(intent)
    announce(store, "charge.failed", charge, at=at, quiet=quiet)
    announce(store, "payment_intent.payment_failed", intent, at=at, quiet=quiet)
