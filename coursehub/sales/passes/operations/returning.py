"""Where the money of a period is, when some of it goes back: in the pool, or with the courses that its month gave it to."""

from datetime import datetime

from coursehub.contracts.operations.pool_returns import ReturnedPeriod, return_period
from coursehub.db import db
from coursehub.ledger.operations import Booked
from coursehub.sales.models import CoursePass, PassPeriod, PassSubscription, PaymentDispute, PoolMonth
from coursehub.sales.passes import queries


def pass_of(period: PassPeriod) -> CoursePass:
    """The pass that a period was paid for."""
    return db.session.get_one(CoursePass, db.session.get_one(PassSubscription, period.subscription_id).pass_id)


def late_key(pass_: CoursePass, month: PoolMonth, dispute: PaymentDispute) -> str:
    """The effect by which money that a bank gave back late follows its month."""
    return f"{month.effect_key(pass_)}:{dispute.public_id}"


def take_back(
    period: PassPeriod, *, kind: str, effect: str, names: dict[str, str], amount_minor: int, occurred_at: datetime, at: datetime
) -> Booked:
    """Book what goes back of a period, from wherever its money is. Joins; the pass and the period are locked."""
    pass_ = pass_of(period)
    was_shared = period.pool_month_id is not None and period.pooled_minor is not None
    month = db.session.get_one(PoolMonth, period.pool_month_id) if was_shared else None
    taken = queries.disputes_of(period.id)
    refunds = [f"refund:{each.public_id}" for each in queries.refunds_of(period.id) if each.booked_at is not None]
    before = [*refunds, *(each.effect_key for each in taken if each.withdrawn_at is not None)]
    return return_period(
        ReturnedPeriod(
            kind=kind, effect=effect, facts=names, occurred_at=occurred_at, period=period.paid(pass_.public_id),
            amount_minor=amount_minor, effects=[each for each in before if each != effect],
            month_keys=[month.effect_key(pass_), *(late_key(pass_, month, each) for each in taken)] if month else [],
            shares=queries.shares_of(period) if month else {}, shared_minor=period.pooled_minor or 0,
        ),
        at=at,
    )  # fmt: skip
