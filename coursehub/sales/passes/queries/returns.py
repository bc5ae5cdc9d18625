"""What of a period went back, by refunds and by banks, and what is left of it."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import select

from coursehub.db import db, in_parts
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import POOL
from coursehub.sales.models import (
    CoursePass,
    PassPeriod,
    PassRefund,
    PassSubscription,
    PaymentDispute,
    PeriodUse,
)


def refunds_of(period_id: int) -> Sequence[PassRefund]:
    """Money of a period that went or goes back, oldest first."""
    found = select(PassRefund).where(PassRefund.period_id == period_id).order_by(PassRefund.id)
    return db.session.execute(found).scalars().all()


def refunds_in_trouble() -> "sa.Select[*tuple[PassRefund, PassPeriod, CoursePass]]":
    """Refunds that the rail could not make, each with its period and pass, the oldest first."""
    return (
        select(PassRefund, PassPeriod, CoursePass)
        .join(PassPeriod, PassPeriod.id == PassRefund.period_id)
        .join(PassSubscription, PassSubscription.id == PassPeriod.subscription_id)
        .join(CoursePass, CoursePass.id == PassSubscription.pass_id)
        .where(PassRefund.state == "failed")
        .order_by(PassRefund.id)
    )


def refund_by_reference(reference: str) -> PassRefund | None:
    """The refund whose reference the rail keeps."""
    public_id = reference.rpartition("-")[0]
    return db.session.execute(select(PassRefund).where(PassRefund.public_id == public_id)).scalar_one_or_none()


def refunded_minor(period_ids: Sequence[int]) -> dict[int, int]:
    """By period: what was given back and is in the books."""
    found: dict[int, int] = {}
    for ids in in_parts(period_ids):
        sums = (
            select(PassRefund.period_id, sa.func.sum(PassRefund.amount_minor))
            .where(PassRefund.period_id.in_(ids), PassRefund.booked_at.is_not(None))
            .group_by(PassRefund.period_id)
        )
        found |= {period: int(amount) for period, amount in db.session.execute(sums)}
    return found


def period_at_rail(rail_payment_id: str) -> PassPeriod | None:
    """The period that was paid by the payment with the rail's own number."""
    return db.session.execute(select(PassPeriod).where(PassPeriod.rail_payment_id == rail_payment_id)).scalar_one_or_none()


def disputes_of(period_id: int) -> Sequence[PaymentDispute]:
    """Every dispute over a period, the first first."""
    found = select(PaymentDispute).where(PaymentDispute.period_id == period_id).order_by(PaymentDispute.id)
    return db.session.execute(found).scalars().all()


def dispute_that_holds(period_id: int) -> PaymentDispute | None:
    """The dispute for which the bank has taken the money of a period and not decided yet."""
    return next((one for one in disputes_of(period_id) if one.withdrawn_at is not None and one.closed_at is None), None)


def is_disputed(subscription_id: int) -> bool:
    """Whether a bank has the money of a period of this subscription and has not decided yet."""
    found = (
        select(PaymentDispute.id)
        .join(PassPeriod, PassPeriod.id == PaymentDispute.period_id)
        .where(
            PassPeriod.subscription_id == subscription_id, PaymentDispute.withdrawn_at.is_not(None),
            PaymentDispute.closed_at.is_(None),
        )
    )  # fmt: skip
    return db.session.execute(found).first() is not None


def disputed_minor(period_ids: Sequence[int]) -> dict[int, int]:
    """By period: what banks took of it and did not give back."""
    found: dict[int, int] = {}
    for ids in in_parts(period_ids):
        sums = (
            select(PaymentDispute.period_id, sa.func.sum(PaymentDispute.shared_minor))
            .where(
                PaymentDispute.period_id.in_(ids), PaymentDispute.withdrawn_at.is_not(None),
                PaymentDispute.reinstated_at.is_(None),
            )
            .group_by(PaymentDispute.period_id)
        )  # fmt: skip
        found |= {period: int(amount) for period, amount in db.session.execute(sums) if period is not None}
    return found


def left_minor(period: PassPeriod) -> int:
    """What of a period no refund and no bank took."""
    gone = refunded_minor([period.id]).get(period.id, 0) + disputed_minor([period.id]).get(period.id, 0)
    return max(0, period.amount_minor - gone)


def refundable_minor(period: PassPeriod) -> int:
    """What of a period can still be given back: what is on its way already is not among it."""
    waiting = sum(one.amount_minor for one in refunds_of(period.id) if one.booked_at is None and one.state == "wanted")
    return max(0, left_minor(period) - waiting)


def shares_of(period: PassPeriod) -> dict[int, int]:
    """By course: what it got of a period once its month was shared."""
    found = select(PeriodUse.course_id, PeriodUse.share_minor).where(PeriodUse.period_id == period.id, PeriodUse.share_minor > 0)
    return {course: int(share or 0) for course, share in db.session.execute(found.order_by(PeriodUse.course_id))}


def pooled_now(pass_: CoursePass, rows: Sequence[PassPeriod]) -> dict[int, int]:
    """By period: what of it is in the pool, as the books say where something went back."""
    ids = [row.id for row in rows]
    touched = {*refunded_minor(ids), *_ever_disputed(ids)}
    paid = {row.id: row.paid(pass_.public_id) for row in rows}
    left: dict[str, int] = {}
    for few in in_parts(sorted(touched)):
        left |= ledger.left_on([paid[id].effect_key for id in few], POOL, party=pass_.public_id)
    return {id: -left.get(each.effect_key, 0) if id in touched else each.legs()["pool"] for id, each in paid.items()}


def _ever_disputed(period_ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for ids in in_parts(period_ids):
        disputed = select(PaymentDispute.period_id).where(PaymentDispute.period_id.in_(ids))
        found |= {period for period in db.session.execute(disputed).scalars() if period is not None}
    return found
