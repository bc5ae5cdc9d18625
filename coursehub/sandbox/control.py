"""For tests only: the clock, the disasters, and what a bank or a buyer elsewhere would do.

Mounted only when the sandbox is started with `control=True`; a running
installation never has these addresses.
"""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from coursehub.sandbox import cards, delivery, disputes, payees, payments, refunds, settling, subscriptions
from coursehub.sandbox.errors import ApiError
from coursehub.sandbox.store import Store

bp = Blueprint("control", __name__, url_prefix="/control")
KNOBS = ("duplicate", "reorder", "delay_seconds", "drop", "fail_after_commit", "lose_reply", "spoil_key", "seed")


def _store() -> Store:
    store: Store = current_app.extensions["sandbox_store"]
    return store


def _wish() -> dict[str, Any]:
    wish: dict[str, Any] = request.get_json(silent=True) or {}
    return wish


@bp.errorhandler(ApiError)
def refuse(problem: ApiError) -> tuple[Response, int]:
    """An error envelope, as elsewhere."""
    return jsonify(problem.envelope()), problem.status


@bp.post("/clock")
def clock() -> Response:
    """Stop the clock at `stopped_at`, let it run `advance_seconds` ahead, or reset it."""
    store, wish = _store(), _wish()
    if wish.get("reset"):
        store.keep("stopped_at", None)
        store.keep("clock_offset", 0)
    if "stopped_at" in wish:
        store.keep("stopped_at", int(wish["stopped_at"]))
    if "advance_seconds" in wish:
        step = int(wish["advance_seconds"])
        stopped = store.setting("stopped_at")
        if stopped is None:
            store.keep("clock_offset", int(store.setting("clock_offset", 0)) + step)
        else:
            store.keep("stopped_at", int(stopped) + step)
    return jsonify(now=store.now())


@bp.post("/chaos")
def chaos() -> Response:
    """Order disasters: duplicate, reorder, delay, drop, fail after commit, lose the reply,
    fail before anything was done and say so for ever under that key; {} ends them."""
    wish = _wish()
    odd = sorted(set(wish) - set(KNOBS))
    if odd:
        raise ApiError(400, f"Unknown knobs: {', '.join(odd)}")
    _store().keep("chaos", wish)
    return jsonify(wish)


@bp.post("/sessions/<id>/<verb>")
def buyer(id: str, verb: str) -> Response:
    """Do what a buyer would do on the pay page: pay, decline, wallet, expire."""
    store, wish = _store(), _wish()
    method = str(wish.get("method", "card"))
    session = store.get("checkout.session", id)
    if verb == "pay" and session["mode"] == "subscription":
        body = subscriptions.begin(store, session, public_url=current_app.config["PUBLIC_URL"], at=store.now())
    elif verb == "pay":
        body = payments.pay(store, id, method=method, at=store.now())
    elif verb == "decline":
        body = payments.decline(store, id, at=store.now())
    elif verb == "wallet":
        body = payments.await_wallet(
            store, id, method=wish.get("method", "alipay"), at=store.now(), succeeds=wish.get("succeeds", True)
        )
    elif verb == "expire":
        body = payments.expire(store, id, at=store.now())
    else:
        raise ApiError(404, f"Unknown verb {verb}")
    return jsonify(
        status=body["status"],
        payment_status=body["payment_status"],
        payment_intent=body["payment_intent"],
        subscription=body["subscription"],
    )


@bp.post("/cards/<customer>")
def kept_card(customer: str) -> Response:
    """How the bank answers the kept cards of a customer from now on: `code` of a refusal, or nothing to pay again."""
    cards.answer(_store(), customer, str(_wish().get("code", "")))
    return jsonify(customer=customer)


@bp.post("/renew")
def renew() -> Response:
    """Do what time asks of subscriptions up to now; `declines` says first how the card of `subscription` will answer."""
    store, wish = _store(), _wish()
    if "subscription" in wish:
        body = store.get("subscription", str(wish["subscription"]))
        store.put(body | {"_declines": bool(wish.get("declines"))})
    return jsonify(steps=subscriptions.renew_due(store, at=store.now()))


@bp.post("/settle")
def settle() -> Response:
    """Decide every waiting wallet payment and pending refund, and expire what is late."""
    store = _store()
    wallets = payments.settle_wallets(store, at=store.now(), all=True)
    return jsonify(
        wallets=wallets,
        refunds=refunds.settle_refunds(store, at=store.now()),
        expired=payments.expire_sessions(store, at=store.now()),
    )


@bp.post("/exchange")
def exchange() -> Response:
    """From now on what is presented in the currencies of `rates` is settled `into` another one, at these rates; {} ends it."""
    wish = _wish()
    settling.exchange_at(_store(), dict(wish.get("rates", {})), str(wish.get("into", "")))
    return jsonify(wish)


@bp.post("/refunds")
def refund_outcome() -> Response:
    """How the next refunds will go: succeeded, pending or failed."""
    outcome = _wish().get("outcome", "succeeded")
    if outcome not in ("succeeded", "pending", "failed"):
        raise ApiError(400, f"Unknown outcome {outcome}")
    _store().keep("refund_outcome", outcome)
    return jsonify(outcome=outcome)


@bp.post("/disputes")
def dispute() -> Response:
    """A buyer's bank takes `charge` back (or `amount` of it, or makes an `inquiry`); or decides `dispute` with `won`, or
    stops asking and takes (`escalates`).
    """
    store, wish = _store(), _wish()
    if wish.get("escalates"):
        return jsonify(disputes.escalate(store, wish["dispute"], at=store.now()))
    if "dispute" in wish:
        return jsonify(disputes.close_dispute(store, wish["dispute"], won=bool(wish.get("won")), at=store.now()))
    amount, inquiry = wish.get("amount"), bool(wish.get("inquiry"))
    return jsonify(disputes.open_dispute(store, str(wish.get("charge")), at=store.now(), amount=amount, inquiry=inquiry))


@bp.post("/accounts/<id>/failed-payouts")
def failed_payout(id: str) -> Response:
    """The service sends `amount` from a payee's account to its bank, and it comes back."""
    store, wish = _store(), _wish()
    return jsonify(payees.fail_payout(store, id, int(wish["amount"]), str(wish["currency"]), at=store.now()))


@bp.post("/deliver")
def deliver() -> Response:
    """Try the due webhooks now, in this request."""
    return jsonify(arrived=delivery.deliver_due(_store(), limit=int(_wish().get("limit", 200))))


@bp.get("/deliveries")
def deliveries() -> Response:
    """How many deliveries are in each state."""
    return jsonify(dict(_store().rows("SELECT state, count(*) FROM delivery GROUP BY state")))
