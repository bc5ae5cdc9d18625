"""What states, channels and causes are called on a screen."""

from flask_babel import lazy_gettext as _l

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
}
_CHANNELS = {
    "partner_link": _l("Partner's own link"),
    "platform": _l("Platform"),
    "coupon": _l("Partner's coupon"),
}
_METHODS = {"card": _l("Bank card"), "alipay": _l("Alipay"), "wechat_pay": _l("WeChat Pay")}
_BEARERS = {
    "house": _l("The house"),
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
