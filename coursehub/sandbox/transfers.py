"""Money that leaves the house's balance: accounts, transfers, reversals, payouts."""

from coursehub.sandbox import shapes, shapes_out
from coursehub.sandbox.errors import ApiError
from coursehub.sandbox.events import announce
from coursehub.sandbox.params import Params
from coursehub.sandbox.payees import balance_minor
from coursehub.sandbox.shapes import Body, new_id
from coursehub.sandbox.store import Store


def open_account(store: Store, params: Params, *, at: int) -> Body:
    """A connected account that may receive transfers."""
    body = shapes_out.account(
        id=new_id("acct", 16),
        country=params.text("country", "SG"),
        created=at,
        default_currency=params.text("default_currency", "cny"),
        email=params.text("email"),
        metadata=params.metadata(),
    )
    params.ignore("type", "controller", "capabilities", "business_type", "business_profile", "tos_acceptance")
    params.finish()
    return store.put(body)


def open_customer(store: Store, params: Params, *, at: int) -> Body:
    """Somebody who pays, remembered."""
    body = shapes_out.customer(
        id=new_id("cus", 14), created=at, email=params.text("email"), name=params.text("name"), metadata=params.metadata()
    )
    params.ignore("description", "phone", "preferred_locales")
    params.finish()
    return store.put(body)


def available_minor(store: Store, currency: str, at: int) -> int:
    """What can leave the balance now."""
    found = store.rows(
        "SELECT coalesce(sum(json_extract(body, '$.net')), 0) FROM object WHERE kind = 'balance_transaction'"
        " AND json_extract(body, '$.currency') = ? AND json_extract(body, '$.available_on') <= ?",
        currency,
        at,
    )
    return int(found[0][0])


def balance(store: Store, *, at: int) -> Body:
    """What is available and what is still on its way, by currency."""
    found = store.rows(
        "SELECT json_extract(body, '$.currency') AS c, json_extract(body, '$.available_on') <= ? AS ready,"
        " sum(json_extract(body, '$.net')) FROM object WHERE kind = 'balance_transaction' GROUP BY 1, 2 ORDER BY 1",
        at,
    )
    lines: dict[bool, list[Body]] = {True: [], False: []}
    for currency, ready, net in found:
        lines[bool(ready)].append({"amount": net, "currency": currency, "source_types": {"card": net}})
    return {"object": "balance", "available": lines[True], "connect_reserved": [], "livemode": False, "pending": lines[False]}


def transfer(store: Store, params: Params, *, at: int) -> Body:
    """Move money to a connected account, out of the balance or out of one charge."""
    amount, currency = params.need_whole("amount"), params.need("currency").lower()
    destination = _payee(store, params.need("destination"))
    source = params.text("source_transaction")
    if source:
        charge = store.get("charge", source, "source_transaction")
        moved = sum(t["amount"] - t["amount_reversed"] for t in store.matching("transfer", source_transaction=source))
        if moved + amount > charge["amount"]:
            raise ApiError(
                400,
                "Transfers using this transaction as a source must not exceed the source amount.",
                param="amount",
                started=True,
            )
    elif available_minor(store, currency, at) < amount:
        message = "You have insufficient available funds in your Stripe account."
        raise ApiError(400, message, code="balance_insufficient", started=True)
    id = new_id("tr")
    movement = shapes.balance_transaction(amount=-amount, fee=0, currency=currency, source=id, type="transfer", created=at)
    body = shapes_out.transfer(
        id=id,
        amount=amount,
        balance_transaction=movement["id"],
        created=at,
        currency=currency,
        description=params.text("description"),
        destination=destination["id"],
        destination_payment=new_id("py"),
        metadata=params.metadata(),
        source_transaction=source,
        transfer_group=params.text("transfer_group"),
    )
    params.finish()
    store.put(movement)
    announce(store, "transfer.created", store.put(body), at=at)
    return body


def _payee(store: Store, account_id: str) -> Body:
    """The account that shall receive: an older one as it is, a recipient once it told the service who it is."""
    recipient = store.find("v2.core.account", account_id)
    if recipient is None:
        return store.get("account", account_id, "destination")
    able = recipient["configuration"]["recipient"]["capabilities"]["stripe_balance"]["stripe_transfers"]["status"]
    if able != "active":
        message = "Your destination account needs to have at least one of the following capabilities enabled: transfers"
        raise ApiError(400, message, code="insufficient_capabilities_for_transfer", param="destination", started=True)
    return recipient


def reverse_transfer(store: Store, transfer_id: str, params: Params, *, at: int) -> Body:
    """Take a transfer back, wholly or in part."""
    moved = store.get("transfer", transfer_id)
    left = moved["amount"] - moved["amount_reversed"]
    asked = params.whole("amount")
    amount = left if asked is None else asked
    metadata = params.metadata()
    params.ignore("description", "refund_application_fee")
    params.finish()
    if not 1 <= amount <= left:
        raise ApiError(
            400, f"Reversal amount ({amount}) is greater than the unreversed amount ({left}).", param="amount", started=True
        )
    payee = moved["destination"]
    if store.find("v2.core.account", payee) is not None and balance_minor(store, payee, moved["currency"]) < amount:
        message = "The connected account has insufficient funds to cover this reversal."
        raise ApiError(400, message, code="balance_insufficient", started=True)
    id = new_id("trr")
    movement = shapes.balance_transaction(
        amount=amount, fee=0, currency=moved["currency"], source=id, type="transfer_refund", created=at
    )
    body = shapes_out.transfer_reversal(
        id=id,
        amount=amount,
        balance_transaction=movement["id"],
        created=at,
        currency=moved["currency"],
        metadata=metadata,
        transfer=transfer_id,
    )
    moved["amount_reversed"] += amount
    moved["reversed"] = moved["amount_reversed"] == moved["amount"]
    for kept in (movement, body, moved):
        store.put(kept)
    announce(store, "transfer.reversed", moved, at=at)
    return body


def pay_out(store: Store, params: Params, *, at: int) -> Body:
    """Send balance to the house's bank account."""
    amount, currency = params.need_whole("amount"), params.need("currency").lower()
    if available_minor(store, currency, at) < amount:
        raise ApiError(400, "You have insufficient funds in your Stripe account.", code="balance_insufficient", started=True)
    id = new_id("po")
    movement = shapes.balance_transaction(amount=-amount, fee=0, currency=currency, source=id, type="payout", created=at)
    body = shapes_out.payout(
        id=id,
        amount=amount,
        arrival_date=at + 2 * 86_400,
        balance_transaction=movement["id"],
        created=at,
        currency=currency,
        destination=new_id("ba"),
        metadata=params.metadata(),
    )
    params.ignore("description", "method", "statement_descriptor")
    params.finish()
    store.put(movement)
    announce(store, "payout.created", store.put(body), at=at)
    return body
