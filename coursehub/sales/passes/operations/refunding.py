"""Money of a period goes back: within the window without a question, later as finance decides; also after its month."""

from datetime import datetime, timedelta

from coursehub import events, jobs, rails
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.ledger.operations import AccountRef, Leg, post
from coursehub.people.actor import Actor
from coursehub.sales.models import CoursePass, PassPeriod, PassRefund, PassSubscription
from coursehub.sales.operations.refunds_by_bank import not_said
from coursehub.sales.passes import policies, queries
from coursehub.sales.passes.operations.papers import credit_period
from coursehub.sales.passes.operations.returning import take_back
from coursehub.sales.passes.operations.subscribing import end_soon


class NothingLeftOfPeriod(Refusal):
    """Nothing of this period is left to refund."""


class PeriodDisputed(Refusal):
    """The subscriber's bank has this payment in dispute. What the bank decides comes first."""


class WindowOver(Refusal):
    """The days for a refund without a question are over. Write to us, and we look at it."""


class MoreThanPeriod(Refusal):
    """That is more than is left of this period."""


def in_window(subscription: PassSubscription, pass_: CoursePass, *, at: datetime) -> bool:
    """Whether the first payment is given back without a question: so many days from it."""
    periods = queries.periods_of(subscription.id)
    return len(periods) == 1 and at < periods[0].paid_at + timedelta(days=pass_.refund_days)


def ask_back(subscription: PassSubscription, *, by: Actor, at: datetime) -> PassRefund:
    """Within the window the first payment goes back whole, and the pass ends.

    Raises WindowOver, PeriodDisputed, NothingLeftOfPeriod.
    """
    require(policies.may_change_subscription(by, subscription))
    with transaction():
        lock(subscription)
        pass_ = db.session.get_one(CoursePass, subscription.pass_id)
        if not in_window(subscription, pass_, at=at):
            raise WindowOver
        period = queries.periods_of(subscription.id)[0]
        refund = _want(period, queries.refundable_minor(period), by, at)
        end_soon(subscription, at=at)
    return refund


def refund_period(period: PassPeriod, *, amount_minor: int, by: Actor, at: datetime) -> PassRefund:
    """Finance gives a period back, or a part of it; the pass goes on.

    Raises PeriodDisputed, NothingLeftOfPeriod, MoreThanPeriod.
    """
    subscription = db.session.get_one(PassSubscription, period.subscription_id)
    require(policies.may_refund_period(by, subscription))
    with transaction():
        lock(subscription)
        return _want(period, amount_minor, by, at)


def _want(period: PassPeriod, amount_minor: int, by: Actor, at: datetime) -> PassRefund:
    if queries.dispute_that_holds(period.id) is not None:
        raise PeriodDisputed
    left = queries.refundable_minor(period)
    if left <= 0:
        raise NothingLeftOfPeriod
    if not 0 < amount_minor <= left:
        raise MoreThanPeriod
    refund = PassRefund(period_id=period.id, amount_minor=amount_minor, state="wanted", wanted_at=at, wanted_by_id=by.person_id)
    db.session.add(refund)
    db.session.flush()
    jobs.enqueue("sales.send_pass_refund", at=at, refund_id=refund.id)
    return refund


def send(refund: PassRefund, *, at: datetime) -> PassRefund:
    """Ask the rail for a wanted refund and record its answer; safe to repeat. Raises RailAway: the job comes again."""
    with transaction():
        lock(refund)
        if refund.state != "wanted":
            return refund
        refund.tries += 1
        period = db.session.get_one(PassPeriod, refund.period_id)
        wish = rails.RefundWish(
            key=f"pass_refund:{refund.reference}", reference=refund.reference, payment_id=period.rail_payment_id,
            amount_minor=refund.amount_minor, again=refund.tries > 1,
        )  # fmt: skip
    try:
        facts = rails.current().refund(wish)
    except rails.RailRefused as problem:
        with transaction():
            lock(refund)
            if refund.state == "wanted":  # not: a twin was told that it is done
                refund.state, refund.problem = "failed", (problem.code or str(problem))[:200]
        return refund
    return record(refund, facts, at=at)


def record(refund: PassRefund, facts: rails.RefundFacts, *, at: datetime) -> PassRefund:
    """Write down what the rail says of a refund: booked when the rail takes it, in suspense when the rail fails later."""
    period = db.session.get_one(PassPeriod, refund.period_id)
    subscription = db.session.get_one(PassSubscription, period.subscription_id)
    with transaction():
        lock(db.session.get_one(CoursePass, subscription.pass_id))  # its month is not shared at the same time
        lock(period)
        lock(refund)
        if facts.reference != refund.reference or facts.amount_minor != refund.amount_minor:
            return refund
        if refund.state == "wanted":
            refund.rail_refund_id, refund.state, refund.problem = facts.id, "pending", ""
            _book(refund, period, facts.made_at, at)
        if refund.state == "pending" and facts.state == "succeeded":
            refund.state, refund.done_at = "done", at
        elif refund.state in ("pending", "done") and facts.state in ("failed", "cancelled"):
            refund.state, refund.done_at, refund.problem = "failed", None, "failed at the bank"
            _post_suspense(refund, period, kind="refund_failed", minor=refund.amount_minor, occurred_at=at, at=at)
    return refund


def _book(refund: PassRefund, period: PassPeriod, occurred_at: datetime, at: datetime) -> None:
    if refund.booked_at is not None:  # given again after it had failed
        _post_suspense(refund, period, kind="refund_retry", minor=-refund.amount_minor, occurred_at=occurred_at, at=at)
        return
    amount = min(refund.amount_minor, queries.left_minor(period))
    refund.booked_at = at
    db.session.flush()
    events.record("sales.pass_refunded", at=at, refund_id=refund.id)
    if amount:
        take_back(
            period, kind="refund", effect=f"refund:{refund.public_id}", names={"refund": refund.public_id}, amount_minor=amount,
            occurred_at=occurred_at, at=at,
        )  # fmt: skip
    if amount < refund.amount_minor:  # a bank had taken it meanwhile
        _post_suspense(refund, period, kind="refund_beyond", minor=amount - refund.amount_minor, occurred_at=occurred_at, at=at)
    credit_period(period, refund, at=at)


def _post_suspense(refund: PassRefund, period: PassPeriod, *, kind: str, minor: int, occurred_at: datetime, at: datetime) -> None:
    """Money that came back to the rail's balance, or left it if negative, and belongs to nothing that was paid."""
    post(
        kind=kind, effect_key=f"{kind}:{refund.reference}", occurred_at=occurred_at, at=at, currency=period.currency,
        postings=[
            Leg(AccountRef(f"asset:rail:{period.rail}"), minor),
            Leg(AccountRef("liability:suspense"), -minor),
        ],
    )  # fmt: skip


def send_again(refund: PassRefund, *, by: Actor, at: datetime) -> None:
    """Try a failed refund once more, as a new refund at the rail. Raises PaidByBankAlready."""
    period = db.session.get_one(PassPeriod, refund.period_id)
    require(policies.may_refund_period(by, db.session.get_one(PassSubscription, period.subscription_id)))
    with transaction():
        lock(refund)
        if refund.state != "failed":
            return
        not_said(refund)
        refund.state, refund.tries, refund.rail_refund_id = "wanted", 0, None
        refund.attempt += 1
        jobs.enqueue("sales.send_pass_refund", at=at, refund_id=refund.id)
