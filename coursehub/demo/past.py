"""A rail for the past: purchases go straight into the sandbox's history, at the moments they happen."""

from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from coursehub.rails import (
    AccountFacts,
    AccountWish,
    AgreedSession,
    ChargeWish,
    DisputeFacts,
    ForgedEvent,
    InvoiceFacts,
    Movement,
    OpenedSession,
    PaidSubscription,
    PayeePayout,
    PaymentFacts,
    RailEvent,
    RailRefused,
    RefundFacts,
    RefundWish,
    SessionFacts,
    SessionWish,
    SubscriptionFacts,
    SubscriptionWish,
    TransferFacts,
    TransferWish,
)
from coursehub.rails.stripe import dispute_facts, movement_facts, refund_facts, refund_params
from coursehub.rails.stripe_cards import charge_named, charge_params
from coursehub.rails.stripe_payees import account_facts, account_params, transfer_facts, transfer_params
from coursehub.rails.stripe_payments import payment_facts, session_facts, session_params
from coursehub.rails.stripe_subscriptions import (
    agreed_session,
    invoice_facts,
    paid_subscription,
    subscription_facts,
    subscription_params,
)
from coursehub.sandbox.errors import ApiError
from coursehub.sandbox.seed import History


class PastRail:
    """The provider of a demo being built. `at` is the moment of the story; what it makes the sandbox can refund later."""

    name = "stripe"
    live = False

    def __init__(self, state: Path, *, public_url: str, at: datetime) -> None:
        self._history = History(state, public_url=public_url)
        self.at = at

    def close(self) -> None:
        """Let go of the sandbox's state."""
        self._history.close()

    def open_session(self, wish: SessionWish) -> OpenedSession:
        """A checkout page in the history."""
        body = self._history.open_session(session_params(wish), at=self.at)
        return OpenedSession(body["id"], body["url"])

    def pay(self, session_id: str, *, method: str) -> None:
        """The buyer pays on that page."""
        self._history.pay(session_id, at=self.at, method=method)

    def read_session(self, session_id: str) -> SessionFacts:
        """The session as the history knows it."""
        return session_facts(self._history.session(session_id))

    def expire_session(self, session_id: str) -> SessionFacts:
        """Close a page nobody paid on."""
        facts = self.read_session(session_id)
        if facts.state == "open":
            self._history.expire(session_id, at=self.at)
        return self.read_session(session_id)

    def charge_card(self, wish: ChargeWish) -> PaymentFacts:
        """Money from a kept card. Raises RailRefused when the bank says no."""
        try:
            return payment_facts(self._history.charge(charge_params(wish), at=self.at))
        except ApiError as problem:
            raise RailRefused(problem.message, problem.code) from problem

    def find_charge(self, wish: ChargeWish) -> PaymentFacts | None:
        """The payment of this very try."""
        found = (charge_named(body, wish) for body in self._history.charges_of(wish.payer_id))
        return next((facts for facts in found if facts is not None), None)

    def forget_payer(self, payer_id: str) -> None:
        """The card is gone."""
        self._history.forget(payer_id)

    def answer_card(self, payer_id: str, code: str) -> None:
        """How the bank answers a kept card from now on."""
        self._history.answer(payer_id, code)

    def refund(self, wish: RefundWish) -> RefundFacts:
        """Money back, once per wish. Raises RailRefused when a bank has it."""
        for body in self._history.refunds_of(wish.payment_id):
            facts = refund_facts(body)
            if facts.reference == wish.reference:
                return facts
        try:
            return refund_facts(self._history.refund(refund_params(wish), at=self.at))
        except ApiError as problem:
            raise RailRefused(problem.message, problem.code) from problem

    def read_refund(self, refund_id: str) -> RefundFacts:
        """One refund of the history."""
        return refund_facts(self._history.find_refund(refund_id))

    def read_dispute(self, dispute_id: str) -> DisputeFacts:
        """One dispute of the history."""
        return dispute_facts(self._history.find_dispute(dispute_id))

    def dispute(self, payment_id: str, *, amount: int | None = None, inquiry: bool = False) -> str:
        """The bank of a buyer takes a payment back, or a part of it, or only asks; the dispute's number."""
        return str(self._history.dispute(payment_id, at=self.at, amount=amount, inquiry=inquiry)["id"])

    def decide(self, dispute_id: str, *, won: bool) -> None:
        """That bank decides."""
        self._history.decide(dispute_id, won=won, at=self.at)

    def open_subscription(self, wish: SubscriptionWish) -> OpenedSession:
        """A page of a subscription in the history."""
        body = self._history.open_session(subscription_params(wish), at=self.at)
        return OpenedSession(body["id"], body["url"])

    def agree(self, session_id: str) -> None:
        """The buyer agrees on that page."""
        self._history.agree(session_id, at=self.at)

    def renew(self, *, declines: str = "") -> None:
        """Subscriptions are renewed as time asks; the card of one may be declined from now on."""
        self._history.renew(at=self.at, declines=declines)

    def read_agreement(self, session_id: str) -> AgreedSession:
        """What became of that page."""
        return agreed_session(self._history.one("checkout.session", session_id))

    def read_subscription(self, subscription_id: str, *, booked: Collection[str] = ()) -> SubscriptionFacts:
        """A subscription of the history with its invoices."""
        body = self._history.one("subscription", subscription_id)
        return subscription_facts(body, [self._invoice(one, booked) for one in self._history.invoices(subscription_id)])

    def _invoice(self, body: dict[str, Any], booked: Collection[str]) -> InvoiceFacts:
        paying = self._history.payments_of(body["id"]) if body["id"] not in booked else []
        if not paying:
            return invoice_facts(body, None)
        intent = self._history.one(
            "payment_intent", paying[0]["payment"]["payment_intent"], ["latest_charge.balance_transaction"]
        )
        return invoice_facts(body, payment_facts(intent))

    def subscription_paid_by(self, payment_id: str) -> PaidSubscription | None:
        """By the invoice that it paid."""
        found = self._history.invoice_paid_by(payment_id)
        return paid_subscription(found) if found is not None else None

    def stop_subscription(self, subscription_id: str, *, at_end: bool) -> None:
        """It ends with its period, or goes on."""
        self._history.change(subscription_id, {"cancel_at_period_end": at_end}, at=self.at)

    def end_subscription(self, subscription_id: str) -> None:
        """It ends now."""
        self._history.end(subscription_id, at=self.at)

    def open_account(self, wish: AccountWish) -> AccountFacts:
        """A payee's account in the history; the payee has told everything already."""
        return account_facts(self._history.open_account(account_params(wish), at=self.at))

    def onboarding_page(self, account_id: str, *, return_url: str, refresh_url: str) -> str:  # noqa: ARG002 - the provider's signature
        """Nobody opens pages in the past."""
        return return_url

    def read_account(self, account_id: str) -> AccountFacts:
        """One account of the history."""
        return account_facts(self._history.account(account_id))

    def read_payee_payout(self, account_id: str, payout_id: str) -> PayeePayout:
        """None fails in the past."""
        raise RailRefused(f"{account_id} has no payout {payout_id}", "resource_missing")

    def transfer(self, wish: TransferWish) -> TransferFacts:
        """Money to a payee, once per wish."""
        for body in self._history.transfers_in(wish.reference):
            return transfer_facts(body)
        return transfer_facts(self._history.transfer(transfer_params(wish), at=self.at))

    def reverse_transfer(self, transfer_id: str, *, key: str, reference: str) -> str:  # noqa: ARG002 - the provider's signature
        """Take a transfer back."""
        return str(self._history.reverse(transfer_id, {"metadata": {"payout": reference}}, at=self.at)["id"])

    def events_undelivered(self, *, since: datetime) -> Iterator[RailEvent]:  # noqa: ARG002 - the provider's signature
        """None: what the past did is booked as it happens."""
        yield from ()

    def movements(self, *, since: datetime) -> Iterator[Movement]:
        """What moved the balance in the history."""
        yield from (movement_facts(body) for body in self._history.movements(since=since))

    def settle(self, currency: str) -> None:
        """What is available goes to the house's bank."""
        self._history.settle(currency, at=self.at)

    def verified_event(self, raw: bytes, signature: str) -> RailEvent:  # noqa: ARG002 - the provider's signature
        """Nobody sends webhooks into the past."""
        raise ForgedEvent("the past receives no webhooks")
