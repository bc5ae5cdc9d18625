"""Webhooks on their way: signed, retried with growing patience, and disturbed on purpose in tests."""

import hashlib
import hmac
import http.client
import json
import random
import threading
import time
from urllib.parse import urlsplit

from coursehub.sandbox import payments, subscriptions
from coursehub.sandbox.store import Store

# Seconds until the next try; after the last the event counts as undelivered (three days in all).
PATIENCE = (2, 10, 60, 300, 1800, 3600, 7200, 14_400, 28_800, 57_600, 86_400)
_TIMEOUT_SECONDS = 10
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def signature(payload: bytes, secret: str, sent_at: int) -> str:
    """The `Stripe-Signature` header: HMAC-SHA-256 over the time and the raw body."""
    mac = hmac.new(secret.encode(), str(sent_at).encode() + b"." + payload, hashlib.sha256)
    return f"t={sent_at},v1={mac.hexdigest()}"


def post(url: str, payload: bytes, secret: str) -> int:
    """Send one webhook; the status of the answer. Only addresses of this machine are ever called."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK:
        return 0
    connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=_TIMEOUT_SECONDS)
    # The signature's time is the machine's own, since the receiver compares it with its clock.
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(payload, secret, int(time.time())),
    }
    try:
        connection.request("POST", parts.path or "/", body=payload, headers=headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def deliver_due(store: Store, *, limit: int = 200) -> int:
    """Try every delivery that is due once; how many arrived."""
    chaos = store.setting("chaos", {})
    due = store.rows(
        "SELECT id, event_id, endpoint_id, attempts FROM delivery"
        " WHERE state = 'pending' AND due_at <= ? ORDER BY due_at, id LIMIT ?",
        store.now(),
        limit,
    )
    if chaos.get("reorder"):
        random.Random(len(due) + int(chaos.get("seed", 0))).shuffle(due)  # noqa: S311 - a disturbance, not a secret
    return sum(_deliver(store, *row) for row in due)


def _deliver(store: Store, id: int, event_id: str, endpoint_id: str, attempts: int) -> bool:
    endpoint = store.find("webhook_endpoint", endpoint_id)
    event = store.get("event", event_id)
    if endpoint is None:
        store.rows("UPDATE delivery SET state = 'gone' WHERE id = ?", id)
        return False
    if _dropped(store):
        store.rows("UPDATE delivery SET state = 'failed', attempts = attempts + 1, answer = 'dropped' WHERE id = ?", id)
        return False
    status = post(endpoint["url"], json.dumps(event, ensure_ascii=False, indent=2).encode(), endpoint["_secret"])
    with store.transaction():
        if 200 <= status < 300:
            store.rows("UPDATE delivery SET state = 'done', attempts = attempts + 1, answer = ? WHERE id = ?", str(status), id)
            event = store.get("event", event_id)
            event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
            store.put(event)
            return True
        last = attempts >= len(PATIENCE)
        store.rows(
            "UPDATE delivery SET state = ?, attempts = attempts + 1, answer = ?, due_at = ? WHERE id = ?",
            "failed" if last else "pending",
            str(status),
            store.now() + (0 if last else PATIENCE[attempts]),
            id,
        )
    return False


def _dropped(store: Store) -> bool:
    with store.transaction():
        chaos = store.setting("chaos", {})
        left = int(chaos.get("drop", 0))
        if left:
            store.keep("chaos", {**chaos, "drop": left - 1})
        return left > 0


class Courier:
    """The small thread that settles wallets, expires sessions and delivers webhooks."""

    def __init__(self, store: Store, *, every_seconds: float = 0.25) -> None:
        self._store = store
        self._every_seconds = every_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-courier", daemon=True)

    def start(self) -> None:
        """Begin the rounds."""
        self._thread.start()

    def stop(self) -> None:
        """End after the present round."""
        self._stopping.set()
        self._thread.join(timeout=_TIMEOUT_SECONDS + 1)

    def _run(self) -> None:
        while not self._stopping.wait(self._every_seconds):
            payments.settle_wallets(self._store, at=self._store.now())
            payments.expire_sessions(self._store, at=self._store.now())
            subscriptions.renew_due(self._store, at=self._store.now())
            deliver_due(self._store)
