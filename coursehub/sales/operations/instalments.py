"""The plan of a price in parts: begun with the first payment, kept up, paused, and over.

A bundle has one plan; what of each part is which course's stands in its shares.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from coursehub import events, jobs
from coursehub.db import db, lock, transaction
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import keep_enrolment
from coursehub.sales import queries
from coursehub.sales.instalments import CLOSED_BY, GRACE, amounts, divided, due_at
from coursehub.sales.models import PLAN_GOING, Instalment, InstalmentPlan, InstalmentShare, Order, OrderPart, Payment
from coursehub.sales.operations.holding import let_go


def asked_minor(order: Order) -> int:
    """What the pay page of an order asks for: its price, or the first part of it; of a bundle the first part of each course."""
    if order.instalments == 1:
        return order.gross_minor
    prices = [part.gross_minor for part in queries.parts_of(order.id)] or [order.gross_minor]
    return sum(amounts(minor, order.instalments)[0] for minor in prices)


def begin_plan(order: Order, payment: Payment, *, payer_id: str, card_id: str) -> list[Instalment]:
    """The first part is paid: fix the days of the others. Joins; gives all parts."""
    whole = order.instalments
    shares = {
        part.id: divided(part.gross_minor, part.list_price_minor - part.gross_minor, whole) for part in queries.parts_of(order.id)
    }
    columns = list(shares.values()) or [divided(order.gross_minor, order.discount_minor, whole)]
    plan = InstalmentPlan(order_id=order.id, state="running", payer_id=payer_id, card_id=card_id)
    rows = [
        Instalment(
            order_id=order.id, n=n + 1, amount_minor=sum(minor for minor, _off in row), discount_minor=sum(off for _, off in row),
            due_at=due_at(payment.paid_at, n), payment_id=None if n else payment.id,
            try_at=due_at(payment.paid_at, n) if n else None,
        )
        for n, row in enumerate(zip(*columns, strict=True))
    ]  # fmt: skip
    db.session.add_all([plan, *rows])
    db.session.flush()
    db.session.add_all(
        InstalmentShare(instalment_id=rows[n].id, part_id=part_id, amount_minor=amount, discount_minor=off)
        for part_id, column in shares.items()
        for n, (amount, off) in enumerate(column)
    )
    db.session.flush()
    return rows


def note_paid(plan: InstalmentPlan, paid: Sequence[Instalment], payment: Payment, *, at: datetime) -> None:
    """Parts are paid: what was late or closed goes on, and a plan of which nothing is open is over. Joins; order is locked."""
    for row in paid:
        row.payment_id, row.try_at, row.asked_at, row.problem = payment.id, None, None, ""
    db.session.flush()
    _stand(plan, at=at)


def note_refused(instalment: Instalment, plan: InstalmentPlan, *, code: str, try_at: datetime | None, at: datetime) -> None:
    """The bank refused a part; the days of grace begin with the first refusal. Joins; order is locked."""
    instalment.problem, instalment.asked_at, instalment.try_at = code[:60], None, try_at
    if plan.state == "running":
        plan.state, plan.late_since = "late", at
    db.session.flush()
    events.record("sales.instalment_refused", at=at, instalment_id=instalment.id)


def _stand(plan: InstalmentPlan, *, at: datetime) -> None:
    """Where a plan stands by what of it is open."""
    left = queries.open_instalments(plan.order_id)
    if left and left[0].due_at <= at:
        return
    was, over = plan.state, "paid" if _enrolments(plan) else "ended"
    if left:
        plan.state, plan.late_since = "running", None
    else:
        _finish(plan, over, at)
    if was == "paused":
        _open_again(plan, at)
    db.session.flush()


def _finish(plan: InstalmentPlan, state: str, at: datetime) -> None:
    plan.state, plan.over_at, plan.late_since = state, at, None
    jobs.enqueue("sales.forget_payer", at=at, plan_id=plan.id)


def _enrolments(plan: InstalmentPlan) -> list[int]:
    """What is paid for by a plan: of a bundle the courses that did not go back."""
    order, gone = db.session.get_one(Order, plan.order_id), queries.given_up(plan.order_id)
    ids = [order.enrolment_id, *(part.enrolment_id for part in queries.parts_of(order.id) if part.id not in gone)]
    return [each for each in ids if each is not None]


def _open_again(plan: InstalmentPlan, at: datetime) -> None:
    for enrolment_id in _enrolments(plan):
        enrolment = db.session.get_one(Enrolment, enrolment_id)
        if enrolment.ended_reason == CLOSED_BY or enrolment.source == "pass":
            keep_enrolment(enrolment, source="order", at=at)


def pause(plan: InstalmentPlan, *, at: datetime) -> None:
    """Close the lessons until what is due is paid, unless a pass opens them; what was done stays. Joins; order is locked."""
    plan.state, plan.late_since = "paused", plan.late_since or at
    for enrolment_id in _enrolments(plan):
        let_go(enrolment_id, reason=CLOSED_BY, at=at)
    db.session.flush()
    events.record("sales.plan_paused", at=at, plan_id=plan.id)


def pause_late(*, at: datetime) -> int:
    """Close the courses of which something has been due for longer than the days of grace; how many."""
    count = 0
    for plan in queries.plans_late_since(at - GRACE):
        with transaction():
            lock(db.session.get_one(Order, plan.order_id))
            lock(plan)
            if plan.state == "late" and plan.late_since is not None and plan.late_since <= at - GRACE:
                pause(plan, at=at)
                count += 1
    return count


def end_plan(order: Order, *, at: datetime) -> None:
    """The rest of an order's price is not asked for any more, and the card is forgotten. Joins; order is locked."""
    plan = queries.plan_of(order.id)
    if plan is None or plan.state not in PLAN_GOING:
        return
    for row in queries.open_instalments(order.id):
        row.dropped_at, row.try_at = at, None
    _finish(plan, "ended", at)
    if plan.session_id is not None:
        jobs.enqueue("sales.close_instalment_page", at=at, plan_id=plan.id)
    db.session.flush()


def drop_course(order: Order, part: OrderPart, *, at: datetime) -> None:
    """One course of a bundle goes back: what is open of its price is not asked for any more, and the others go on.

    Joins; order is locked.
    """
    plan, shares = queries.plan_of(order.id), queries.shares_of(order.id)
    if plan is None or plan.state not in PLAN_GOING:
        return
    for row in queries.open_instalments(order.id):
        here = [share for share in shares if share.instalment_id == row.id and share.dropped_at is None]
        rest = [share for share in here if share.part_id != part.id]
        for share in here:
            if share.part_id == part.id:
                share.dropped_at = at
        if rest:
            row.amount_minor = sum(share.amount_minor for share in rest)
            row.discount_minor = sum(share.discount_minor for share in rest)
        else:
            row.dropped_at, row.try_at = at, None
    if plan.session_id is not None:  # it asks for what is not owed any more
        plan.page_parts = ""
        jobs.enqueue("sales.close_instalment_page", at=at, plan_id=plan.id)
    db.session.flush()
    _stand(plan, at=at)


def owe_again(order: Order, payment: Payment, taken_minor: Mapping[int | None, int], *, at: datetime) -> None:
    """The buyer's bank took the money of a part for good: it is due again, by a page, and the course is closed meanwhile.

    taken_minor: by course of a bundle, else under None; what went back of a bundle is not due again.
    Joins; order is locked. The card is not asked: its owner has just said no to their bank.
    """
    plan, rows = queries.plan_of(order.id), queries.instalments_of(order.id)
    taken = [row for row in rows if row.payment_id == payment.id]
    gone = queries.given_up(order.id)
    parts = {part.id: taken_minor.get(part.course_id, 0) for part in queries.parts_of(order.id) if part.id not in gone}
    amount_minor = sum(parts.values()) if order.bundle_id is not None else sum(taken_minor.values())
    if plan is None or plan.state == "ended" or not taken or not amount_minor:
        return
    off = {id: _off_again(order, taken, id, minor) for id, minor in parts.items() if minor}
    again = Instalment(
        order_id=order.id, n=rows[-1].n + 1, replaces_n=taken[0].part_n, amount_minor=amount_minor,
        discount_minor=sum(off.values()) if parts else _off_again(order, taken, None, amount_minor), due_at=at,
    )  # fmt: skip
    db.session.add(again)
    db.session.flush()
    shares = [
        InstalmentShare(instalment_id=again.id, part_id=id, amount_minor=minor, discount_minor=off[id])
        for id, minor in parts.items()
        if minor
    ]
    db.session.add_all(shares)
    plan.over_at = None
    pause(plan, at=at)


def _off_again(order: Order, taken: Sequence[Instalment], part_id: int | None, minor: int) -> int:
    """The discount of what is due again of these parts (of one course of a bundle): whoever bore it then bears it now."""
    rows = {row.id for row in taken}
    shares = [each for each in queries.shares_of(order.id) if each.part_id == part_id and each.instalment_id in rows]
    of: Sequence[Instalment | InstalmentShare] = taken if part_id is None else shares
    whole, off = sum(each.amount_minor for each in of), sum(each.discount_minor for each in of)
    return off * minor // whole if whole else 0


def owe_no_more(order: Order, payment: Payment, *, at: datetime) -> None:
    """The bank gave that money back after all: what was due again is not, if nobody paid it. Joins; order is locked."""
    plan, rows = queries.plan_of(order.id), queries.instalments_of(order.id)
    parts = {row.part_n for row in rows if row.payment_id == payment.id}
    again = [row for row in rows if row.replaces_n in parts and row.is_open]
    if plan is None or not again:
        return
    for row in again:
        row.dropped_at = at
    db.session.flush()
    _stand(plan, at=at)
