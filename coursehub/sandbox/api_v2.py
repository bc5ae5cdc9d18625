"""The newer face of the service: `/v2`, with JSON bodies. Accounts of recipients and their onboarding links."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, request

from coursehub.sandbox import api, onboarding
from coursehub.sandbox.errors import ApiError, missing
from coursehub.sandbox.shapes import Body
from coursehub.sandbox.store import Store

bp = Blueprint("api_v2", __name__, url_prefix="/v2/core")
bp.before_request(api.check_key)
INCLUDED = ("configuration.customer", "configuration.merchant", "configuration.recipient", "defaults", "identity", "requirements")


def _store() -> Store:
    store: Store = current_app.extensions["sandbox_store"]
    return store


@bp.errorhandler(ApiError)
def refuse(problem: ApiError) -> Response:
    """An error envelope."""
    return api.answer(problem.status, problem.envelope())


def _wish() -> dict[str, Any]:
    wish = request.get_json(silent=True)
    if not isinstance(wish, dict):
        raise ApiError(400, "The body of a /v2 request is JSON.")
    return wish


@bp.post("/accounts")
def open_account() -> Response:
    """A connected account, once per idempotency key."""
    store, wish, key = _store(), _wish(), request.headers.get("Idempotency-Key")
    fingerprint = hashlib.sha256(json.dumps([request.path, wish], sort_keys=True).encode()).hexdigest()
    with store.transaction():
        kept = store.rows("SELECT fingerprint, body FROM replay WHERE key = ?", f"v2:{key}") if key else []
        if kept:
            if kept[0][0] != fingerprint:
                raise ApiError(400, "Keys for idempotent requests can only be used with the same parameters.")
            body = store.get("v2.core.account", kept[0][1])
        else:
            body = onboarding.open_account(store, wish, at=store.now())
            if key:
                store.rows("INSERT INTO replay VALUES (?, ?, 200, ?, ?)", f"v2:{key}", fingerprint, body["id"], store.now())
    return api.answer(200, shown(body, wish.get("include", [])))


@bp.get("/accounts/<id>")
def read_account(id: str) -> Response:
    """One account, with the parts that were asked for."""
    included = [value for name, value in request.args.items(multi=True) if name.split("[")[0] == "include"]
    return api.answer(200, shown(_store().get("v2.core.account", id), included))


@bp.post("/account_links")
def open_link() -> Response:
    """A page for one use."""
    link = onboarding.open_link(_store(), _wish(), public_url=current_app.config["PUBLIC_URL"], at=_store().now())
    return api.answer(200, {name: value for name, value in _dated(link).items() if name != "id" and not name.startswith("_")})


@bp.route("/<path:rest>", methods=["GET", "POST"])
def unknown_path(rest: str) -> Response:
    """A part of Stripe that the sandbox does not have."""
    raise missing("path", rest)


def shown(body: Body, included: list[str]) -> Body:
    """An account as v2 shows it: what was not asked for is null, times are written out."""
    if odd := sorted(set(included) - set(INCLUDED)):
        raise ApiError(400, f"Unknown include: {', '.join(odd)}", param="include")
    account = {name: value for name, value in _dated(body).items() if not name.startswith("_")}
    parts = {name.partition(".")[0] for name in included}
    for name in ("configuration", "defaults", "future_requirements", "identity", "requirements"):
        if name not in parts:
            account[name] = None
    return account


def _dated(body: Body) -> Body:
    dated: Body = {
        name: datetime.fromtimestamp(body[name], UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        for name in ("created", "expires_at")
        if name in body
    }
    return {**body, **dated}
