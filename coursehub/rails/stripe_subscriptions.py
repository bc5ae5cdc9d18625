"""Subscriptions between Stripe's words and ours: what is asked for, and what is told. No SDK, no network."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from coursehub.rails.facts import AgreedSession, InvoiceFacts, PaidSubscription, PaymentFacts, SubscriptionFacts, SubscriptionWish

_STATES = {"trialing": "trial", "active": "running", "past_due": "late", "unpaid": "late", "incomplete": "late"}
_INVOICES = {"paid": "paid", "open": "open", "draft": "open"}


def subscription_params(wish: SubscriptionWish) -> dict[str, Any]:
    """What is asked of Stripe for a page on which somebody agrees to a subscription."""
    price = {
        "currency": wish.currency.lower(), "unit_amount": wish.price_minor, "product_data": {"name": wish.title},
        "recurring": {"interval": "month"},
    }  # fmt: skip
    later: dict[str, Any] = {"metadata": {"subscription": wish.reference}}
    if wish.trial_days:
        later["trial_period_days"] = wish.trial_days
    return {
        "mode": "subscription",
        "client_reference_id": wish.reference,
        "metadata": {"subscription": wish.reference},
        "subscription_data": later,
        "line_items": [{"quantity": 1, "price_data": price}],
        "payment_method_types": ["card"],  # wallets that pay once cannot renew
        "payment_method_collection": "always",
        "customer_email": wish.email,
        "locale": "en" if wish.locale == "en" else "zh",
        "success_url": wish.success_url,
        "cancel_url": wish.cancel_url,
        "expires_at": int(wish.expires_at.timestamp()),
    }


def agreed_session(body: Mapping[str, Any]) -> AgreedSession:
    """A pay page of a subscription in our words."""
    agreed = body["subscription"]
    return AgreedSession(
        id=body["id"],
        state="agreed" if body["status"] == "complete" else str(body["status"]),
        reference=body["client_reference_id"] or "",
        subscription_id=agreed["id"] if isinstance(agreed, dict) else agreed,
    )


def invoice_facts(body: Mapping[str, Any], payment: PaymentFacts | None) -> InvoiceFacts:
    """An invoice in our words; its period is that of its line, since its own is the one before."""
    line = body["lines"]["data"][0]
    return InvoiceFacts(
        id=body["id"],
        state=_INVOICES.get(body["status"], "over"),
        amount_minor=body["amount_due"],
        currency=body["currency"].upper(),
        starts_at=_moment(line["period"]["start"]),
        ends_at=_moment(line["period"]["end"]),
        attempts=body["attempt_count"],
        next_attempt_at=_moment(body["next_payment_attempt"]) if body["next_payment_attempt"] else None,
        page_url=body["hosted_invoice_url"] or "",
        payment=payment,
    )


def paid_subscription(body: Mapping[str, Any]) -> PaidSubscription | None:
    """Of which subscription an invoice is; None if it is of none."""
    of = (body["parent"] or {}).get("subscription_details") or {}
    subscription = of.get("subscription")
    if not subscription:
        return None
    id = subscription["id"] if isinstance(subscription, dict) else str(subscription)
    return PaidSubscription(id, (of.get("metadata") or {}).get("subscription", ""))


def subscription_facts(body: Mapping[str, Any], invoices: Iterable[InvoiceFacts]) -> SubscriptionFacts:
    """A subscription in our words."""
    item = body["items"]["data"][0]
    return SubscriptionFacts(
        id=body["id"],
        state=_STATES.get(body["status"], "ended"),
        reference=(body["metadata"] or {}).get("subscription", ""),
        live=body["livemode"],
        stops_at_end=body["cancel_at_period_end"],
        starts_at=_moment(item["current_period_start"]),
        ends_at=_moment(item["current_period_end"]),
        ended_at=_moment(body["ended_at"]) if body["ended_at"] else None,
        invoices=tuple(sorted(invoices, key=lambda one: (one.starts_at, one.id))),
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
