"""What is asked of Stripe for payees, and its answers in our words: v2 accounts of recipients, onboarding links, transfers."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from coursehub import rails
from coursehub.rails.facts import AccountFacts, AccountWish, PayeePayout, TransferFacts, TransferWish

T = TypeVar("T")


class PayeesOfStripe(ABC):
    """The part of the Stripe rail that is about payees; `stripe.py` brings client and errors."""

    @abstractmethod
    def _sdk(self) -> Any:
        """The SDK's client, made when it is first needed."""

    @abstractmethod
    def _ask(self, call: Callable[[], T]) -> T:
        """Call it, with its errors in our words."""

    def open_account(self, wish: AccountWish) -> AccountFacts:
        """A v2 account with the configuration of a recipient."""
        params, options = account_params(wish), {"idempotency_key": wish.key}
        return account_facts(self._ask(lambda: self._sdk().v2.core.accounts.create(params, options)).to_dict())

    def onboarding_page(self, account_id: str, *, return_url: str, refresh_url: str) -> str:
        """A link of one use to Stripe's own onboarding."""
        params = link_params(account_id, return_url, refresh_url)
        return str(self._ask(lambda: self._sdk().v2.core.account_links.create(params)).url)

    def read_account(self, account_id: str) -> AccountFacts:
        """The account with its capabilities and requirements."""
        params: Any = {"include": whole()}
        return account_facts(self._ask(lambda: self._sdk().v2.core.accounts.retrieve(account_id, params)).to_dict())

    def read_payee_payout(self, account_id: str, payout_id: str) -> PayeePayout:
        """A payout of the payee's own account."""
        options: Any = {"stripe_account": account_id}
        return payee_payout(self._ask(lambda: self._sdk().v1.payouts.retrieve(payout_id, None, options)).to_dict())

    def transfer(self, wish: TransferWish) -> TransferFacts:
        """Transfer, once: what an earlier try may have done is looked for first, and after a failure."""
        if wish.again and (found := self._find_transfer(wish)):
            return found
        params: Any = transfer_params(wish)
        options: Any = {"idempotency_key": wish.key}
        try:
            return transfer_facts(self._ask(lambda: self._sdk().v1.transfers.create(params, options)).to_dict())
        except rails.RailAway:
            if found := self._find_transfer(wish):
                return found
            raise

    def _find_transfer(self, wish: TransferWish) -> TransferFacts | None:
        params: Any = {"transfer_group": wish.reference, "destination": wish.account_id, "limit": 10}
        found = [transfer_facts(body.to_dict()) for body in self._ask(lambda: self._sdk().v1.transfers.list(params)).data]
        return next((facts for facts in found if facts.reference == wish.reference), None)

    def reverse_transfer(self, transfer_id: str, *, key: str, reference: str) -> str:
        """Take it back whole; one that was taken back before is only read."""
        params: Any = {"metadata": {"payout": reference}}
        options: Any = {"idempotency_key": key}
        for body in self._ask(lambda: self._sdk().v1.transfers.reversals.list(transfer_id)).data:
            if (body.to_dict()["metadata"] or {}).get("payout") == reference:
                return str(body.id)
        return str(self._ask(lambda: self._sdk().v1.transfers.reversals.create(transfer_id, params, options)).id)


def whole() -> list[str]:
    """The parts of a v2 account that we read; v2 leaves out what is not asked for."""
    return ["configuration.recipient", "identity", "requirements"]


def account_params(wish: AccountWish) -> dict[str, Any]:
    """A recipient: it receives transfers of ours and is never the merchant of a sale."""
    return {
        "display_name": wish.name,
        "contact_email": wish.email,
        "dashboard": "express",
        "identity": {"country": wish.country.lower()},
        "configuration": {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}},
        "defaults": {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}},
        "metadata": {"organisation": wish.reference},
        "include": whole(),
    }


def link_params(account_id: str, return_url: str, refresh_url: str) -> dict[str, Any]:
    """An onboarding link for the configuration of a recipient."""
    onboarding = {"return_url": return_url, "refresh_url": refresh_url}
    return {"account": account_id, "use_case": {"type": "account_onboarding", "account_onboarding": onboarding}}


def account_facts(body: dict[str, Any]) -> AccountFacts:
    """A v2 account in our words."""
    recipient = (body.get("configuration") or {}).get("recipient") or {}
    balance = (recipient.get("capabilities") or {}).get("stripe_balance") or {}
    entries = (body.get("requirements") or {}).get("entries") or []
    return AccountFacts(
        id=body["id"],
        reference=(body.get("metadata") or {}).get("organisation", ""),
        country=((body.get("identity") or {}).get("country") or "").upper(),
        transfers=_status(balance.get("stripe_transfers")),
        payouts=_status(balance.get("payouts")),
        due=tuple(str(entry["description"]) for entry in entries if entry.get("awaiting_action_from") != "stripe"),
    )


def _status(capability: dict[str, Any] | None) -> str:
    return str(capability["status"]) if capability else "pending"


def payee_payout(body: dict[str, Any]) -> PayeePayout:
    """A payee's payout in our words."""
    return PayeePayout(body["status"] == "failed", body["amount"], body["currency"].upper(), body["failure_code"] or "")


def transfer_params(wish: TransferWish) -> dict[str, Any]:
    """A transfer in a group of its own, so that one whose answer was lost can be found."""
    return {
        "amount": wish.amount_minor,
        "currency": wish.currency.lower(),
        "destination": wish.account_id,
        "transfer_group": wish.reference,
        "metadata": {"payout": wish.reference},
        **({"source_transaction": wish.source_charge} if wish.source_charge else {}),
    }


def transfer_facts(body: dict[str, Any]) -> TransferFacts:
    """A transfer in our words."""
    destination = body["destination"]
    return TransferFacts(
        id=body["id"],
        account_id=destination["id"] if isinstance(destination, dict) else destination,
        reference=(body["metadata"] or {}).get("payout", ""),
        amount_minor=body["amount"],
        reversed_minor=body["amount_reversed"],
        currency=body["currency"].upper(),
        made_at=datetime.fromtimestamp(body["created"], UTC),
    )
