"""What money in suspense belongs to: each order, pass, dispute or entry of which something waits, by what the books say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from coursehub.db import db
from coursehub.ledger.accounts import account_id
from coursehub.ledger.models import Journal, Posting
from coursehub.payouts.adjusting import SUSPENSE
from coursehub.payouts.models import Adjustment
from coursehub.sales.models import CoursePass, Order, PassPeriod, PassRefund, PassSubscription, Payment, PaymentDispute, Refund

OF_REFUNDS = ("stray_return", "refund_failed", "refund_retry", "refund_beyond")
"""Kinds of journals whose effect names a refund and, after the first, which attempt."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something of which money waits in suspense.

    about: order | pass | dispute | adjustment, or "" where nothing of ours names it. name: its public id.
    kind:  what put it there last, a kind of journal. minor: what we owe or, below nothing, are owed. since: when it came first.
    """

    about: str
    name: str
    kind: str
    currency: str
    minor: int
    since: datetime


def waiting_in_suspense(currency: str, *, through: int | None = None) -> list[Waiting]:
    """Everything of which money waits in a currency, the oldest first; it adds up to what stands there.

    through: as it stood after the journal of that number; None: as it stands now.
    """
    rows = db.session.execute(
        sa.select(Journal.kind, Journal.effect_key, Journal.recorded_at, sa.func.sum(Posting.amount_minor).label("minor"))
        .join(Posting, Posting.journal_id == Journal.id)
        .where(
            Posting.account_id == account_id(SUSPENSE, "", currency), Journal.id <= through if through is not None else sa.true()
        )
        .group_by(Journal.id, Journal.kind, Journal.effect_key, Journal.recorded_at)
        .order_by(Journal.id)
    ).all()
    places = _places([(row.kind, row.effect_key) for row in rows])
    found: dict[tuple[str, str], Waiting] = {}
    for row in rows:
        about, name = places[row.effect_key]
        before = found.get((about, name))
        since = row.recorded_at if before is None or before.minor == 0 else before.since
        minor = (before.minor if before else 0) - int(row.minor)
        found[about, name] = Waiting(about, name, row.kind, currency, minor, since)
    return sorted((each for each in found.values() if each.minor), key=lambda each: each.since)


def _places(journals: Iterable[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """What each effect is about, by its key: in one question for each kind of thing."""
    said = {key: (kind, _said(kind, key)) for kind, key in journals}
    names = {kind: {name for k, name in said.values() if k == kind} for kind, _name in said.values()}
    entries = {key for key, (kind, _name) in said.items() if key.startswith("adjustment:")}
    pays = _pairs(
        sa.select(Adjustment.public_id, sa.func.coalesce(Adjustment.refund_name, "")).where(Adjustment.refund_name.is_not(None)),
        {key.removeprefix("adjustment:") for key in entries},
    )
    said |= {key: (kind, pays[name]) for key, (kind, name) in said.items() if key in entries and name in pays}
    refunds = set(pays.values()).union(*(names.get(kind, set()) for kind in OF_REFUNDS))
    orders = _pairs(
        sa.select(Payment.rail_payment_id, Order.public_id).join(Order, Order.id == Payment.order_id), names.get("stray", ())
    )
    of_orders = _pairs(sa.select(Refund.public_id, Order.public_id).join(Order, Order.id == Refund.order_id), refunds)
    of_passes = _pairs(
        sa.select(PassRefund.public_id, CoursePass.public_id)
        .join(PassPeriod, PassPeriod.id == PassRefund.period_id)
        .join(PassSubscription, PassSubscription.id == PassPeriod.subscription_id)
        .join(CoursePass, CoursePass.id == PassSubscription.pass_id),
        refunds,
    )
    disputes = _pairs(sa.select(PaymentDispute.rail_dispute_id, PaymentDispute.public_id), names.get("dispute_beyond", ()))
    original = aliased(Adjustment)
    first = _pairs(
        sa.select(Adjustment.public_id, sa.func.coalesce(original.public_id, Adjustment.public_id)).outerjoin(
            original, original.id == Adjustment.reverses_id
        ),
        {key.removeprefix("adjustment:") for key in entries},
    )
    found: dict[str, tuple[str, str]] = {}
    for key, (_kind, name) in said.items():
        about = [
            ("order", orders.get(name)), ("order", of_orders.get(name)), ("pass", of_passes.get(name)),
            ("dispute", disputes.get(name)), ("adjustment", first.get(name) if key in entries else None),
        ]  # fmt: skip
        found[key] = next(((what, which) for what, which in about if which), ("", key))
    return found


def _said(kind: str, effect_key: str) -> str:
    """The name in an effect key: of a payment, a refund without its attempt, a dispute, or an entry."""
    name = effect_key.split(":")[1]
    return name.split("-")[0] if kind in OF_REFUNDS else name


def _pairs(found: "sa.Select[str, str]", names: Iterable[str]) -> dict[str, str]:
    column = found.selected_columns[0]
    return dict(db.session.execute(found.where(column.in_(list(names)))).tuples().all())
