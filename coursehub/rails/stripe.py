"""The Stripe rail: the only module that imports Stripe's SDK.

The same code speaks to Stripe and, on a machine without keys, to the sandbox.
Keys for idempotency come from our rows, the API version is pinned, the SDK's
retries and timeouts are set here and nowhere else.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import urlsplit

import stripe

from coursehub import rails
from coursehub.db import in_transaction
from coursehub.rails.facts import (
    AgreedSession,
    DisputeFacts,
    Movement,
    OpenedSession,
    PaidSubscription,
    PaymentFacts,
    RailEvent,
    RefundFacts,
    RefundWish,
    SessionFacts,
    SessionWish,
    SubscriptionFacts,
    SubscriptionWish,
)
from coursehub.rails.stripe_cards import CardsOfStripe
from coursehub.rails.stripe_payees import PayeesOfStripe
from coursehub.rails.stripe_payments import fee_minor, payment_facts, session_facts, session_params
from coursehub.rails.stripe_subscriptions import (
    agreed_session,
    invoice_facts,
    paid_subscription,
    subscription_facts,
    subscription_params,
)

API_VERSION = "2026-10-28.endive"
SANDBOX_PREFIX = "sk_test_sandbox"
_REAL_HOST = "api.stripe.com"
_TIMEOUT_SECONDS = (4, 20)
_RETRIES = 2
_WHOLE_SESSION = ["payment_intent.latest_charge.balance_transaction"]

T = TypeVar("T")


class StripeRail(CardsOfStripe, PayeesOfStripe):
    """Collects by hosted checkout and refunds, through Stripe or the sandbox."""

    name = "stripe"

    def __init__(self, *, key: str, base_url: str, secret: str, retries: int = _RETRIES) -> None:
        host = urlsplit(base_url).hostname
        self.live = key.startswith(("sk_live_", "rk_live_"))
        if not key:
            raise rails.PaymentsNotSetUp("There is no Stripe key.")
        if self.live and host != _REAL_HOST:
            raise rails.PaymentsNotSetUp("A live key is never sent to an address that is not Stripe's.")
        if key.startswith(SANDBOX_PREFIX) == (host == _REAL_HOST):
            raise rails.PaymentsNotSetUp("The sandbox's key and address belong together, and Stripe's do.")
        self._secret = secret
        self._stripe = stripe.StripeClient(
            key,
            base_addresses={"api": base_url.rstrip("/")},
            stripe_version=API_VERSION,
            max_network_retries=retries,
            http_client=stripe.RequestsClient(timeout=_TIMEOUT_SECONDS),
        )

    def open_session(self, wish: SessionWish) -> OpenedSession:
        """A hosted checkout page for one course."""
        return self._open(session_params(wish), wish.key)

    def _open(self, params: dict[str, Any], key: str) -> OpenedSession:
        self._need_secret()
        options = {"idempotency_key": key}
        made = self._ask(lambda: self._stripe.v1.checkout.sessions.create(params, options))  # type: ignore[arg-type]
        if made.url is None:
            raise rails.RailRefused("The session has no page: its key was used before and it is over.", "session_over")
        return OpenedSession(made.id, made.url)

    def read_session(self, session_id: str) -> SessionFacts:
        """The session with its payment, charge and balance transaction."""
        params: Any = {"expand": _WHOLE_SESSION}
        return session_facts(self._ask(lambda: self._stripe.v1.checkout.sessions.retrieve(session_id, params)).to_dict())

    def expire_session(self, session_id: str) -> SessionFacts:
        """Close the page; one that is already over is only read."""
        try:
            self._ask(lambda: self._stripe.v1.checkout.sessions.expire(session_id))
        except rails.RailRefused as problem:
            if problem.code == "resource_missing":
                raise
        return self.read_session(session_id)

    def refund(self, wish: RefundWish) -> RefundFacts:
        """Give back, once: what an earlier try may have done is looked for first, and after a failure."""
        if wish.again and (found := self._find_refund(wish)):
            return found
        params: Any = refund_params(wish)
        options: Any = {"idempotency_key": wish.key}
        try:
            return refund_facts(self._ask(lambda: self._stripe.v1.refunds.create(params, options)).to_dict())
        except rails.RailAway:
            # It may have been done although the answer was lost or wrong.
            if found := self._find_refund(wish):
                return found
            raise

    def _find_refund(self, wish: RefundWish) -> RefundFacts | None:
        params: Any = {"payment_intent": wish.payment_id, "limit": 100}
        for body in self._ask(lambda: self._stripe.v1.refunds.list(params)).data:
            facts = refund_facts(body.to_dict())
            if facts.reference == wish.reference:
                return facts
        return None

    def read_refund(self, refund_id: str) -> RefundFacts:
        """The refund as it is now."""
        return refund_facts(self._ask(lambda: self._stripe.v1.refunds.retrieve(refund_id)).to_dict())

    def read_dispute(self, dispute_id: str) -> DisputeFacts:
        """The dispute with its balance transactions and the payment that it is about."""
        params: Any = {"expand": ["payment_intent"]}
        return dispute_facts(self._ask(lambda: self._stripe.v1.disputes.retrieve(dispute_id, params)).to_dict())

    def open_subscription(self, wish: SubscriptionWish) -> OpenedSession:
        """A hosted checkout page on which somebody agrees to a subscription."""
        return self._open(subscription_params(wish), wish.key)

    def read_agreement(self, session_id: str) -> AgreedSession:
        """What became of such a page."""
        return agreed_session(self._ask(lambda: self._stripe.v1.checkout.sessions.retrieve(session_id)).to_dict())

    def read_subscription(self, subscription_id: str, *, booked: Collection[str] = ()) -> SubscriptionFacts:
        """The subscription with its invoices of the last years; what is paid and not booked yet with its payment."""
        body = self._ask(lambda: self._stripe.v1.subscriptions.retrieve(subscription_id)).to_dict()
        params: Any = {"subscription": subscription_id, "limit": 100}
        found = [one.to_dict() for one in self._ask(lambda: self._stripe.v1.invoices.list(params)).data]
        return subscription_facts(body, [invoice_facts(one, self._payment_of(one, booked)) for one in found])

    def _payment_of(self, invoice: dict[str, Any], booked: Collection[str]) -> PaymentFacts | None:
        if invoice["status"] != "paid" or not invoice["amount_due"] or invoice["id"] in booked:
            return None
        asked: Any = {"invoice": invoice["id"], "status": "paid"}
        paying = self._ask(lambda: self._stripe.v1.invoice_payments.list(asked)).data
        if not paying:
            raise rails.RailAway("The invoice does not show its payment yet.")
        intent = paying[0].to_dict()["payment"]["payment_intent"]
        whole: Any = {"expand": ["latest_charge.balance_transaction"]}
        return payment_facts(self._ask(lambda: self._stripe.v1.payment_intents.retrieve(intent, whole)).to_dict())

    def subscription_paid_by(self, payment_id: str) -> PaidSubscription | None:
        """By the invoice that the payment paid."""
        asked: Any = {"payment": {"type": "payment_intent", "payment_intent": payment_id}, "expand": ["data.invoice"]}
        paying = self._ask(lambda: self._stripe.v1.invoice_payments.list(asked)).data
        return paid_subscription(paying[0].to_dict()["invoice"]) if paying else None

    def stop_subscription(self, subscription_id: str, *, at_end: bool) -> None:
        """Ask that it ends with its period, or goes on."""
        params: Any = {"cancel_at_period_end": at_end}
        self._ask(lambda: self._stripe.v1.subscriptions.update(subscription_id, params))

    def end_subscription(self, subscription_id: str) -> None:
        """End it now; what the rail does not know as running has ended."""
        try:
            self._ask(lambda: self._stripe.v1.subscriptions.cancel(subscription_id))
        except rails.RailRefused as problem:
            if problem.code != "resource_missing":
                raise

    def events_undelivered(self, *, since: datetime) -> Iterator[RailEvent]:
        """Events that no endpoint has acknowledged, newest first, page by page."""
        params: dict[str, Any] = {"delivery_success": False, "created": {"gte": int(since.timestamp())}, "limit": 100}
        while True:
            found = self._ask(lambda: self._stripe.v1.events.list(params))  # type: ignore[arg-type]
            for body in found.data:
                yield event_facts(body.to_dict())
            if not found.has_more:
                return
            params["starting_after"] = found.data[-1].id

    def movements(self, *, since: datetime) -> Iterator[Movement]:
        """Balance transactions, newest first, page by page."""
        params: dict[str, Any] = {"created": {"gte": int(since.timestamp())}, "limit": 100, "expand": ["data.source"]}
        while True:
            found = self._ask(lambda: self._stripe.v1.balance_transactions.list(params))  # type: ignore[arg-type]
            for body in found.data:
                yield movement_facts(body.to_dict())
            if not found.has_more:
                return
            params["starting_after"] = found.data[-1].id

    def verified_event(self, raw: bytes, signature: str) -> RailEvent:
        """The event, if its signature over the raw bytes holds and is at most five minutes old."""
        self._need_secret()
        try:
            return event_facts(self._stripe.construct_event(raw, signature, self._secret).to_dict())
        except (stripe.SignatureVerificationError, ValueError, KeyError) as problem:
            raise rails.ForgedEvent(str(problem)) from problem

    def _sdk(self) -> Any:
        return self._stripe

    def _need_secret(self) -> None:
        if not self._secret:
            raise rails.PaymentsNotSetUp("Without STRIPE_WEBHOOK_SECRET no payment is taken: we could not know that it came.")

    def _ask(self, call: Callable[[], T]) -> T:
        if in_transaction():
            raise RuntimeError("a rail is never used inside a transaction")
        try:
            return call()
        except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as problem:
            replayed = {name.lower(): value for name, value in (problem.headers or {}).items()}.get("idempotent-replayed")
            raise (rails.KeySpoiled if replayed == "true" else rails.RailAway)(str(problem)) from problem
        except (stripe.AuthenticationError, stripe.PermissionError) as problem:
            raise rails.PaymentsNotSetUp(str(problem)) from problem
        except stripe.StripeError as problem:
            raise rails.RailRefused(str(problem), problem.code) from problem


def refund_params(wish: RefundWish) -> dict[str, Any]:
    """What is asked of Stripe to give money back."""
    return {
        "payment_intent": wish.payment_id,
        "amount": wish.amount_minor,
        "reason": "requested_by_customer",
        "metadata": {"refund": wish.reference},
    }


def refund_facts(body: dict[str, Any]) -> RefundFacts:
    """A refund in our words."""
    states = {"succeeded": "succeeded", "failed": "failed", "canceled": "cancelled"}
    intent = body["payment_intent"]
    return RefundFacts(
        id=body["id"],
        state=states.get(body["status"], "pending"),
        payment_id=intent["id"] if isinstance(intent, dict) else intent,
        reference=(body["metadata"] or {}).get("refund", ""),
        amount_minor=body["amount"],
        currency=body["currency"].upper(),
        made_at=datetime.fromtimestamp(body["created"], UTC),
    )


_STATES_OF_DISPUTE = {
    "warning_needs_response": "inquiry", "warning_under_review": "inquiry", "needs_response": "needs_response",
    "under_review": "under_review", "won": "won", "lost": "lost",
}  # fmt: skip


def dispute_facts(body: dict[str, Any]) -> DisputeFacts:
    """A dispute (with its payment intent expanded) in our words; a state that ends nothing else is dropped."""
    intent, due_by = body["payment_intent"], body["evidence_details"]["due_by"]
    moved = sorted(body["balance_transactions"], key=lambda each: int(each["created"]))
    taken, back = [each for each in moved if each["amount"] < 0], [each for each in moved if each["amount"] > 0]

    def fee(movements: list[dict[str, Any]]) -> int:
        return sum(fee_minor(body["amount"], {**each, "amount": abs(int(each["amount"]))}) for each in movements)

    return DisputeFacts(
        id=body["id"],
        state=_STATES_OF_DISPUTE.get(body["status"], "dropped"),
        payment_id=intent["id"] if isinstance(intent, dict) else intent or "",
        reference=(intent["metadata"] or {}).get("order", "") if isinstance(intent, dict) else "",
        amount_minor=body["amount"],
        currency=body["currency"].upper(),
        reason=body["reason"],
        opened_at=datetime.fromtimestamp(body["created"], UTC),
        answer_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
        withdrawn_at=datetime.fromtimestamp(taken[0]["created"], UTC) if taken else None,
        reinstated_at=datetime.fromtimestamp(back[-1]["created"], UTC) if back else None,
        fee_minor=fee(taken),
        fee_back_minor=-fee(back),
    )


_KINDS_OF_MOVEMENT = {
    "charge": "sale", "payment": "sale", "refund": "refund", "payment_refund": "refund", "refund_failure": "refund_failed",
    "payment_failure_refund": "refund_failed", "payout": "payout", "payout_cancel": "payout_failed",
    "payout_failure": "payout_failed", "stripe_fee": "fee", "transfer": "transfer", "transfer_refund": "transfer_back",
}  # fmt: skip


def movement_facts(body: dict[str, Any]) -> Movement:
    """A balance transaction in our words."""
    kind = _KINDS_OF_MOVEMENT.get(body["type"], "other")
    source = body["source"]
    source_id = str(source["id"] if isinstance(source, dict) else source or "")
    if body["type"] == "adjustment" and source_id.startswith(("du_", "dp_")):
        kind = "dispute"
    return Movement(
        id=body["id"],
        kind=kind,
        source_id=source_id,
        amount_minor=int(body["amount"]),
        fee_minor=int(body["fee"]),
        currency=body["currency"].upper(),
        made_at=datetime.fromtimestamp(body["created"], UTC),
        **_exchanged(body),
    )


def _exchanged(body: dict[str, Any]) -> dict[str, Any]:
    """What was presented to the buyer, if that was in another currency than the balance; it stands on what moved it."""
    source, rate = body["source"], body["exchange_rate"]
    if rate is None or not isinstance(source, dict) or source.get("currency", body["currency"]) == body["currency"]:
        return {}
    sign = -1 if body["amount"] < 0 else 1
    return {
        "presented_minor": sign * int(source["amount"]),
        "presented_currency": source["currency"].upper(),
        "rate": format(Decimal(str(rate)), "f"),
    }


def event_facts(body: dict[str, Any]) -> RailEvent:
    """An event in our words."""
    subject = body["data"]["object"]
    return RailEvent(
        id=body["id"],
        type=body["type"],
        live=body["livemode"],
        object_kind=subject["object"],
        object_id=subject.get("id", ""),
        made_at=datetime.fromtimestamp(body["created"], UTC),
        claims=subject,
        account=body.get("account") or "",
    )
