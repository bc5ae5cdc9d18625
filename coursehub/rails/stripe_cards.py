"""Cards that buyers let us keep, at Stripe: charged while the buyer is away, found again after a lost answer, forgotten."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

from coursehub import rails
from coursehub.rails.facts import ChargeWish, PaymentFacts
from coursehub.rails.stripe_payments import payment_facts

T = TypeVar("T")


class CardsOfStripe(ABC):
    """The part of the Stripe rail that charges kept cards; `stripe.py` brings client and errors."""

    @abstractmethod
    def _sdk(self) -> Any:
        """The SDK's client, made when it is first needed."""

    @abstractmethod
    def _ask(self, call: Callable[[], T]) -> T:
        """Call it, with its errors in our words."""

    def charge_card(self, wish: ChargeWish) -> PaymentFacts:
        """An off-session payment; what an earlier try may have done is looked for first, and after a failure."""
        if wish.again and (found := self.find_charge(wish)):
            return found
        params: Any = charge_params(wish) | {"expand": _WHOLE}
        options: Any = {"idempotency_key": wish.key}
        try:
            return payment_facts(self._ask(lambda: self._sdk().v1.payment_intents.create(params, options)).to_dict())
        except rails.RailAway:
            # It may have been done although the answer was lost or wrong.
            if found := self.find_charge(wish):
                return found
            raise

    def find_charge(self, wish: ChargeWish) -> PaymentFacts | None:
        """The payment of this try among those of its payer."""
        params: Any = {"customer": wish.payer_id, "limit": 100, "expand": [f"data.{path}" for path in _WHOLE]}
        for body in self._ask(lambda: self._sdk().v1.payment_intents.list(params)).data:
            if found := charge_named(body.to_dict(), wish):
                return found
        return None

    def forget_payer(self, payer_id: str) -> None:
        """Delete the customer, which detaches the card."""
        try:
            self._ask(lambda: self._sdk().v1.customers.delete(payer_id))
        except rails.RailRefused as problem:
            if problem.code != "resource_missing":
                raise


_WHOLE = ["latest_charge.balance_transaction"]


def charge_params(wish: ChargeWish) -> dict[str, Any]:
    """What is asked of Stripe for a payment from a kept card."""
    return {
        "amount": wish.amount_minor,
        "currency": wish.currency.lower(),
        "customer": wish.payer_id,
        "payment_method": wish.card_id,
        "payment_method_types": ["card"],
        "off_session": True,
        "confirm": True,
        "capture_method": "automatic",  # as on pay pages: the fee is known when the answer comes
        "description": wish.title,
        "metadata": {"order": wish.order, "charge": wish.reference},
        "transfer_group": wish.order,
    }


def charge_named(intent: dict[str, Any], wish: ChargeWish) -> PaymentFacts | None:
    """A payment (expanded to its balance transaction) in our words, if it is the money of this very try."""
    mine = (intent["metadata"] or {}).get("charge") == wish.reference
    return payment_facts(intent) if mine and intent["status"] == "succeeded" else None
