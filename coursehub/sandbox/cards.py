"""Cards that buyers let us keep: kept by a pay page, charged while the buyer is away, forgotten with the customer."""

from coursehub.sandbox import payments, shapes, shapes_out
from coursehub.sandbox.errors import ApiError, missing
from coursehub.sandbox.params import Params
from coursehub.sandbox.shapes import Body, new_id
from coursehub.sandbox.store import Store

_MESSAGES = {
    "card_declined": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}


def keep(store: Store, session: Body, intent: Body, *, at: int) -> None:
    """The card that pays on this page is kept for its customer, whom a first page makes; a later page adds another card."""
    if session["customer"]:
        customer = store.get("customer", session["customer"], "customer")
    else:
        customer = shapes_out.customer(id=new_id("cus", 14), created=at, email=session["customer_email"], name=None, metadata={})
    card = new_id("pm")
    store.put(customer | {"_cards": customer.get("_cards", {}) | {card: ""}})
    session["customer"] = customer["id"]
    intent |= {"customer": customer["id"], "payment_method": card, "setup_future_usage": "off_session"}


def charge(store: Store, params: Params, *, at: int) -> Body:
    """Take money from a kept card while nobody is at a page; the bank may say no."""
    if not (params.truth("confirm") and params.truth("off_session")):
        raise ApiError(400, "The sandbox makes payment intents without a page only with `confirm` and `off_session`.")
    amount, customer = params.need_whole("amount"), store.get("customer", params.need("customer"), "customer")
    card = params.need("payment_method")
    if card not in customer.get("_cards", {}):
        raise missing("PaymentMethod", card, "payment_method")
    id = new_id("pi")
    intent = shapes.payment_intent(
        id=id, amount=amount, capture_method=params.text("capture_method", "automatic_async"),
        client_secret=f"{id}_secret_{new_id('s')[2:]}", created=at, currency=params.need("currency"), customer=customer["id"],
        description=params.text("description"), metadata=params.metadata(), payment_method=card,
        payment_method_types=params.items("payment_method_types") or ["card"], transfer_group=params.text("transfer_group"),
    )  # fmt: skip
    params.finish()
    payments.check_least(amount, intent["currency"])
    store.put(intent)
    if code := customer["_cards"][card]:
        payments.refuse(store, intent, at, code=code, message=_MESSAGES.get(code, "Your card was declined."))
        raise ApiError(402, _MESSAGES.get(code, "Your card was declined."), type="card_error", code=code, started=True)
    payments.collect(store, intent, "card", at)
    return intent


def answer(store: Store, customer_id: str, code: str) -> Body:
    """How the bank answers the cards that are kept now: with a code of refusal, or (empty) with the money."""
    customer = store.get("customer", customer_id)
    return store.put(customer | {"_cards": dict.fromkeys(customer.get("_cards", {}), code)})


def forget(store: Store, customer_id: str) -> Body:
    """The customer is gone, and the card with it."""
    store.get("customer", customer_id)
    store.drop(customer_id)
    return {"id": customer_id, "object": "customer", "deleted": True}
