"""Announcing what happened: an event row, and a delivery for each endpoint that wants it."""

from contextvars import ContextVar
from typing import Any

from coursehub.sandbox import shapes
from coursehub.sandbox.rendering import rendered
from coursehub.sandbox.shapes import Body
from coursehub.sandbox.store import Store

# The request that is being answered; what happens by itself has none.
_NOBODY: dict[str, str | None] = {"id": None, "idempotency_key": None}
current_request: ContextVar[dict[str, str | None]] = ContextVar("current_request", default=_NOBODY)


def announce(store: Store, type: str, subject: Body, *, at: int, quiet: bool = False, account: str | None = None) -> Body:
    """Record an event and queue its deliveries; `quiet` history counts as delivered long ago.

    account: the connected account that it happened in.
    """
    wanting = [] if quiet else [e for e in store.matching("webhook_endpoint", status="enabled") if _wants(e, type)]
    event = shapes.event(type, rendered(store, subject), created=at, request=current_request.get(), pending=len(wanting))
    if account is not None:
        event["account"] = account
    store.put(event)
    chaos: dict[str, Any] = store.setting("chaos", {})
    for endpoint in wanting:
        for _ in range(1 + int(chaos.get("duplicate", 0))):
            store.rows(
                "INSERT INTO delivery (event_id, endpoint_id, due_at) VALUES (?, ?, ?)",
                event["id"],
                endpoint["id"],
                store.now() + int(chaos.get("delay_seconds", 0)),
            )
    return event


def _wants(endpoint: Body, type: str) -> bool:
    return "*" in endpoint["enabled_events"] or type in endpoint["enabled_events"]
