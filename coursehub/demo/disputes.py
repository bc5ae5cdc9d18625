"""Three buyers' banks: one kept the money of a share that had been paid out, one gave it back, one waits for evidence."""

from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from coursehub.db import db
from coursehub.demo.agenda import Agenda
from coursehub.demo.players import Players
from coursehub.sales.models import Order, Payment, PaymentDispute, Refund
from coursehub.sales.operations import follow_dispute

FAMILIAR = 16
"""So many learners of the list are met elsewhere in the demo; their courses are left alone."""


def put_on_the_agenda(agenda: Agenda, people: Players) -> None:
    """Opened and decided in the last weeks; the last one has five days left."""
    for age, opened, decided, won in ((80, 33, 11, False), (20, 17, 10, True), (6, 2, 0, False)):
        agenda.add(agenda.ago(days=opened), partial(_open, agenda, people, age))
        if decided:
            agenda.add(agenda.ago(days=decided), partial(_decide, agenda, won))


def _open(agenda: Agenda, people: Players, age: int, at: datetime) -> None:
    """The bank of somebody who paid so many days before the demo's end takes the money."""
    others = [person.id for person in people.learners[FAMILIAR:]]
    found = (
        sa.select(Payment)
        .join(Order, Order.id == Payment.order_id)
        .where(
            Order.state == "paid", Payment.outcome == "sold", Order.buyer_id.in_(others), Order.trouble == "", Order.instalments == 1,
            Payment.paid_at < agenda.end - timedelta(days=age), Order.id.not_in(sa.select(Refund.order_id)),
            ~sa.exists().where(PaymentDispute.order_id == Order.id),
        )
        .order_by(Payment.paid_at.desc(), Payment.id.desc())
        .limit(1)
    )  # fmt: skip
    payment = db.session.execute(found).scalar_one()
    follow_dispute(agenda.rail.dispute(payment.rail_payment_id), at=at)


def _decide(agenda: Agenda, won: bool, at: datetime) -> None:
    """That bank decides about the oldest dispute that is still open."""
    open_ones = sa.select(PaymentDispute).where(PaymentDispute.closed_at.is_(None), PaymentDispute.order_id.is_not(None))
    waiting = open_ones.order_by(PaymentDispute.id).limit(1)
    dispute = db.session.execute(waiting).scalar_one()
    agenda.rail.decide(dispute.rail_dispute_id, won=won)
    follow_dispute(dispute.rail_dispute_id, at=at)
