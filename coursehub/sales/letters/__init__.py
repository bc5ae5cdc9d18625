"""Letters of sales, split by what they are about."""

from coursehub.sales.letters import instalments, orders, payers
from coursehub.sales.letters.payers import send_gift, send_gift_waiting, send_sponsor_request, send_sponsor_thanks

__all__ = ["instalments", "orders", "payers", "send_gift", "send_gift_waiting", "send_sponsor_request", "send_sponsor_thanks"]
