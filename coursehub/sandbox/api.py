"""The face that the SDK speaks to: `/v1`, with keys, versions, idempotency, lists and expansion."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, g, request

from coursehub.sandbox import cards, disputes, payments, refunds, shapes, subscriptions, transfers
from coursehub.sandbox.errors import API_VERSION, ApiError
from coursehub.sandbox.events import current_request
from coursehub.sandbox.params import Params, nested
from coursehub.sandbox.rendering import rendered, rendered_list
from coursehub.sandbox.shapes import Body, new_id
from coursehub.sandbox.store import Store

KEY_PREFIX = "sk_test_sandbox"
bp = Blueprint("api", __name__, url_prefix="/v1")

# Path of a list, its kind, and the fields that it can be filtered by.
_KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "checkout/sessions": ("checkout.session", ("payment_intent", "customer", "status")),
    "payment_intents": ("payment_intent", ("customer",)),
    "charges": ("charge", ("payment_intent", "customer", "transfer_group")),
    "refunds": ("refund", ("payment_intent", "charge")),
    "balance_transactions": ("balance_transaction", ("type", "source", "currency")),
    "events": ("event", ("type",)),
    "webhook_endpoints": ("webhook_endpoint", ()),
    "customers": ("customer", ("email",)),
    "accounts": ("account", ()),
    "transfers": ("transfer", ("destination", "transfer_group")),
    "payouts": ("payout", ("status",)),
    "disputes": ("dispute", ("charge", "payment_intent")),
    "subscriptions": ("subscription", ("customer", "status")),
    "invoices": ("invoice", ("customer", "status")),
    "invoice_payments": ("invoice_payment", ("invoice", "status")),
}

Verb = Callable[[Store, Params, int, dict[str, str]], Body]


def _store() -> Store:
    store: Store = current_app.extensions["sandbox_store"]
    return store


@bp.before_request
def check_key() -> Response | None:
    """Only the sandbox's own kind of key opens this door, and only the pinned version is spoken."""
    g.request_id = new_id("req", 14)
    if request.authorization is not None and request.authorization.type == "basic":
        key = request.authorization.username or ""
    else:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    if not key.startswith(KEY_PREFIX):
        shown = f"{key[:7]}{'*' * 8}" if key else ""
        return answer(401, ApiError(401, f"Invalid API Key provided: {shown}").envelope())
    version = request.headers.get("Stripe-Version", API_VERSION)
    if version != API_VERSION:
        return answer(400, ApiError(400, f"The sandbox speaks only API version {API_VERSION}, not {version}.").envelope())
    return None


@bp.errorhandler(ApiError)
def refuse(problem: ApiError) -> Response:
    """An error envelope."""
    return answer(problem.status, problem.envelope())


def answer(status: int, body: Body) -> Response:
    """A JSON answer with the headers that the SDK reads."""
    response = Response(json.dumps(body, ensure_ascii=False), status=status, content_type="application/json")
    response.headers["Request-Id"] = g.request_id
    response.headers["Stripe-Version"] = API_VERSION
    if key := request.headers.get("Idempotency-Key"):
        response.headers["Idempotency-Key"] = key
    return response


def _write(verb: Verb, ids: dict[str, str]) -> Response:
    """Answer a POST once per idempotency key: the effect and the remembered answer are one commit."""
    store, key = _store(), request.headers.get("Idempotency-Key")
    pairs = list(request.form.items(multi=True))
    fingerprint = hashlib.sha256(json.dumps([request.path, sorted(pairs)]).encode()).hexdigest()
    token = current_request.set({"id": g.request_id, "idempotency_key": key})
    try:
        with store.transaction():
            if key and (kept := store.rows("SELECT fingerprint, status, body FROM replay WHERE key = ?", key)):
                return _replayed(fingerprint, *kept[0])
            spoils = key is not None and _planned_failure(store, "spoil_key") != ""
            status, body, keep = (200, {}, True) if spoils else _try(verb, store, Params(nested(pairs)), ids)
            failure = (
                "spoil_key" if spoils else _planned_failure(store, "fail_after_commit", "lose_reply") if status == 200 else ""
            )
            if failure in ("spoil_key", "fail_after_commit"):
                oops = ApiError(500, "An unknown error occurred.", type="api_error")
                status, body = oops.status, oops.envelope()
            if key and keep:
                store.rows("INSERT INTO replay VALUES (?, ?, ?, ?, ?)", key, fingerprint, status, json.dumps(body), store.now())
    finally:
        current_request.reset(token)
    if failure == "lose_reply":
        return answer(503, ApiError(503, "The answer was lost on its way.", type="api_error").envelope())
    return answer(status, body)


def _try(verb: Verb, store: Store, params: Params, ids: dict[str, str]) -> tuple[int, Body, bool]:
    try:
        expand = params.expand
        return 200, rendered(store, verb(store, params, store.now(), ids), expand), True
    except ApiError as problem:
        return problem.status, problem.envelope(), problem.started


def _replayed(fingerprint: str, kept_fingerprint: str, status: int, body: str) -> Response:
    if fingerprint != kept_fingerprint:
        message = (
            "Keys for idempotent requests can only be used with the same parameters they were first used with."
            " Try using a key other than this one if you meant to execute a different request."
        )
        return answer(400, ApiError(400, message, type="idempotency_error").envelope())
    response = answer(status, json.loads(body))
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _planned_failure(store: Store, *names: str) -> str:
    """Which of these disasters a test has ordered for this request, each used up as it happens."""
    chaos: dict[str, Any] = store.setting("chaos", {})
    for name in names:
        left = int(chaos.get(name, 0))
        if left:
            store.keep("chaos", {**chaos, name: left - 1})
            return name
    return ""


def _open_session(store: Store, params: Params, at: int, _ids: dict[str, str]) -> Body:
    return payments.open_session(store, params, public_url=current_app.config["PUBLIC_URL"], at=at)


def _expire_session(store: Store, params: Params, at: int, ids: dict[str, str]) -> Body:
    params.finish()
    return payments.expire(store, ids["id"], at=at)


def _close_dispute(store: Store, params: Params, at: int, ids: dict[str, str]) -> Body:
    params.finish()
    return disputes.close_dispute(store, ids["id"], won=False, at=at)


def _open_endpoint(store: Store, params: Params, at: int, _ids: dict[str, str]) -> Body:
    secret = new_id("whsec", 32)
    body = shapes.webhook_endpoint(
        id=new_id("we"),
        created=at,
        description=params.text("description"),
        enabled_events=params.items("enabled_events") or ["*"],
        metadata=params.metadata(),
        url=params.need("url"),
        _secret=secret,
    )
    params.ignore("api_version", "connect")
    params.finish()
    store.put(body)
    return {**body, "secret": secret}  # shown once, as Stripe does


_VERBS: dict[str, Verb] = {
    "checkout/sessions": _open_session,
    "checkout/sessions/<id>/expire": _expire_session,
    "refunds": lambda store, params, at, _ids: refunds.refund(store, params, at=at),
    "payment_intents": lambda store, params, at, _ids: cards.charge(store, params, at=at),
    "customers": lambda store, params, at, _ids: transfers.open_customer(store, params, at=at),
    "accounts": lambda store, params, at, _ids: transfers.open_account(store, params, at=at),
    "transfers": lambda store, params, at, _ids: transfers.transfer(store, params, at=at),
    "transfers/<id>/reversals": lambda store, params, at, ids: transfers.reverse_transfer(store, ids["id"], params, at=at),
    "payouts": lambda store, params, at, _ids: transfers.pay_out(store, params, at=at),
    "disputes/<id>/close": _close_dispute,
    "webhook_endpoints": _open_endpoint,
    "subscriptions/<id>": lambda store, params, at, ids: subscriptions.change(store, ids["id"], params, at=at),
}


def _writing(path: str, verb: Verb) -> None:
    bp.add_url_rule(f"/{path}", f"post_{path}", lambda **ids: _write(verb, ids), methods=["POST"])


def _reading(path: str, kind: str, filters: tuple[str, ...]) -> None:
    def one(id: str) -> Response:
        body = _store().get(kind, id)
        return answer(200, rendered(_store(), body, request.args.getlist("expand[]") or _indexed_expand()))

    bp.add_url_rule(f"/{path}", f"list_{path}", lambda: _list(path, kind, filters), methods=["GET"])
    bp.add_url_rule(f"/{path}/<id>", f"get_{path}", one, methods=["GET"])


def _indexed_expand() -> list[str]:
    found: list[str] = nested(request.args.items(multi=True)).get("expand", [])
    return found


def _list(path: str, kind: str, filters: tuple[str, ...]) -> Response:
    params = Params(nested(request.args.items(multi=True)))
    limit = params.whole("limit", 10) or 0
    if not 1 <= limit <= 100:
        raise ApiError(400, "Limit must be between 1 and 100", code="parameter_invalid_integer", param="limit")
    created = params.created()
    fields = {name: value for name in filters if (value := params.text(name))}
    extra = _events_extra(params) if kind == "event" else ""
    if kind == "invoice" and (subscription := params.text("subscription")):
        _store().get("subscription", subscription, "subscription")
        extra = f" AND json_extract(body, '$.parent.subscription_details.subscription') = '{subscription}'"
    if kind == "invoice_payment" and (payment := params.tree("payment")):
        fields |= {f"payment.{name}": value for name, value in payment.items() if name in ("type", "payment_intent")}
    after, before = params.text("starting_after"), params.text("ending_before")
    params.finish()
    bodies, more = _store().page(
        kind,
        fields=fields,
        created=created,
        limit=limit,
        starting_after=after,
        ending_before=before,
        extra=extra,
    )
    return answer(200, rendered_list(_store(), f"/v1/{path}", bodies, more, params.expand))


def _events_extra(params: Params) -> str:
    extra = ""
    if types := params.items("types"):
        if not all(name.replace(".", "").replace("_", "").isalnum() for name in types):
            raise ApiError(400, "Invalid event type", param="types")
        names = ", ".join(f"'{name}'" for name in types)
        extra = f" AND json_extract(body, '$.type') IN ({names})"
    success = params.text("delivery_success")
    if success is None:
        return extra
    arrived = "SELECT 1 FROM delivery WHERE delivery.event_id = object.id AND delivery.state <> 'done'"
    return f"{extra} AND {'NOT ' if success == 'true' else ''}EXISTS ({arrived})"


for _path, (_kind, _filters) in _KINDS.items():
    _reading(_path, _kind, _filters)
for _path, _verb in _VERBS.items():
    _writing(_path, _verb)


@bp.get("/balance")
def balance() -> Response:
    """What the house has here."""
    return answer(200, transfers.balance(_store(), at=_store().now()))


@bp.get("/checkout/sessions/<id>/line_items")
def line_items(id: str) -> Response:
    """What is being bought."""
    session = _store().get("checkout.session", id)
    return answer(200, shapes.listing(f"/v1/checkout/sessions/{id}/line_items", session["_line_items"]))


@bp.get("/transfers/<id>/reversals")
def reversals(id: str) -> Response:
    """What was taken back of a transfer."""
    found = _store().matching("transfer_reversal", transfer=id)[::-1]
    return answer(200, rendered_list(_store(), f"/v1/transfers/{id}/reversals", found, False))


@bp.delete("/subscriptions/<id>")
def cancel_subscription(id: str) -> Response:
    """End a subscription at once."""
    return answer(200, rendered(_store(), subscriptions.cancel(_store(), id, at=_store().now())))


@bp.delete("/customers/<id>")
def forget_customer(id: str) -> Response:
    """Forget a customer with the card that was kept."""
    return answer(200, cards.forget(_store(), id))


@bp.delete("/webhook_endpoints/<id>")
def close_endpoint(id: str) -> Response:
    """Send nothing there any more."""
    _store().get("webhook_endpoint", id)
    _store().drop(id)
    return answer(200, {"id": id, "object": "webhook_endpoint", "deleted": True})


@bp.route("/<path:rest>", methods=["GET", "POST", "DELETE"])
def unknown_path(rest: str) -> Response:
    """A part of Stripe that the sandbox does not have."""
    message = f"Unrecognized request URL ({request.method}: /v1/{rest}). The sandbox does not have this."
    return answer(404, ApiError(404, message).envelope())
