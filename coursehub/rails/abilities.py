"""What a rail can do, one protocol for each; a rail needs no more of them than it fulfils."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Protocol

from coursehub.rails.facts import (
    AccountFacts,
    AccountWish,
    AgreedSession,
    ChargeWish,
    DisputeFacts,
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


class TakesMoney(Protocol):
    """Takes what buyers pay, by pages and kept cards and month by month, gives it back, and tells what became of it."""

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

    def events_undelivered(self, *, since: datetime) -> Iterator[RailEvent]:
        """Events since then that no webhook of ours has acknowledged."""

    def verified_event(self, raw: bytes, signature: str) -> RailEvent:
        """The event in a webhook's raw body.

        Raises ForgedEvent if the signature does not hold.
        """


class PaysAccounts(Protocol):
    """Keeps accounts of payees, and gives them money when it is called."""

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


class TellsMovements(Protocol):
    """Keeps a balance for us and tells what moved it."""

    name: str

    def movements(self, *, since: datetime) -> Iterator[Movement]:
        """What moved the balance that the rail keeps for us since then, newest first."""


class Provider(TakesMoney, PaysAccounts, TellsMovements, Protocol):
    """A payment provider: a rail that does all of it."""
