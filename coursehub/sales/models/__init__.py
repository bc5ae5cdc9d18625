"""Tables of sales, split by noun."""

from coursehub.sales.models.attribution import ATTRIBUTION_OUTCOMES, CORRECTED, AttributionContest
from coursehub.sales.models.bundles import Bundle, BundleCourse, OrderPart
from coursehub.sales.models.disputes import DISPUTE_OVER, DISPUTE_STATES, PaymentDispute, back_of
from coursehub.sales.models.employer_invoices import EmployerInvoice
from coursehub.sales.models.gifts import Gift
from coursehub.sales.models.instalments import PLAN_GOING, PLAN_STATES, Instalment, InstalmentPlan, InstalmentShare
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
from coursehub.sales.models.passes import (
    BEGINNING,
    GOING,
    CoursePass,
    PassCourse,
    PassEnrolment,
    PassPeriod,
    PassRefund,
    PassSubscription,
    PeriodUse,
    PoolMonth,
    UseContest,
)
from coursehub.sales.models.refunds import REFUND_CAUSES, REFUND_STATES, Refund, RefundRequest, SupportMessage
from coursehub.sales.models.sponsors import SPONSOR_STATES, SponsorRequest

__all__ = [
    "ATTRIBUTION_OUTCOMES",
    "BEARERS",
    "BEGINNING",
    "CHANNELS",
    "CORRECTED",
    "COUPON_KINDS",
    "DISPUTE_OVER",
    "DISPUTE_STATES",
    "FAPIAO_KINDS",
    "GOING",
    "ORDER_STATES",
    "PAYING",
    "PLAN_GOING",
    "PLAN_STATES",
    "REFUND_CAUSES",
    "REFUND_STATES",
    "SPONSOR_STATES",
    "AttributionContest",
    "Bundle",
    "BundleCourse",
    "Coupon",
    "CouponCourse",
    "CouponUse",
    "CoursePass",
    "EmployerInvoice",
    "FapiaoRequest",
    "FapiaoReversal",
    "Gift",
    "Instalment",
    "InstalmentPlan",
    "InstalmentShare",
    "LinkVisit",
    "Offering",
    "Order",
    "OrderPart",
    "PartnerLink",
    "PassCourse",
    "PassEnrolment",
    "PassPeriod",
    "PassRefund",
    "PassSubscription",
    "Payment",
    "PaymentDispute",
    "PeriodUse",
    "PoolMonth",
    "Refund",
    "RefundRequest",
    "SponsorRequest",
    "SupportMessage",
    "UseContest",
    "WebhookEvent",
    "back_of",
]
