"""Adjusting entries: what waits for a second person, what was booked, and which movement it is about."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from coursehub.db import db
from coursehub.payouts.models import Adjustment
from coursehub.payouts.policies import may_read_all
from coursehub.people.actor import Actor
from coursehub.sales.models import CoursePass, Order, PassPeriod, PassRefund, PassSubscription, Payment, Refund


def adjustments_visible_to(reader: Actor) -> "sa.Select[Adjustment]":
    """Every entry, the latest first, for finance staff."""
    found = sa.select(Adjustment).order_by(Adjustment.id.desc())
    return found if may_read_all(reader) else found.where(sa.false())


def adjustments_waiting(through: date) -> Sequence[Adjustment]:
    """Entries about this day or an earlier one that no second person has answered."""
    found = sa.select(Adjustment).where(Adjustment.decided_at.is_(None), Adjustment.occurred_on <= through)
    return db.session.execute(found.order_by(Adjustment.id)).scalars().all()


def adjustment_numbered(number: int | None) -> Adjustment | None:
    """One entry by its number."""
    return None if number is None else db.session.get(Adjustment, number)


def adjustments_to_confirm(person_id: int) -> "sa.Select[Adjustment]":
    """Entries that this person may answer as the second."""
    return sa.select(Adjustment).where(Adjustment.decided_at.is_(None), Adjustment.proposed_by_id != person_id)


def taken_back_by(adjustment_id: int) -> Adjustment | None:
    """The entry that takes another back, confirmed or waiting."""
    found = sa.select(Adjustment).where(Adjustment.reverses_id == adjustment_id, Adjustment.is_confirmed.is_not(sa.false()))
    return db.session.execute(found).scalar_one_or_none()


def takings_back(adjustment_ids: Sequence[int]) -> dict[int, Adjustment]:
    """The same for several, by the entry that is taken back."""
    found = sa.select(Adjustment).where(Adjustment.reverses_id.in_(adjustment_ids), Adjustment.is_confirmed.is_not(sa.false()))
    return {row.reverses_id: row for row in db.session.execute(found).scalars() if row.reverses_id is not None}


def entry_of(movement_id: int) -> Adjustment | None:
    """The entry that books a movement at the provider: it waits, or was confirmed and not taken back."""
    found = standing().where(Adjustment.movement_id == movement_id)
    return db.session.execute(found).scalar_one_or_none()


def entries_of(movement_ids: Sequence[int]) -> dict[int, Adjustment]:
    """The same for several, by the movement."""
    found = db.session.execute(standing().where(Adjustment.movement_id.in_(movement_ids))).scalars()
    return {row.movement_id: row for row in found if row.movement_id is not None}


def entry_of_refund(refund_name: str) -> Adjustment | None:
    """The entry by which a failed refund is paid by bank: it waits, or was confirmed and not taken back."""
    found = standing().where(Adjustment.refund_name == refund_name, Adjustment.reverses_id.is_(None))
    return db.session.execute(found).scalar_one_or_none()


def refund_named(name: str) -> Refund | PassRefund | None:
    """A refund of an order, or else of a pass."""
    of_order = db.session.execute(sa.select(Refund).where(Refund.public_id == name)).scalar_one_or_none()
    return of_order or db.session.execute(sa.select(PassRefund).where(PassRefund.public_id == name)).scalar_one_or_none()


def currency_of_refund(refund: Refund | PassRefund) -> str:
    """The currency of the payment that it gives back."""
    if isinstance(refund, Refund):
        return db.session.get_one(Payment, refund.payment_id).currency
    return db.session.get_one(PassPeriod, refund.period_id).currency


def failed_refunds_of(about: str, name: str) -> list[Refund | PassRefund]:
    """Refunds of an order or of a pass whose money waits in suspense, the first first."""
    if about == "order":
        found = sa.select(Refund).join(Order, Order.id == Refund.order_id).where(Order.public_id == name)
        waits = found.where(Refund.state == "failed", Refund.booked_at.is_not(None)).order_by(Refund.id)
        return list(db.session.execute(waits).scalars())
    if about == "pass":
        of_pass = (
            sa.select(PassRefund)
            .join(PassPeriod, PassPeriod.id == PassRefund.period_id)
            .join(PassSubscription, PassSubscription.id == PassPeriod.subscription_id)
            .join(CoursePass, CoursePass.id == PassSubscription.pass_id)
            .where(CoursePass.public_id == name, PassRefund.state == "failed", PassRefund.booked_at.is_not(None))
        )
        return list(db.session.execute(of_pass.order_by(PassRefund.id)).scalars())
    return []


def standing() -> "sa.Select[Adjustment]":
    """Entries that wait, or were confirmed and not taken back since."""
    back = aliased(Adjustment)
    gone = sa.select(back.id).where(back.reverses_id == Adjustment.id, back.is_confirmed.is_(sa.true()))
    return sa.select(Adjustment).where(Adjustment.is_confirmed.is_not(sa.false()), ~gone.exists())
