"""A subscriber's bank that wants the payment of a period back: booked when money moves, also after its month was shared."""

from dataclasses import replace
from datetime import datetime

from coursehub import events, jobs, rails
from coursehub.contracts.operations.pool_returns import reinstate_period
from coursehub.contracts.pools import divide
from coursehub.db import db, lock, transaction
from coursehub.sales.models import GOING, PassPeriod, PassSubscription, PaymentDispute, PoolMonth, back_of
from coursehub.sales.operations.dispute_steps import book_beside, write_down
from coursehub.sales.passes import queries
from coursehub.sales.passes.months import bounds
from coursehub.sales.passes.operations.following import settle
from coursehub.sales.passes.operations.papers import credit_period_dispute
from coursehub.sales.passes.operations.refunding import send
from coursehub.sales.passes.operations.returning import late_key, pass_of, take_back
from coursehub.sales.passes.operations.sharing import share_out_of
from coursehub.sales.passes.operations.subscribing import end_soon


def follow_period_dispute(facts: rails.DisputeFacts, *, at: datetime) -> PaymentDispute | None:
    """Do what follows from what the rail says of a dispute, if it is over a period of a pass; None if it is not.

    A period that we do not know yet is read first, and a refund that was sent and not answered is asked after. Raises RailAway.
    """
    period = queries.period_at_rail(facts.payment_id)
    if period is None:
        _read_period(facts.payment_id, at)
        period = queries.period_at_rail(facts.payment_id)
    if period is None:
        return None
    for refund in queries.refunds_of(period.id):
        if refund.state == "wanted" and refund.tries:
            send(refund, at=at)
    return record_period_dispute(period, facts, at=at)


def _read_period(payment_id: str, at: datetime) -> None:
    paid = rails.current().subscription_paid_by(payment_id)
    if paid is not None:
        subscription = queries.subscription_at_rail(paid.id) or queries.subscription_of("", paid.reference)
        if subscription is not None:
            settle(subscription, at=at)


def record_period_dispute(period: PassPeriod, facts: rails.DisputeFacts, *, at: datetime) -> PaymentDispute:
    """Write down what the rail says of a dispute over a period; each movement of money is booked once.

    While the bank has the money the courses stay open and nothing more is charged; a period that is lost whole ends its pass.
    """
    subscription = db.session.get_one(PassSubscription, period.subscription_id)
    with transaction():
        lock(pass_of(period))  # its month is not shared at the same time
        lock(period)
        heard = write_down(facts, left_minor=lambda: queries.left_minor(period), at=at, period_id=period.id)
        dispute = heard.dispute
        if heard.is_new:
            events.record("sales.pass_dispute_opened", at=at, dispute_id=dispute.id)
        if heard.leaves:
            events.record("sales.pass_dispute_withdrawn", at=at, dispute_id=dispute.id)
            if subscription.state in GOING and dispute.closed_at is None:
                jobs.enqueue("sales.stop_disputed_pass", at=at, subscription_id=subscription.id)
        if heard.closes:
            events.record("sales.pass_dispute_closed", at=at, dispute_id=dispute.id)
        if heard.closes and _ends_pass(dispute, period, subscription, at):
            end_soon(subscription, at=at)
        if heard.leaves and dispute.shared_minor and dispute.withdrawn_at is not None:
            take_back(
                period, kind="dispute", effect=dispute.effect_key, names={"dispute": dispute.rail_dispute_id},
                amount_minor=dispute.shared_minor, occurred_at=dispute.withdrawn_at, at=at,
            )  # fmt: skip
        if heard.returns and dispute.shared_minor and dispute.reinstated_at is not None:
            _give_back(dispute, period, dispute.reinstated_at, at)
        book_beside(heard, rail=period.rail, fee_back_minor=facts.fee_back_minor, at=at)
        credit_period_dispute(period, dispute, at=at)
    return dispute


def _ends_pass(dispute: PaymentDispute, period: PassPeriod, subscription: PassSubscription, at: datetime) -> bool:
    """Whether the pass runs on money that its subscriber has back."""
    runs = subscription.state in GOING and period.starts_at <= at < period.ends_at
    return dispute.state == "lost" and runs and queries.left_minor(period) == 0


def _give_back(dispute: PaymentDispute, period: PassPeriod, occurred_at: datetime, at: datetime) -> None:
    """All goes back where it was. What was taken before the month was shared follows that month, by its facts and its terms."""
    pass_ = pass_of(period)
    waits = reinstate_period(dispute.effect_key, pass_.public_id, occurred_at=occurred_at, at=at, named=back_of)
    if not waits or period.pooled_minor is None or period.pool_month_id is None:
        return
    month = db.session.get_one(PoolMonth, period.pool_month_id)
    sharing = queries.sharing_of(pass_, month)
    alone = [replace(each, amount_minor=waits if each.id == period.public_id else 0) for each in sharing.periods]
    share_out_of(
        month, pass_, sharing, divide(pass_.pool, alone, sharing.courses), effect_key=late_key(pass_, month, dispute),
        occurred_at=max(occurred_at, bounds(month.month)[1]), at=at,
    )  # fmt: skip
    period.pooled_minor += waits
