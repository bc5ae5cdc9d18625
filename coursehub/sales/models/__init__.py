"""Tables of sales, split by noun."""

from coursehub.sales.models.bundles import Bundle, BundleCourse, OrderPart
from coursehub.sales.models.disputes import DISPUTE_OVER, DISPUTE_STATES, PaymentDispute, back_of
from coursehub.sales.models.offerings import (
    BEARERS,
    COUPON_KINDS,
    Coupon,
    CouponCourse,
    CouponUse,
    LinkVisit,
    Offering,
    PartnerLink,
)
from coursehub.sales.models.orders import (
    CHANNELS,
    ORDER_STATES,
    PAYING,
    Order,
    Payment,
    WebhookEvent,
)
from coursehub.sales.models.papers import FAPIAO_KINDS, FapiaoRequest, FapiaoReversal
from coursehub.sales.models.refunds import REFUND_CAUSES, REFUND_STATES, Refund, RefundRequest, SupportMessage

__all__ = [
    "BEARERS",
    "CHANNELS",
    "COUPON_KINDS",
    "DISPUTE_OVER",
    "DISPUTE_STATES",
    "FAPIAO_KINDS",
    "ORDER_STATES",
    "PAYING",
    "REFUND_CAUSES",
    "REFUND_STATES",
    "Bundle",
    "BundleCourse",
    "Coupon",
    "CouponCourse",
    "CouponUse",
    "FapiaoRequest",
    "FapiaoReversal",
    "LinkVisit",
    "Offering",
    "Order",
    "OrderPart",
    "PartnerLink",
    "Payment",
    "PaymentDispute",
    "Refund",
    "RefundRequest",
    "SupportMessage",
    "WebhookEvent",
    "back_of",
]
