"""What the rail says of a subscription, written down: paid periods, trial, failure, recovery, end.

Return page, webhook and sweep call the same operation, which reads the subscription again with all its invoices; so an
event may come twice, late, out of order or never.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events, rails
from coursehub.contracts.operations.pooling import fund_pool
from coursehub.db import db, lock, transaction
from coursehub.learning.operations import end_enrolment, reopen_enrolment
from coursehub.sales.models import BEGINNING, GOING, CoursePass, PassPeriod, PassSubscription
from coursehub.sales.operations.turns import PATIENCE, in_turn
from coursehub.sales.passes import queries
from coursehub.sales.passes.operations.papers import continue_fapiao, continue_invoices
from coursehub.sales.passes.standing import CLOSED_WITH_IT
from coursehub.sales.queries.turns import by_turn

log = logging.getLogger(__name__)


def settle(subscription: PassSubscription, *, at: datetime) -> PassSubscription:
    """Look what became of the page on which somebody agreed, then follow what began. Raises RailAway."""
    if subscription.state in BEGINNING and subscription.session_id is not None:
        agreed = rails.current().read_agreement(subscription.session_id)
        with transaction():
            lock(subscription)
            if agreed.reference != subscription.public_id:
                subscription.trouble = "reference"
            elif agreed.subscription_id is not None:
                subscription.rail_subscription_id = agreed.subscription_id
            elif agreed.state == "expired" and subscription.state in BEGINNING:
                subscription.state = "expired"
    if subscription.rail_subscription_id is not None and not subscription.trouble:
        follow(subscription, at=at)
    return subscription


def follow(subscription: PassSubscription, *, at: datetime) -> PassSubscription:
    """Read a subscription at the rail and write down everything that follows; safe to call at any time. Raises RailAway."""
    rail_id = subscription.rail_subscription_id
    if rail_id is None:
        return subscription
    with transaction():
        lock(subscription)
        subscription.asked_n += 1
        asked = subscription.asked_n
        booked = {period.rail_invoice_id for period in queries.periods_of(subscription.id)}
    facts = rails.current().read_subscription(rail_id, booked=booked)
    with transaction():
        lock(subscription)
        if trouble := _mismatch(subscription, facts):
            log.error("subscription %s needs a hand: %s", subscription.public_id, trouble)
            subscription.trouble = trouble
            return subscription
        if asked > subscription.heard_n:  # an older answer that arrives late changes no state
            subscription.heard_n = asked
            _move(subscription, facts, at)
        for invoice in facts.invoices:  # last: from the first booking on everybody who books waits
            if invoice.payment is not None:
                _record(subscription, invoice, invoice.payment, at)
    return subscription


def _mismatch(subscription: PassSubscription, facts: rails.SubscriptionFacts) -> str:
    if facts.reference != subscription.public_id:
        return "reference"
    if facts.live != subscription.is_live:
        return "mode"
    for invoice in facts.invoices:
        if invoice.amount_minor not in (0, subscription.price_minor):
            return "amount"
        if invoice.currency != subscription.currency:
            return "currency"
    return ""


def _record(subscription: PassSubscription, invoice: rails.InvoiceFacts, payment: rails.PaymentFacts, at: datetime) -> None:
    """A paid period, once per invoice: its money stands in the pool."""
    known = sa.select(PassPeriod.id).where(PassPeriod.rail_invoice_id == invoice.id)
    if db.session.execute(known).first() is not None:
        return
    period = PassPeriod(
        subscription_id=subscription.id, rail="stripe", rail_invoice_id=invoice.id, rail_payment_id=payment.id,
        rail_charge_id=payment.charge_id, starts_at=invoice.starts_at, ends_at=invoice.ends_at,
        amount_minor=payment.amount_minor, fee_minor=payment.fee_minor, tax_bps=subscription.tax_bps,
        currency=payment.currency, paid_at=payment.paid_at, recorded_at=at,
    )  # fmt: skip
    db.session.add(period)
    db.session.flush()
    events.record("sales.pass_paid", at=at, period_id=period.id)
    fund_pool(period.paid(db.session.get_one(CoursePass, subscription.pass_id).public_id), at=at)
    continue_invoices(subscription, period, at=at)
    continue_fapiao(subscription, period, at=at)


def _move(subscription: PassSubscription, facts: rails.SubscriptionFacts, at: datetime) -> None:
    before = subscription.state
    if before == "ended":
        return
    began = subscription.began_at is None
    if began:
        subscription.began_at = facts.invoices[0].starts_at if facts.invoices else facts.starts_at
    subscription.stops_at_end = facts.stops_at_end
    subscription.late_since, subscription.invoice_url = None, ""
    if facts.state == "ended":
        subscription.state, subscription.ended_at = "ended", facts.ended_at or at
        close_courses(subscription, at=at)
        events.record("sales.pass_ended", at=at, subscription_id=subscription.id)
        return
    subscription.state = facts.state
    if facts.state == "late":
        unpaid = next((one for one in reversed(facts.invoices) if one.state != "paid"), None)
        subscription.late_since = unpaid.starts_at if unpaid else facts.starts_at
        subscription.invoice_url = unpaid.page_url if unpaid else ""
        subscription.covered_until = subscription.late_since
        if before != "late":
            events.record("sales.pass_late", at=at, subscription_id=subscription.id)
        return
    subscription.covered_until = facts.ends_at
    if began:
        events.record("sales.pass_began", at=at, subscription_id=subscription.id)
    if before == "late":
        open_courses_again(subscription, at=at)
        events.record("sales.pass_recovered", at=at, subscription_id=subscription.id)


def close_courses(subscription: PassSubscription, *, at: datetime) -> int:
    """The lessons that a pass holds open are closed, those that were bought meanwhile stay. Joins; how many were closed."""
    count = 0
    for enrolment in queries.enrolments_of(subscription.id):
        lock(enrolment)  # a sale may be taking it over
        if enrolment.ended_at is None and enrolment.source == "pass":
            end_enrolment(enrolment, reason=CLOSED_WITH_IT, at=at)
            count += 1
    return count


def open_courses_again(subscription: PassSubscription, *, at: datetime) -> None:
    """What was closed because the pass was not paid is open again. Joins."""
    for enrolment in queries.enrolments_of(subscription.id):
        if enrolment.ended_reason == CLOSED_WITH_IT:
            reopen_enrolment(enrolment, at=at)


def close_after_grace(*, at: datetime) -> int:
    """Close the courses of passes that are late for longer than their days of grace; how many passes that were."""
    late = (
        sa.select(PassSubscription, CoursePass.grace_days)
        .join(CoursePass, CoursePass.id == PassSubscription.pass_id)
        .where(PassSubscription.state == "late")
        .order_by(PassSubscription.id)
    )
    count = 0
    for subscription, grace_days in db.session.execute(late).all():
        with transaction():
            lock(subscription)
            over = subscription.late_since is not None and at >= subscription.late_since + timedelta(days=grace_days)
            if subscription.state == "late" and over and close_courses(subscription, at=at):
                events.record("sales.pass_closed", at=at, subscription_id=subscription.id)
                count += 1
    return count


def settle_passes(*, at: datetime, limit: int = 500, patience: int = PATIENCE) -> int:
    """Ask the rail after subscriptions of which something was due, each in its turn: the last net under lost events. How many."""
    due = sa.select(PassSubscription).where(
        PassSubscription.trouble == "",
        sa.or_(
            sa.and_(PassSubscription.state.in_(BEGINNING), PassSubscription.placed_at < at - timedelta(minutes=10)),
            PassSubscription.state == "late",
            sa.and_(PassSubscription.state.in_(GOING), PassSubscription.covered_until < at - timedelta(hours=2)),
        ),
    )

    def batch(newest_first: bool) -> Sequence[PassSubscription]:
        turn = by_turn(PassSubscription, newest_first=newest_first)
        return db.session.execute(due.order_by(*turn).limit(limit)).scalars().all()

    return in_turn(batch, lambda subscription: _settle_due(subscription, at), what="subscription", dated=at, patience=patience)


def _settle_due(subscription: PassSubscription, at: datetime) -> None:
    if subscription.state != "placed" or subscription.expires_at > at:
        settle(subscription, at=at)
        return
    with transaction():
        lock(subscription)
        subscription.state = "expired" if subscription.state == "placed" else subscription.state
