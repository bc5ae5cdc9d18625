"""Letters of passes: begun, paid, late, closed, stopped, ended, refunded; what a subscriber's bank did."""

from datetime import datetime
from typing import Any

from coursehub.db import db
from coursehub.events import on
from coursehub.people import queries as people
from coursehub.sales.letters.writing import write
from coursehub.sales.models import CoursePass, PassPeriod, PassRefund, PassSubscription, PaymentDispute
from coursehub.sales.passes import queries
from coursehub.sales.passes.standing import is_open


def _of_pass(name: str, subscription_id: int, *, mark: str, at: datetime, **context: Any) -> None:
    subscription = db.session.get_one(PassSubscription, subscription_id)
    pass_ = db.session.get_one(CoursePass, subscription.pass_id)
    title = pass_.name_en if people.locale_of(subscription.person_id) == "en" else pass_.name
    about = {"subscription": subscription, "found": pass_, "title": title, **context}
    write(name, person_id=subscription.person_id, mark=mark, at=at, **about)


@on("sales.pass_began")
def send_pass_began(*, at: datetime, subscription_id: int) -> None:
    """The courses are open, and how to stop."""
    _of_pass("pass_began", subscription_id, mark=f"{subscription_id}", at=at)


@on("sales.pass_paid")
def send_pass_receipt(*, at: datetime, period_id: int) -> None:
    """What was paid, for which period."""
    period = db.session.get_one(PassPeriod, period_id)
    tax_minor = period.paid("").legs()["tax"]
    _of_pass("pass_paid", period.subscription_id, mark=period.public_id, at=at, period=period, tax_minor=tax_minor)


@on("sales.pass_late")
def send_pass_late(*, at: datetime, subscription_id: int) -> None:
    """A payment failed: where to pay with another card, and until when the courses stay open."""
    since = db.session.get_one(PassSubscription, subscription_id).late_since
    if since is not None:  # it may have been paid meanwhile
        _of_pass("pass_late", subscription_id, mark=f"{subscription_id}:{since:%Y%m%d}", at=at, since=since)


@on("sales.pass_closed")
def send_pass_closed(*, at: datetime, subscription_id: int) -> None:
    """The days of grace are over; paying opens everything again."""
    _of_pass("pass_closed", subscription_id, mark=f"{subscription_id}:{at:%Y%m%d}", at=at)


@on("sales.pass_stopped")
def send_pass_stopped(*, at: datetime, subscription_id: int) -> None:
    """It ends with what is paid."""
    _of_pass("pass_stopped", subscription_id, mark=f"{subscription_id}:{at:%Y%m%d%H%M%S}", at=at)


@on("sales.pass_ended")
def send_pass_ended(*, at: datetime, subscription_id: int) -> None:
    """It is over; what stays."""
    _of_pass("pass_ended", subscription_id, mark=f"{subscription_id}", at=at)


@on("sales.pass_refunded")
def send_pass_refunded(*, at: datetime, refund_id: int) -> None:
    """Money of a period is on its way back."""
    refund = db.session.get_one(PassRefund, refund_id)
    period = db.session.get_one(PassPeriod, refund.period_id)
    _of_pass("pass_refunded", period.subscription_id, mark=refund.public_id, at=at, refund=refund, period=period)


@on("sales.pass_dispute_withdrawn")
def send_pass_disputed(*, at: datetime, dispute_id: int) -> None:
    """A subscriber's bank took a payment back: what stays open, and what they can do if they did not ask for it."""
    _of_dispute("pass_disputed", dispute_id, at)


@on("sales.pass_dispute_closed")
def send_pass_dispute_closed(*, at: datetime, dispute_id: int) -> None:
    """The bank decided; nothing is said of a question that took nothing."""
    if db.session.get_one(PaymentDispute, dispute_id).withdrawn_at is not None:
        _of_dispute("pass_dispute_closed", dispute_id, at)


def _of_dispute(name: str, dispute_id: int, at: datetime) -> None:
    dispute = db.session.get_one(PaymentDispute, dispute_id)
    period = db.session.get_one(PassPeriod, dispute.period_id)
    subscription = db.session.get_one(PassSubscription, period.subscription_id)
    ends = dispute.state == "lost" and queries.left_minor(period) == 0 and period.starts_at <= at < period.ends_at
    goes_on = is_open(subscription, db.session.get_one(CoursePass, subscription.pass_id), at) and not ends
    mark = f"{dispute.public_id}:{dispute.state}" if dispute.closed_at else dispute.public_id
    _of_pass(name, subscription.id, mark=mark, at=at, dispute=dispute, period=period, ends=ends, goes_on=goes_on)
