"""What states, channels and causes are called on a screen."""

from collections.abc import Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from coursehub.contracts.instalments import part_words
from coursehub.sales.models import CoursePass, PassPeriod
from coursehub.web.locale import gettext_locale, local_time

_STATES = {
    "placed": _l("Payment not begun"),
    "awaiting_payment": _l("Waiting for payment"),
    "paid": _l("Payment received"),
    "free": _l("Free"),
    "expired": _l("Expired"),
    "cancelled": _l("Cancelled"),
    "returned": _l("Payment returned"),
    "refunded": _l("Refunded"),
}
STATE_TONES = {"paid": "done", "free": "done", "awaiting_payment": "waits", "placed": "waits", "returned": "harm"}
_REFUNDS = {
    "wanted": _l("On its way to the payment service"),
    "pending": _l("The payment service is working on it"),
    "done": _l("Given back"),
    "failed": _l("Failed; we are looking into it"),
}
_CAUSES = {
    "window": _l("within the refund window"),
    "decided": _l("decided by staff"),
    "late": _l("the payment came too late"),
    "duplicate": _l("paid a second time"),
    "held": _l("whoever accepted the gift had that course"),
}
_CHANNELS = {
    "partner_link": _l("Partner's own link"),
    "platform": _l("Platform"),
    "coupon": _l("Partner's coupon"),
    "sponsor": _l("Paid by an employer"),
}
_METHODS = {"card": _l("Bank card"), "alipay": _l("Alipay"), "wechat_pay": _l("WeChat Pay"), "invoice": _l("By invoice")}
_BEARERS = {
    "house": _l("The house, where the terms allow it"),
    "partner": _l("Our organisation, where the terms allow it"),
    "terms": _l("As the terms of each course say"),
}
_TROUBLES = {
    "amount": _l("The amount paid is not the amount asked for."),
    "currency": _l("The currency paid is not the one asked for."),
    "mode": _l("A test payment met a real order, or the other way round."),
    "dispute": _l("The buyer's bank wants the money back. Answer the dispute at the payment service in time."),
    "reference": _l("The payment page carries another order's number."),
}


_DISPUTES = {
    "inquiry": _l("The bank asks"),
    "needs_response": _l("Waits for our evidence"),
    "under_review": _l("The bank has our evidence"),
    "won": _l("Won"),
    "lost": _l("Lost"),
    "dropped": _l("Dropped"),
}
DISPUTE_TONES = {"needs_response": "harm", "inquiry": "waits", "under_review": "waits", "won": "done"}
_REASONS = {
    "bank_cannot_process": _l("the bank could not take the payment"),
    "check_returned": _l("a cheque came back"),
    "credit_not_processed": _l("a promised refund did not come"),
    "customer_initiated": _l("the buyer asked the bank"),
    "debit_not_authorized": _l("the debit was not allowed"),
    "duplicate": _l("the buyer was charged twice"),
    "fraudulent": _l("the buyer did not pay this"),
    "general": _l("no particular reason"),
    "incorrect_account_details": _l("the account is wrong"),
    "insufficient_funds": _l("the account was empty"),
    "noncompliant": _l("rules of the card network were broken"),
    "product_not_received": _l("the buyer did not get the course"),
    "product_unacceptable": _l("the course is not as described"),
    "subscription_canceled": _l("the subscription had ended"),
    "unrecognized": _l("the buyer does not know this charge"),
}


def dispute_state_words(state: str) -> str:
    """Where a dispute stands."""
    return str(_DISPUTES[state])


def dispute_reason_words(reason: str) -> str:
    """Why a bank says it wants the money back; an unknown reason by the rail's own name."""
    return str(_REASONS.get(reason, reason))


def parts_words(parts: Sequence[int], whole: int, locale: str) -> str:
    """Which parts of a price these are, in a language: part 2 of 3, or parts 2 to 3 of 3."""
    with force_locale(gettext_locale(locale)):
        return part_words({"instalment": parts[0], "instalment_to": parts[-1], "instalments": whole})


def order_state_words(state: str) -> str:
    """A state of an order."""
    return str(_STATES[state])


def refund_state_words(state: str) -> str:
    """A state of a refund."""
    return str(_REFUNDS[state])


def cause_words(cause: str) -> str:
    """Why money went back."""
    return str(_CAUSES[cause])


def channel_words(channel: str) -> str:
    """Through which channel a sale came."""
    return str(_CHANNELS[channel])


def method_words(method: str) -> str:
    """How a buyer paid; an unknown method by the rail's own name."""
    return str(_METHODS.get(method, method))


def bearer_words(bearer: str) -> str:
    """Who bears a discount."""
    return str(_BEARERS[bearer])


def trouble_words(trouble: str) -> str:
    """Why staff must look at an order."""
    return str(_TROUBLES[trouble])


_FAPIAO_KINDS = {"normal": _l("Normal fapiao"), "special": _l("Special VAT fapiao")}
_FAPIAO_STATES = {"asked": _l("Finance makes it out"), "issued": _l("Made out"), "declined": _l("Not made out")}
_DOCUMENT_KINDS = {"sale_invoice": _l("Invoice"), "sale_credit": _l("Credit note")}
FAPIAO_TONES = {"asked": "waits", "issued": "done", "declined": "harm"}


def document_kind_words(kind: str) -> str:
    """A kind of document that a buyer is given."""
    return str(_DOCUMENT_KINDS[kind])


def fapiao_kind_words(kind: str) -> str:
    """A kind of fapiao."""
    return str(_FAPIAO_KINDS[kind])


def fapiao_state_words(state: str) -> str:
    """Where a request for a fapiao stands."""
    return str(_FAPIAO_STATES[state])


_INVOICED = {
    "placement": {"zh-CN": "推荐录用服务费", "en": "Placement fee"},
    "work": {"zh-CN": "兼职服务费", "en": "Part-time work"},
    "order": {"zh-CN": "学员课程", "en": "Course for a learner"},
}


def invoice_titles(cause: str) -> dict[str, str]:
    """What a member's invoice is for on paper, by language."""
    return _INVOICED[cause]


FAPIAO_WORDS: dict[str, Any] = {"kind_words": fapiao_kind_words, "state_words": fapiao_state_words, "tones": FAPIAO_TONES}
"""What templates say about fapiao."""


def period_days(period: PassPeriod) -> str:
    """The days of a paid period."""
    return f"{local_time(period.starts_at):%Y-%m-%d} – {local_time(period.ends_at):%Y-%m-%d}"


def period_titles(pass_: CoursePass, period: PassPeriod) -> dict[str, str]:
    """What a paid period is called on paper, by language."""
    return {"zh-CN": f"{pass_.name} ({period_days(period)})", "en": f"{pass_.name_en} ({period_days(period)})"}
