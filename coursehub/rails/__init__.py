"""Rails: how real money moves. One small interface, and the rail in use.

Operations speak to `current()`; only `rails/stripe.py` imports Stripe's SDK. A rail
refuses to work while a `transaction()` is open: record, commit, call, record.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from flask import current_app

from coursehub.config import current_settings
from coursehub.db import in_transaction
from coursehub.rails.facts import (
    AccountFacts,
    AccountWish,
    AgreedSession,
    ChargeWish,
    DisputeFacts,
    InvoiceFacts,
    Movement,
    OpenedSession,
    PaidSubscription,
    PayeePayout,
    PaymentFacts,
    RailEvent,
    RefundFacts,
    RefundWish,
    SessionFacts,
    SessionWish,
    SubscriptionFacts,
    SubscriptionWish,
    TransferFacts,
    TransferWish,
)
from coursehub.rails.reach import LEAST_PAYOUT_MINOR, bank_takes, payee_countries


class RailAway(Exception):
    """The rail did not answer, or not yet with everything: try again later."""


class KeySpoiled(RailAway):
    """The rail failed once and says that failure again for this key: only another key can get further."""


class RailRefused(Exception):
    """The rail said no and will say no again; `code` is its own word for why."""

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class PaymentsNotSetUp(Exception):
    """Payments cannot be taken: no key, or no secret to know the rail's webhooks by."""


class ForgedEvent(Exception):
    """A webhook whose signature does not hold."""


class Rail(Protocol):
    """What coursehub asks of anything that moves money."""

    name: str
    live: bool

    def open_session(self, wish: SessionWish) -> OpenedSession:
        """A page on which the buyer can pay. The same key gives the same session."""

    def read_session(self, session_id: str) -> SessionFacts:
        """The session as it is now, with its payment, charge and fee when there is one."""

    def expire_session(self, session_id: str) -> SessionFacts:
        """Close the page if it is still open; what it had become if not."""

    def charge_card(self, wish: ChargeWish) -> PaymentFacts:
        """Take money from a kept card. The same key never takes it twice. Raises RailRefused when the bank says no."""

    def find_charge(self, wish: ChargeWish) -> PaymentFacts | None:
        """What became of such a try whose answer was lost: its payment, or None if no money came."""

    def forget_payer(self, payer_id: str) -> None:
        """Forget a payer and the card that was kept. One that is forgotten stays so."""

    def refund(self, wish: RefundWish) -> RefundFacts:
        """Give money back. The same key never gives it twice."""

    def read_refund(self, refund_id: str) -> RefundFacts:
        """The refund as it is now."""

    def read_dispute(self, dispute_id: str) -> DisputeFacts:
        """The dispute as it is now, with what it moved."""

    def open_subscription(self, wish: SubscriptionWish) -> OpenedSession:
        """A page on which the buyer agrees to pay month by month. The same key gives the same page."""

    def read_agreement(self, session_id: str) -> AgreedSession:
        """What became of such a page."""

    def read_subscription(self, subscription_id: str, *, booked: Collection[str] = ()) -> SubscriptionFacts:
        """A subscription as it is now; paid invoices come with their payment, but for those whose ids are `booked`."""

    def subscription_paid_by(self, payment_id: str) -> PaidSubscription | None:
        """The subscription that a payment was for; None if it was for something else."""

    def stop_subscription(self, subscription_id: str, *, at_end: bool) -> None:
        """Let it end when its period ends; or, with at_end false, go on after all. Asked twice, it stays so."""

    def end_subscription(self, subscription_id: str) -> None:
        """End it now. One that has ended stays so."""

    def open_account(self, wish: AccountWish) -> AccountFacts:
        """An account of a payee that can receive transfers. The same key opens one."""

    def onboarding_page(self, account_id: str, *, return_url: str, refresh_url: str) -> str:
        """The address of a page on which the payee tells the rail what it wants to know; it works once, for minutes."""

    def read_account(self, account_id: str) -> AccountFacts:
        """The account as it is now."""

    def read_payee_payout(self, account_id: str, payout_id: str) -> PayeePayout:
        """What was sent from a payee's account to the payee's bank."""

    def transfer(self, wish: TransferWish) -> TransferFacts:
        """Give a payee money. The same key never gives it twice."""

    def reverse_transfer(self, transfer_id: str, *, key: str, reference: str) -> str:
        """Take a whole transfer back; the number of the reversal. The same key never takes it twice."""

    def events_undelivered(self, *, since: datetime) -> Iterator[RailEvent]:
        """Events since then that no webhook of ours has acknowledged."""

    def movements(self, *, since: datetime) -> Iterator[Movement]:
        """What moved the balance that the rail keeps for us since then, newest first."""

    def verified_event(self, raw: bytes, signature: str) -> RailEvent:
        """The event in a webhook's raw body.

        Raises ForgedEvent if the signature does not hold.
        """


_SLOT = "coursehub_rail"


def current() -> Rail:
    """The rail of this installation.

    Raises RuntimeError while a transaction is open, and PaymentsNotSetUp without key or secret.
    """
    if in_transaction():
        raise RuntimeError("a rail is never used inside a transaction")
    rail: Rail | None = current_app.extensions.get(_SLOT)
    if rail is None:
        from coursehub.rails.stripe import StripeRail  # the SDK takes half a second to import

        settings = current_settings()
        rail = StripeRail(key=settings.stripe_key, base_url=settings.stripe_base_url, secret=settings.stripe_webhook_secret)
        current_app.extensions[_SLOT] = rail
    return rail


@contextmanager
def use(rail: Rail) -> Iterator[Rail]:
    """Use another rail in this application for a while (the demonstration's, a test's)."""
    before = current_app.extensions.get(_SLOT)
    current_app.extensions[_SLOT] = rail
    try:
        yield rail
    finally:
        current_app.extensions[_SLOT] = before


def current_name() -> str:
    """What the rail in use is called in the books; may be asked inside a transaction."""
    rail: Rail | None = current_app.extensions.get(_SLOT)
    return rail.name if rail is not None else "stripe"


def is_live() -> bool:
    """Whether this installation moves real money; asks no rail."""
    return current_settings().stripe_key.startswith(("sk_live_", "rk_live_"))


# The smallest payment that cards and wallets take, by currency, in minor units; also the currencies we sell in.
LEAST_MINOR = {"CNY": 400, "USD": 50, "EUR": 50, "GBP": 30, "HKD": 400, "SGD": 50, "JPY": 50}

__all__ = [
    "LEAST_MINOR",
    "LEAST_PAYOUT_MINOR",
    "AccountFacts",
    "AccountWish",
    "AgreedSession",
    "ChargeWish",
    "DisputeFacts",
    "ForgedEvent",
    "InvoiceFacts",
    "KeySpoiled",
    "Movement",
    "OpenedSession",
    "PaidSubscription",
    "PayeePayout",
    "PaymentFacts",
    "PaymentsNotSetUp",
    "Rail",
    "RailAway",
    "RailEvent",
    "RailRefused",
    "RefundFacts",
    "RefundWish",
    "SessionFacts",
    "SessionWish",
    "SubscriptionFacts",
    "SubscriptionWish",
    "TransferFacts",
    "TransferWish",
    "bank_takes",
    "current",
    "current_name",
    "is_live",
    "payee_countries",
    "use",
]
