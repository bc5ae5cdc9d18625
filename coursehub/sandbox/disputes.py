"""Disputes: a buyer's bank that asks, takes the money, and decides."""

from coursehub.sandbox import shapes, shapes_out
from coursehub.sandbox.errors import ApiError
from coursehub.sandbox.events import announce
from coursehub.sandbox.settling import settled
from coursehub.sandbox.shapes import Body, new_id
from coursehub.sandbox.store import Store

FEE_MINOR = 1500
_ANSWER_DAYS = 7
_OVER = ("won", "lost", "warning_closed")


def open_dispute(
    store: Store, charge_id: str, *, at: int, amount: int | None = None, inquiry: bool = False, quiet: bool = False
) -> Body:
    """A buyer's bank takes the money of a charge back, wholly or in part; the house may answer within a week.

    inquiry: it only asks at first, and takes nothing.
    """
    with store.transaction():
        charge = store.get("charge", charge_id)
        left = charge["amount"] - charge["amount_refunded"]
        wanted = left if amount is None else amount
        if charge["disputed"]:
            raise ApiError(400, f"Charge {charge_id} is already disputed.")
        if charge["status"] != "succeeded" or not 0 < wanted <= left:
            raise ApiError(400, f"Nothing of charge {charge_id} can be disputed, or not so much.", param="amount")
        body = shapes_out.dispute(
            id=new_id("du"),
            amount=wanted,
            balance_transactions=[],
            charge=charge_id,
            created=at,
            currency=charge["currency"],
            payment_intent=charge["payment_intent"],
            reason="product_not_received",
            due_by=at + _ANSWER_DAYS * 86_400,
        )
        if inquiry:
            body |= {"status": "warning_needs_response", "is_charge_refundable": True}
        else:
            charge |= {"disputed": True, "_charged_back": True}
        store.put(charge)
        announce(store, "charge.dispute.created", store.put(body), at=at, quiet=quiet)
        return body if inquiry else _take(store, body, at, quiet=quiet)


def escalate(store: Store, dispute_id: str, *, at: int) -> Body:
    """The bank that only asked takes the money now."""
    with store.transaction():
        body = store.get("dispute", dispute_id)
        if body["status"] != "warning_needs_response":
            raise ApiError(400, "The bank does not merely ask.")
        charge = store.get("charge", body["charge"])
        body |= {"status": "needs_response", "is_charge_refundable": False}
        body["amount"] = min(body["amount"], charge["amount"] - charge["amount_refunded"])
        if body["amount"] == 0:
            raise ApiError(400, "Everything was refunded already.")
        store.put(charge | {"disputed": True, "_charged_back": True})
        announce(store, "charge.dispute.updated", store.put(body), at=at)
        return _take(store, body, at)


def _take(store: Store, body: Body, at: int, *, quiet: bool = False) -> Body:
    left_us = settled(store, -body["amount"], body["currency"])
    taken = shapes.balance_transaction(
        amount=left_us.amount, fee=FEE_MINOR, currency=left_us.currency, rate=left_us.rate, source=body["id"], type="adjustment",
        created=at,
    )  # fmt: skip
    body["balance_transactions"] = [store.put(taken)]
    announce(store, "charge.dispute.funds_withdrawn", store.put(body), at=at, quiet=quiet)
    return body


def close_dispute(store: Store, dispute_id: str, *, won: bool, at: int, quiet: bool = False) -> Body:
    """The bank decides; a won dispute brings the money (not the fee) back. A mere question ends without anything."""
    with store.transaction():
        body = store.get("dispute", dispute_id)
        if body["status"] in _OVER:
            raise ApiError(400, "This dispute is already closed.")
        taken = bool(body["balance_transactions"])
        body["status"] = ("won" if won else "lost") if taken else "warning_closed"
        if won and taken:
            came = settled(store, body["amount"], body["currency"])
            back = shapes.balance_transaction(
                amount=came.amount,
                fee=0,
                currency=came.currency,
                rate=came.rate,
                source=dispute_id,
                type="adjustment",
                created=at,
            )
            body["balance_transactions"] = [*body["balance_transactions"], store.put(back)]
            charge = store.get("charge", body["charge"])
            store.put(charge | {"_charged_back": False})
        store.put(body)
        if won and taken:
            announce(store, "charge.dispute.funds_reinstated", body, at=at, quiet=quiet)
        announce(store, "charge.dispute.closed", body, at=at, quiet=quiet)
        return body
