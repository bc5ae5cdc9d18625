"""Letters about prices that are paid in parts: paid, refused, closed until it is paid."""

from datetime import datetime

from coursehub.db import db
from coursehub.events import on
from coursehub.people import queries as people
from coursehub.sales import queries
from coursehub.sales.instalments import grace_ends
from coursehub.sales.letters.writing import about, write
from coursehub.sales.models import (
    PLAN_GOING,
    Instalment,
    InstalmentPlan,
    Order,
    Payment,
)
from coursehub.sales.words import parts_words


@on("sales.instalment_paid")
def send_instalment_paid(*, at: datetime, payment_id: int) -> None:
    """A later part is paid, and when the next one is due."""
    payment = db.session.get_one(Payment, payment_id)
    order = db.session.get_one(Order, payment.order_id)
    parts = sorted(row.part_n for row in queries.instalments_of(order.id) if row.payment_id == payment.id)
    left = queries.open_instalments(order.id) if (plan := queries.plan_of(order.id)) and plan.state in PLAN_GOING else []
    write(
        "instalment_paid", person_id=order.buyer_id, mark=payment.rail_payment_id, at=at, payment=payment,
        tax_minor=queries.tax_in(order, payment), next=left[0] if left else None,
        part=parts_words(parts, order.instalments, people.locale_of(order.buyer_id)), **about(order),
    )  # fmt: skip


@on("sales.instalment_refused")
def send_instalment_refused(*, at: datetime, instalment_id: int) -> None:
    """The bank refused a part: when the card is asked again, where to pay, until when the course stays open."""
    row = db.session.get_one(Instalment, instalment_id)
    order, plan = db.session.get_one(Order, row.order_id), queries.plan_of(row.order_id)
    if plan is not None and row.is_open:  # it may have been paid meanwhile
        part = parts_words([row.part_n], order.instalments, people.locale_of(order.buyer_id))
        write(
            "instalment_refused", person_id=order.buyer_id, mark=row.reference, at=at, row=row, plan=plan, part=part,
            grace_ends=grace_ends, **about(order),
        )  # fmt: skip


@on("sales.plan_paused")
def send_plan_paused(*, at: datetime, plan_id: int) -> None:
    """The course is closed; paying opens it again."""
    plan = db.session.get_one(InstalmentPlan, plan_id)
    order = db.session.get_one(Order, plan.order_id)
    due = [row for row in queries.open_instalments(order.id) if row.due_at <= at]
    if plan.state == "paused" and due:
        write(
            "plan_paused", person_id=order.buyer_id, mark=f"{order.public_id}:{plan.late_since:%Y%m%d}", at=at,
            due_minor=sum(row.amount_minor for row in due), taken_back=any(row.replaces_n for row in due), **about(order),
        )  # fmt: skip
