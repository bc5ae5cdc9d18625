"""Rails: how real money moves. What each can do (`abilities.py`), and by what payees are paid (`payees.py`).

Operations speak to `current()`, the provider in use, and ask `payout_rail(name)` what it can pay; only `rails/stripe.py`
imports Stripe's SDK. A rail refuses to work while a `transaction()` is open: record, commit, call, record.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app

from coursehub.config import current_settings
from coursehub.db import in_transaction
from coursehub.rails.abilities import PaysAccounts, Provider, TakesMoney, TellsMovements
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
from coursehub.rails.payees import (
    BANK,
    LEAST_PAYOUT_MINOR,
    STRIPE,
    AccountRail,
    Payee,
    PayoutRail,
    account_rail,
    payout_rail,
    payout_rails,
)


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


_SLOT = "coursehub_rail"


def current() -> Provider:
    """The provider of this installation.

    Raises RuntimeError while a transaction is open, and PaymentsNotSetUp without key or secret.
    """
    if in_transaction():
        raise RuntimeError("a rail is never used inside a transaction")
    rail: Provider | None = current_app.extensions.get(_SLOT)
    if rail is None:
        from coursehub.rails.stripe import StripeRail  # the SDK takes half a second to import

        settings = current_settings()
        rail = StripeRail(key=settings.stripe_key, base_url=settings.stripe_base_url, secret=settings.stripe_webhook_secret)
        current_app.extensions[_SLOT] = rail
    return rail


@contextmanager
def use(rail: Provider) -> Iterator[Provider]:
    """Use another provider in this application for a while (the demonstration's, a test's)."""
    before = current_app.extensions.get(_SLOT)
    current_app.extensions[_SLOT] = rail
    try:
        yield rail
    finally:
        current_app.extensions[_SLOT] = before


def current_name() -> str:
    """What the rail in use is called in the books; may be asked inside a transaction."""
    rail: Provider | None = current_app.extensions.get(_SLOT)
    return rail.name if rail is not None else "stripe"


def is_live() -> bool:
    """Whether this installation moves real money; asks no rail."""
    return current_settings().stripe_key.startswith(("sk_live_", "rk_live_"))


# The smallest payment that cards and wallets take, by currency, in minor units; also the currencies we sell in.
LEAST_MINOR = {"CNY": 400, "USD": 50, "EUR": 50, "GBP": 30, "HKD": 400, "SGD": 50, "JPY": 50}

__all__ = [
    "BANK",
    "LEAST_MINOR",
    "LEAST_PAYOUT_MINOR",
    "STRIPE",
    "AccountFacts",
    "AccountRail",
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
    "Payee",
    "PayeePayout",
    "PaymentFacts",
    "PaymentsNotSetUp",
    "PayoutRail",
    "PaysAccounts",
    "Provider",
    "RailAway",
    "RailEvent",
    "RailRefused",
    "RefundFacts",
    "RefundWish",
    "SessionFacts",
    "SessionWish",
    "SubscriptionFacts",
    "SubscriptionWish",
    "TakesMoney",
    "TellsMovements",
    "TransferFacts",
    "TransferWish",
    "account_rail",
    "current",
    "current_name",
    "is_live",
    "payout_rail",
    "payout_rails",
    "use",
]
