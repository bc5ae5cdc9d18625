"""What the crash rig interrupts: each flow begins in a prepared house, acts, and can be asked to go on.

`prepare` builds what was there before; `act` is what gets killed; `again` is what the
world does next, whatever had happened: people click once more, the rail sends its
webhooks once more, the worker comes back and finds the leases run out.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.sales import operations, queries
from coursehub.sales.models import Order, RefundRequest
from tests.cast import Cast
from tests.rigs import debt_flows, fact_flows, house_flows, member_flows, parts_flows, pass_flows, payout_flows, transfer_flows
from tests.rigs.flow import Facts, Flow
from tests.rigs.outside import go_on, pay_page, tell_everything, work
from tests.rigs.world import acting, buyers, open_shop, page_of, settle, start

# A sale, told by webhook, and told by the return page


def _prepare_paid_page(app: Flask, at: datetime) -> Facts:
    facts = _prepare_shop(app, at)
    order_id = start(facts["offering"], facts["buyer"], at=at)
    pay_page(page_of(order_id))
    return facts | {"order": order_id}


def _act_webhook(app: Flask, facts: Facts, at: datetime) -> None:
    tell_everything(app)
    work(at + timedelta(minutes=1))


def _again_sale(app: Flask, facts: Facts, at: datetime) -> None:
    settle(facts["order"], at=at)
    go_on(app, at)


def _act_return(app: Flask, facts: Facts, at: datetime) -> None:
    settle(facts["order"], at=at)
    work(at + timedelta(minutes=1))


# A purchase from the first click on


def _prepare_shop(app: Flask, at: datetime) -> Facts:
    cast = Cast()
    offering = open_shop(cast, at=at, seats_limit=3)
    _ = cast.stan
    (buyer,) = buyers(1, at=at)
    return {"offering": offering.id, "course": offering.course_id, "buyer": buyer, "staff": cast.fay.id}


def _act_purchase(app: Flask, facts: Facts, at: datetime) -> None:
    order_id = start(facts["offering"], facts["buyer"], at=at)
    pay_page(page_of(order_id))
    settle(order_id, at=at)
    work(at + timedelta(minutes=1))


def _again_purchase(app: Flask, facts: Facts, at: datetime) -> None:
    """The buyer looks at their orders, goes on with the open one or begins again, and pays if it is not paid."""
    waiting = queries.paying_order(buyer_id=facts["buyer"], course_id=facts["course"])
    if waiting is not None:
        settle(waiting.id, at=at)
    try:
        order_id = start(facts["offering"], facts["buyer"], at=at)
    except Refusal:
        go_on(app, at)  # held already
        return
    pay_page(page_of(order_id))
    settle(order_id, at=at)
    go_on(app, at)


# A refund of everything within the window, and of a part by decision


def _prepare_paid(app: Flask, at: datetime) -> Facts:
    facts = _prepare_paid_page(app, at)
    settle(facts["order"], at=at)
    go_on(app, at - timedelta(hours=3))
    return facts


def _act_refund(app: Flask, facts: Facts, at: datetime) -> None:
    order = db.session.get_one(Order, facts["order"])
    operations.ask_refund(order, reason="", by=acting(facts["buyer"]), at=at)
    work(at + timedelta(minutes=1))
    tell_everything(app)
    work(at + timedelta(minutes=2))


def _again_refund(app: Flask, facts: Facts, at: datetime) -> None:
    try:
        order = db.session.get_one(Order, facts["order"])
        operations.ask_refund(order, reason="", by=acting(facts["buyer"]), at=at)
    except Refusal:
        pass  # asked already
    go_on(app, at)


def _prepare_asked(app: Flask, at: datetime) -> Facts:
    facts = _prepare_paid(app, at)
    order = db.session.get_one(Order, facts["order"])
    late = at + timedelta(days=30)
    request = operations.ask_refund(order, reason="It was not for me.", by=acting(facts["buyer"]), at=late)
    assert isinstance(request, RefundRequest)
    return facts | {"request": request.id}


def _act_part(app: Flask, facts: Facts, at: datetime) -> None:
    _approve(facts, at)
    work(at + timedelta(minutes=1))
    tell_everything(app)
    work(at + timedelta(minutes=2))


def _again_part(app: Flask, facts: Facts, at: datetime) -> None:
    try:
        _approve(facts, at)
    except Refusal:
        pass  # answered already
    go_on(app, at)


def _approve(facts: Facts, at: datetime) -> None:
    request = db.session.get_one(RefundRequest, facts["request"])
    operations.approve_refund(request, amount_minor=5_000, answer="A part.", by=acting(facts["staff"]), at=at)


# Payouts of what was sold


def _act_hold(app: Flask, facts: Facts, at: datetime) -> None:
    payout_flows.end_hold(app, facts, at)


def _again_hold(app: Flask, facts: Facts, at: datetime) -> None:
    payout_flows.end_hold(app, facts, at)
    go_on(app, at + payout_flows.HOLD)


def _prepare_payout(app: Flask, at: datetime) -> Facts:
    facts = payout_flows.prepare_run(_prepare_paid(app, at), at)
    work(at + payout_flows.HOLD)
    return facts


def _act_payout(app: Flask, facts: Facts, at: datetime) -> None:
    payout_flows.confirm_and_answer(app, facts, at)
    work(at + payout_flows.HOLD + timedelta(hours=2))


def _again_payout(app: Flask, facts: Facts, at: datetime) -> None:
    payout_flows.confirm_and_answer(app, facts, at)
    go_on(app, at + payout_flows.HOLD + timedelta(hours=3))


def _prepare_transfer(app: Flask, at: datetime) -> Facts:
    facts = transfer_flows.prepare_transfer(_prepare_paid(app, at), at)
    work(at + payout_flows.HOLD)
    return facts


def _act_transfer(_app: Flask, facts: Facts, at: datetime) -> None:
    transfer_flows.confirm(facts, at)
    work(at + payout_flows.HOLD + timedelta(hours=2))


def _again_transfer(app: Flask, facts: Facts, at: datetime) -> None:
    transfer_flows.confirm(facts, at)
    go_on(app, at + payout_flows.HOLD + timedelta(hours=3))
    transfer_flows.send_again(at + timedelta(hours=6))
    go_on(app, at + payout_flows.HOLD + timedelta(hours=7))


def _act_dispute(_app: Flask, facts: Facts, at: datetime) -> None:
    transfer_flows.dispute(facts, at)
    work(at + timedelta(minutes=2))


def _again_dispute(app: Flask, facts: Facts, at: datetime) -> None:
    transfer_flows.dispute(facts, at)
    go_on(app, at)


FLOWS = {
    "sale by webhook": Flow(_prepare_paid_page, _act_webhook, _again_sale),
    "sale by return page": Flow(_prepare_paid_page, _act_return, _again_sale),
    "purchase": Flow(_prepare_shop, _act_purchase, _again_purchase),
    "refund": Flow(_prepare_paid, _act_refund, _again_refund),
    "part of a refund": Flow(_prepare_asked, _act_part, _again_part),
    "end of a hold": Flow(_prepare_paid, _act_hold, _again_hold),
    "payout": Flow(_prepare_payout, _act_payout, _again_payout),
    "payout through the provider": Flow(_prepare_transfer, _act_transfer, _again_transfer),
    "dispute": Flow(_prepare_paid, _act_dispute, _again_dispute),
    **debt_flows.FLOWS,
    **fact_flows.FLOWS,
    **house_flows.FLOWS,
    **pass_flows.FLOWS,
    **parts_flows.FLOWS,
    **member_flows.FLOWS,
}


# Faults to be planted: each is a mistake that somebody could make, and the rig must find it


def commit_twice() -> None:
    """Completing an order commits its enrolment before the money is shared out."""
    from coursehub.sales.operations import completion

    take_over = completion.take_over

    def careless(*lent: Any, **wish: Any) -> Any:
        enrolment = take_over(*lent, **wish)
        db.session.commit()
        db.session.connection().exec_driver_sql("BEGIN IMMEDIATE" if db.engine.dialect.name == "sqlite" else "BEGIN")
        return enrolment

    completion.take_over = careless


def forget_the_key() -> None:
    """Each try of a refund takes a new idempotency key and does not look for the one before."""
    from coursehub.db import new_public_id
    from coursehub.rails.stripe import StripeRail

    refund = StripeRail.refund
    StripeRail.refund = lambda self, wish: refund(self, replace(wish, key=new_public_id(), again=False))  # type: ignore[method-assign]


FAULTS: dict[str, Callable[[], None]] = {
    "forget the transfer": transfer_flows.forget_the_transfer,
    "commit twice": commit_twice, "forget the key": forget_the_key, "decide first": payout_flows.decide_first,
    "charge later": member_flows.charge_later, "ask anew": parts_flows.ask_anew,
    "tick off first": fact_flows.tick_off_first, "keep later": debt_flows.keep_later,
}  # fmt: skip
