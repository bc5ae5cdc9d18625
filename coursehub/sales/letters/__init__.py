"""Letters of sales, split by what they are about."""

from coursehub.sales.letters import campaigns, disputes, instalments, minutes, orders, passes, payers, refunds_by_bank
from coursehub.sales.letters.payers import send_gift, send_gift_waiting, send_sponsor_request, send_sponsor_thanks

__all__ = [
    "campaigns",
    "disputes",
    "instalments",
    "minutes",
    "orders",
    "passes",
    "payers",
    "refunds_by_bank",
    "send_gift",
    "send_gift_waiting",
    "send_sponsor_request",
    "send_sponsor_thanks",
]
