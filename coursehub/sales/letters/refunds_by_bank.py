"""Letters about refunds that failed where the buyer had paid and that went out by bank transfer instead."""

from datetime import datetime

from coursehub.db import db
from coursehub.events import on
from coursehub.people import queries as people
from coursehub.sales.letters.writing import about, write
from coursehub.sales.models import CoursePass, Order, PassPeriod, PassRefund, PassSubscription, Refund
from coursehub.sales.operations.refunds_by_bank import PAID_BY_BANK


@on("sales.refund_paid_by_bank")
def send_refund_by_bank(*, at: datetime, refund_id: int) -> None:
    """The buyer reads that the money of an order comes by another way; not if that was taken back meanwhile."""
    refund = db.session.get_one(Refund, refund_id)
    order = db.session.get_one(Order, refund.order_id)
    if refund.problem == PAID_BY_BANK:
        mark = f"{refund.public_id}:{refund.attempt}"
        write(
            "refund_by_bank", person_id=order.buyer_id, mark=mark, at=at, refund=refund, currency=order.currency,
            subscription=None, number=order.public_id, **about(order),
        )  # fmt: skip


@on("sales.pass_refund_paid_by_bank")
def send_pass_refund_by_bank(*, at: datetime, refund_id: int) -> None:
    """The same of a period of a pass."""
    refund = db.session.get_one(PassRefund, refund_id)
    period = db.session.get_one(PassPeriod, refund.period_id)
    subscription = db.session.get_one(PassSubscription, period.subscription_id)
    pass_ = db.session.get_one(CoursePass, subscription.pass_id)
    if refund.problem == PAID_BY_BANK:
        title = pass_.name_en if people.locale_of(subscription.person_id) == "en" else pass_.name
        write(
            "refund_by_bank", person_id=subscription.person_id, mark=f"pass:{refund.public_id}:{refund.attempt}", at=at,
            refund=refund, currency=period.currency, subscription=subscription, number=period.public_id, title=title,
        )  # fmt: skip
