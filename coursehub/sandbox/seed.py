"""A history made quickly: sessions opened, paid and refunded at given times, in this process.

Used to build a demonstration without a server and without the network. What it
makes is the same as what the API makes, so that each purchase can be read and
refunded later through the SDK. Its events count as delivered.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from coursehub.sandbox import cards, disputes, onboarding, payments, refunds, subscriptions, transfers
from coursehub.sandbox.params import Params
from coursehub.sandbox.rendering import rendered
from coursehub.sandbox.shapes import Body
from coursehub.sandbox.store import Store


class History:
    """An open state file to which the past is added."""

    def __init__(self, path: Path | None, *, public_url: str) -> None:
        self._store = Store(path)
        self._public_url = public_url.rstrip("/")

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Everything inside is one commit of the state file."""
        with self._store.transaction():
            yield

    def open_session(self, params: Mapping[str, Any], *, at: datetime) -> Body:
        """A checkout session, from the same parameters as the SDK's."""
        seconds = int(at.timestamp())
        return rendered(
            self._store, payments.open_session(self._store, Params(_plain(params)), public_url=self._public_url, at=seconds)
        )

    def pay(self, session_id: str, *, at: datetime, method: str = "card") -> Body:
        """The buyer pays."""
        return rendered(self._store, payments.pay(self._store, session_id, method=method, at=int(at.timestamp()), quiet=True))

    def agree(self, session_id: str, *, at: datetime) -> Body:
        """The buyer agrees to a subscription."""
        session = self._store.get("checkout.session", session_id)
        return rendered(
            self._store,
            subscriptions.begin(self._store, session, public_url=self._public_url, at=int(at.timestamp()), quiet=True),
        )

    def renew(self, *, at: datetime, declines: str = "") -> None:
        """What time asks of subscriptions up to this moment; the card of one of them may be declined from now on."""
        if declines:
            self._store.put(self._store.get("subscription", declines) | {"_declines": True})
        subscriptions.renew_due(self._store, at=int(at.timestamp()), quiet=True)

    def change(self, subscription_id: str, params: Mapping[str, Any], *, at: datetime) -> Body:
        """Stop a subscription at the end of its period, or go on after all."""
        seconds = int(at.timestamp())
        return rendered(self._store, subscriptions.change(self._store, subscription_id, Params(_plain(params)), at=seconds))

    def end(self, subscription_id: str, *, at: datetime) -> None:
        """End a subscription at once."""
        subscriptions.cancel(self._store, subscription_id, at=int(at.timestamp()), quiet=True)

    def charge(self, params: Mapping[str, Any], *, at: datetime) -> Body:
        """Money from a kept card."""
        with self._store.transaction():
            made = cards.charge(self._store, Params(_plain(params)), at=int(at.timestamp()))
        return rendered(self._store, made, ["latest_charge.balance_transaction"])

    def answer(self, customer_id: str, code: str) -> None:
        """How the bank answers a kept card from now on."""
        cards.answer(self._store, customer_id, code)

    def charges_of(self, customer_id: str) -> list[Body]:
        """The payments of a customer, newest first."""
        found = self._store.matching("payment_intent", customer=customer_id)[::-1]
        return [rendered(self._store, body, ["latest_charge.balance_transaction"]) for body in found]

    def forget(self, customer_id: str) -> None:
        """Forget a customer and the card."""
        cards.forget(self._store, customer_id)

    def one(self, kind: str, id: str, expand: Iterable[str] = ()) -> Body:
        """Any object by its id."""
        return rendered(self._store, self._store.get(kind, id), expand)

    def invoices(self, subscription_id: str) -> list[Body]:
        """The invoices of a subscription, newest first."""
        found = self._store.matching("invoice")[::-1]
        mine = [body for body in found if body["parent"]["subscription_details"]["subscription"] == subscription_id]
        return [rendered(self._store, body) for body in mine]

    def payments_of(self, invoice_id: str) -> list[Body]:
        """What paid an invoice."""
        return [rendered(self._store, body) for body in self._store.matching("invoice_payment", invoice=invoice_id)]

    def invoice_paid_by(self, payment_intent: str) -> Body | None:
        """The invoice that a payment paid."""
        found = self._store.matching("invoice_payment", **{"payment.payment_intent": payment_intent})
        return self._store.get("invoice", found[0]["invoice"]) if found else None

    def expire(self, session_id: str, *, at: datetime) -> Body:
        """Nobody paid."""
        return rendered(self._store, payments.expire(self._store, session_id, at=int(at.timestamp())))

    def session(self, session_id: str) -> Body:
        """The session with its intent, charge and balance transaction."""
        found = self._store.get("checkout.session", session_id)
        return rendered(self._store, found, ["payment_intent.latest_charge.balance_transaction"])

    def refund(self, params: Mapping[str, Any], *, at: datetime) -> Body:
        """Money back, from the same parameters as the SDK's."""
        with self._store.transaction():
            made = refunds.refund(self._store, Params(_plain(params)), at=int(at.timestamp()), quiet=True)
        return rendered(self._store, made, ["balance_transaction"])

    def refunds_of(self, payment_intent: str) -> list[Body]:
        """The refunds of a payment, newest first."""
        found = self._store.matching("refund", payment_intent=payment_intent)
        return [rendered(self._store, body, ["balance_transaction"]) for body in found[::-1]]

    def dispute(self, payment_intent: str, *, at: datetime, amount: int | None = None, inquiry: bool = False) -> Body:
        """A buyer's bank takes a payment back, or `amount` of it; or it only asks."""
        charge = self._store.get("payment_intent", payment_intent)["latest_charge"]
        moment = int(at.timestamp())
        return disputes.open_dispute(self._store, charge, at=moment, amount=amount, inquiry=inquiry, quiet=True)

    def decide(self, dispute_id: str, *, won: bool, at: datetime) -> Body:
        """That bank decides."""
        return disputes.close_dispute(self._store, dispute_id, won=won, at=int(at.timestamp()), quiet=True)

    def find_dispute(self, dispute_id: str) -> Body:
        """One dispute with its payment."""
        return rendered(self._store, self._store.get("dispute", dispute_id), ["payment_intent"])

    def open_account(self, params: Mapping[str, Any], *, at: datetime) -> Body:
        """An account of a payee who has told everything."""
        with self._store.transaction():
            made = onboarding.open_account(self._store, dict(params), at=int(at.timestamp()))
            return self._store.put(onboarding.told(made))

    def account(self, account_id: str) -> Body:
        """One account, whole."""
        return self._store.get("v2.core.account", account_id)

    def transfer(self, params: Mapping[str, Any], *, at: datetime) -> Body:
        """Money to a payee."""
        with self._store.transaction():
            return transfers.transfer(self._store, Params(_plain(params)), at=int(at.timestamp()))

    def transfers_in(self, group: str) -> list[Body]:
        """What was transferred in a group."""
        return self._store.matching("transfer", transfer_group=group)

    def reverse(self, transfer_id: str, params: Mapping[str, Any], *, at: datetime) -> Body:
        """A transfer taken back."""
        with self._store.transaction():
            return transfers.reverse_transfer(self._store, transfer_id, Params(_plain(params)), at=int(at.timestamp()))

    def movements(self, *, since: datetime) -> list[Body]:
        """Every movement of the balance since then, newest first."""
        found = self._store.matching("balance_transaction")
        return [rendered(self._store, body) for body in found[::-1] if body["created"] >= since.timestamp()]

    def settle(self, currency: str, *, at: datetime) -> Body | None:
        """Send what is available of a currency to the house's bank; None if that is nothing."""
        seconds = int(at.timestamp())
        amount = transfers.available_minor(self._store, currency.lower(), seconds)
        if amount <= 0:
            return None
        with self._store.transaction():
            return transfers.pay_out(self._store, Params({"amount": str(amount), "currency": currency.lower()}), at=seconds)

    def find_refund(self, refund_id: str) -> Body:
        """One refund."""
        return rendered(self._store, self._store.get("refund", refund_id), ["balance_transaction"])


def _plain(value: Any) -> Any:
    """Parameters as they look after the form has been read: every leaf a string."""
    if isinstance(value, Mapping):
        return {str(name): _plain(child) for name, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(child) for child in value]
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
