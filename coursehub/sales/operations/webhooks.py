"""What the rail tells us: kept under its own id, then done by a job that reads the object again."""

import logging
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from coursehub import events, jobs, rails
from coursehub.db import db, lock, transaction
from coursehub.sales import queries
from coursehub.sales.models import WebhookEvent
from coursehub.sales.operations.charging import settle_page
from coursehub.sales.operations.completion import mismatch, raise_trouble, settle_order
from coursehub.sales.operations.disputes import follow_dispute
from coursehub.sales.operations.refunds import record_refund
from coursehub.sales.operations.turns import PATIENCE, in_turn
from coursehub.sales.passes import operations as passes
from coursehub.sales.passes import queries as passes_queries

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=30)  # as far as the rail's own list of events reaches
_SESSION = "checkout.session"
_REFUND = "refund"
_DISPUTE = "dispute"
_INVOICE = "invoice"
_SUBSCRIPTION = "subscription"
_OF_PAYEES = ("account", "payout")  # what payees are paid is another room's: it listens
_KEPT = (
    "payment_intent", "amount_total", "currency", "livemode", "client_reference_id",
    "payment_status", "status", "amount", "metadata", "mode", "parent",
)  # fmt: skip


def keep_event(event: rails.RailEvent, *, source: str, at: datetime) -> bool:
    """Keep an event and queue what it asks for; false if it was here before.

    source: webhook | sweep.
    """
    row = WebhookEvent(
        rail_event_id=event.id,
        type=event.type,
        is_live=event.live,
        object_id=event.object_id,
        claims={"object": event.object_kind, "account": event.account}
        | {name: event.claims[name] for name in _KEPT if name in event.claims},
        source=source,
        made_at=event.made_at,
        received_at=at,
    )
    with transaction():
        known = sa.select(WebhookEvent.id).where(WebhookEvent.rail_event_id == event.id)
        if db.session.execute(known).first() is not None:
            return False
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except sa.exc.IntegrityError:  # its twin arrived in the same moment
            return False
        jobs.enqueue("sales.read_event", at=at, event_id=row.id)
    return True


def read_event(event: WebhookEvent, *, at: datetime) -> str:
    """Do what an event asks for and say what became of it; the object is read again at the rail.

    Raises RailAway when the rail does not answer: the job comes again.
    """
    if event.done_at is not None:
        return event.outcome
    outcome = _act_on(event, at)
    with transaction():
        lock(event)
        event.done_at, event.outcome = at, outcome
    return outcome


def _act_on(event: WebhookEvent, at: datetime) -> str:
    if event.is_live != rails.is_live():
        log.error("event %s is of the other mode", event.rail_event_id)
        return "other mode"
    kind = event.claims.get("object")
    try:
        if kind == _SESSION:
            return _read_session(event, at)
        if kind == _REFUND:
            return _read_refund(event, at)
        if kind == _DISPUTE:
            dispute = follow_dispute(event.object_id, at=at)
            return "unknown payment" if dispute is None else dispute.state
        if kind in (_INVOICE, _SUBSCRIPTION):
            return _read_subscription(event, at)
    except rails.RailRefused as problem:  # the rail does not know its own object: nothing to wait for
        return f"refused: {problem.code}"[:40]
    if kind in _OF_PAYEES:
        with transaction():
            account = str(event.claims.get("account") or "")
            events.record("sales.rail_told", at=at, type=event.type, object_id=event.object_id, account=account)
    return "noted"


def _read_session(event: WebhookEvent, at: datetime) -> str:
    claims: dict[str, Any] = event.claims
    reference = str(claims.get("client_reference_id") or "")
    if claims.get("mode") == "subscription":
        return _read_agreement(event, reference, at)
    order = queries.order_of_session(event.object_id, reference)
    if order is None:
        return settle_page(event.object_id, at=at) if "-" in reference else "unknown order"
    trouble = mismatch(
        order,
        amount_minor=int(claims.get("amount_total") or 0),
        currency=str(claims.get("currency") or "").upper(),
        live=bool(claims.get("livemode")),
    )
    if trouble:
        raise_trouble(order, trouble)
        return f"mismatch: {trouble}"
    return settle_order(order, at=at, session_id=event.object_id).state


def _read_agreement(event: WebhookEvent, reference: str, at: datetime) -> str:
    subscription = passes_queries.subscription_of(event.object_id, reference)
    return passes.settle(subscription, at=at).state if subscription else "unknown subscription"


def _read_subscription(event: WebhookEvent, at: datetime) -> str:
    """Something happened to a subscription or to one of its invoices: read the whole of it again."""
    claims: dict[str, Any] = event.claims
    details = (claims.get("parent") or {}).get("subscription_details") or {}
    rail_id = event.object_id if claims.get("object") == _SUBSCRIPTION else str(details.get("subscription") or "")
    subscription = passes_queries.subscription_at_rail(rail_id)
    if subscription is None:  # its page may not have been read yet
        reference = str((claims.get("metadata") or {}).get("subscription") or (details.get("metadata") or {}).get("subscription"))
        subscription = passes_queries.subscription_of("", reference)
    return passes.settle(subscription, at=at).state if subscription else "unknown subscription"


def _read_refund(event: WebhookEvent, at: datetime) -> str:
    facts = rails.current().read_refund(event.object_id)
    refund = queries.refund_by_reference(facts.reference)
    if refund is None:
        of_pass = passes_queries.refund_by_reference(facts.reference)
        return passes.record(of_pass, facts, at=at).state if of_pass else "unknown refund"
    return record_refund(refund, facts, at=at).state


def sweep_events(*, at: datetime) -> int:
    """Keep what the rail could not deliver to us; how many were new."""
    found = rails.current().events_undelivered(since=at - LOOK_BACK)
    return sum(keep_event(event, source="sweep", at=at) for event in found)


def settle_waiting(*, at: datetime, limit: int = 500, patience: int = PATIENCE) -> int:
    """Ask after orders that have a pay page and are not settled, each in its turn; how many. The last net under lost events."""
    return in_turn(
        lambda newest: queries.orders_to_settle(at, limit, newest_first=newest),
        lambda order: settle_order(order, at=at), what="order", dated=at, patience=patience,
    )  # fmt: skip
