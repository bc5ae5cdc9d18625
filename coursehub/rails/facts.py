"""What is asked of a rail and what it tells, in our own words and types."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class SessionWish:
    """A payment to be collected. `key` comes from our own row: asked twice, one session.

    `keeps_card` asks that the card may be charged later; `payer_id` names for whom, where an earlier page said it.
    """

    key: str
    reference: str
    title: str
    amount_minor: int
    currency: str
    locale: str
    email: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    keeps_card: bool = False
    payer_id: str = ""


@dataclass(frozen=True)
class ChargeWish:
    """Money to be taken from a card that the buyer let us keep, while they are away.

    `reference` is written on the payment and is this try's own; `order` names what it is for. `again` says that it was
    tried before and may have happened.
    """

    key: str
    reference: str
    order: str
    title: str
    amount_minor: int
    currency: str
    payer_id: str
    card_id: str
    again: bool = False


@dataclass(frozen=True)
class OpenedSession:
    """Where the buyer pays."""

    id: str
    url: str


@dataclass(frozen=True)
class PaymentFacts:
    """Money that came: what the buyer paid and what the rail kept of it.

    `payer_id`, `card_id`: under what the rail keeps the card, where it does.
    """

    id: str
    charge_id: str
    amount_minor: int
    currency: str
    fee_minor: int
    method: str
    paid_at: datetime
    payer_id: str = ""
    card_id: str = ""


@dataclass(frozen=True)
class SessionFacts:
    """A session as the rail knows it. `state` is open, waiting (a wallet decides), paid, failed or expired."""

    id: str
    state: str
    reference: str
    amount_minor: int
    currency: str
    live: bool
    payment: PaymentFacts | None


@dataclass(frozen=True)
class RefundWish:
    """Money to give back. `again` says that it was tried before and may have happened."""

    key: str
    reference: str
    payment_id: str
    amount_minor: int
    again: bool = False


@dataclass(frozen=True)
class RefundFacts:
    """A refund as the rail knows it. `state` is pending, succeeded, failed or cancelled."""

    id: str
    state: str
    payment_id: str
    reference: str
    amount_minor: int
    currency: str
    made_at: datetime


@dataclass(frozen=True)
class DisputeFacts:
    """A buyer's bank that wants a payment back, as the rail knows it; amounts in the currency of the payment.

    state: inquiry (the bank only asks), needs_response, under_review, won, lost or dropped (nothing more comes of it).
    reference: what we wrote on the payment. answer_by: until when evidence counts, if there is a day.
    withdrawn_at, reinstated_at: when the money left our balance and when it came back; None while it did not.
    fee_minor: what the rail keeps for it; fee_back_minor: what of that it gave back.
    """

    id: str
    state: str
    payment_id: str
    reference: str
    amount_minor: int
    currency: str
    reason: str
    opened_at: datetime
    answer_by: datetime | None
    withdrawn_at: datetime | None
    reinstated_at: datetime | None
    fee_minor: int
    fee_back_minor: int


@dataclass(frozen=True)
class AccountWish:
    """A payee's own account at the rail, to which we can transfer. `country` is ISO 3166-1, upper case."""

    key: str
    reference: str
    name: str
    email: str
    country: str


@dataclass(frozen=True)
class AccountFacts:
    """A payee's account as the rail knows it.

    transfers, payouts: whether it can receive from us, and send on to its bank: active, pending, restricted, rejected or
    unsupported. due: what the rail still wants to know, in its own words.
    """

    id: str
    reference: str
    country: str
    transfers: str
    payouts: str
    due: tuple[str, ...]


@dataclass(frozen=True)
class TransferWish:
    """Money for a payee's account. `again` says that it was tried before and may have happened.

    source_charge: the one payment that it comes from; then it need not wait until that payment is available.
    """

    key: str
    reference: str
    account_id: str
    amount_minor: int
    currency: str
    source_charge: str | None = None
    again: bool = False


@dataclass(frozen=True)
class TransferFacts:
    """A transfer as the rail knows it; reversed_minor is what was taken back of it."""

    id: str
    account_id: str
    reference: str
    amount_minor: int
    reversed_minor: int
    currency: str
    made_at: datetime


@dataclass(frozen=True)
class PayeePayout:
    """What the rail sent from a payee's account to the payee's bank, and why that failed if it did."""

    has_failed: bool
    amount_minor: int
    currency: str
    why: str


@dataclass(frozen=True)
class RailEvent:
    """A webhook's content: only a hint at what to read again, and what it claims. account: the payee's, if it is about one."""

    id: str
    type: str
    live: bool
    object_kind: str
    object_id: str
    made_at: datetime
    claims: dict[str, Any]
    account: str = ""


@dataclass(frozen=True)
class Movement:
    """One movement of the balance that the rail keeps for us; signed as the rail signs it: what leaves is negative.

    kind: sale, refund, refund_failed, transfer (to a payee), transfer_back, payout (to the house's bank), payout_failed,
    dispute, fee or other. source_id: the charge, refund, transfer, reversal, payout or dispute that moved it.
    fee_minor: what the rail keeps on top of it. currency: of the balance, which need not be the buyer's.
    presented_minor, presented_currency: what it was in the buyer's currency, signed as well, where that is another one; rate:
    by what the rail multiplied that to come to amount_minor, as it writes it.
    """

    id: str
    kind: str
    source_id: str
    amount_minor: int
    fee_minor: int
    currency: str
    made_at: datetime
    presented_minor: int | None = None
    presented_currency: str | None = None
    rate: str | None = None


@dataclass(frozen=True)
class SubscriptionWish:
    """Something to be paid month by month. `key` comes from our own row; trial_days: so long nothing is paid."""

    key: str
    reference: str
    title: str
    price_minor: int
    currency: str
    trial_days: int
    locale: str
    email: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True)
class AgreedSession:
    """A pay page of a subscription as the rail knows it. `state` is open, agreed or expired."""

    id: str
    state: str
    reference: str
    subscription_id: str | None


@dataclass(frozen=True)
class PaidSubscription:
    """The subscription of which a payment paid an invoice, with what we wrote on it."""

    id: str
    reference: str


@dataclass(frozen=True)
class InvoiceFacts:
    """What a subscription asks for one period. `state` is paid, open or over; page_url: where it can be paid by hand.

    payment stands only where it was asked for: see `TakesMoney.read_subscription`.
    """

    id: str
    state: str
    amount_minor: int
    currency: str
    starts_at: datetime
    ends_at: datetime
    attempts: int
    next_attempt_at: datetime | None
    page_url: str
    payment: PaymentFacts | None


@dataclass(frozen=True)
class SubscriptionFacts:
    """A subscription as the rail knows it, with its invoices, oldest first. `state` is trial, running, late or ended."""

    id: str
    state: str
    reference: str
    live: bool
    stops_at_end: bool
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    invoices: tuple[InvoiceFacts, ...]
