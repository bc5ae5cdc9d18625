"""The crash rig's flows of monthly parts: of a course and of a bundle, from the first part to one that is refused or not owed any more.

The clock of the rail goes along with the months; `again` is: buyers and the hourly rounds do the same once more, and see what was done.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from flask import Flask

from coursehub.catalog.models import Course
from coursehub.db import db, new_public_id
from coursehub.errors import Refusal
from coursehub.rails.stripe import StripeRail
from coursehub.sales import operations, queries
from coursehub.sales.models import Bundle, InstalmentPlan, Offering, Order, OrderPart
from coursehub.sales.operations import BundleDraft, charging
from coursehub.sales.operations.instalments import pause_late
from tests.cast import Cast
from tests.rigs.flow import Facts, Flow
from tests.rigs.house_flows import tried, work
from tests.rigs.outside import bank_answers, bank_decides, bank_takes, clock_comes_to, go_on, pay_page
from tests.rigs.world import acting, buyers, open_shop, settle

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SECOND_DUE = 32 * DAY
GRACE_OVER = 40 * DAY


def _order(facts: Facts) -> Order | None:
    """What the buyer ordered, if that was written down; there is one order at most."""
    return db.session.query(Order).filter_by(buyer_id=facts["buyer"]).populate_existing().one_or_none()


def _ordered(facts: Facts) -> Order:
    order = _order(facts)
    assert order is not None
    return order


def _plan(order: Order) -> InstalmentPlan:
    plan = queries.plan_of(order.id)
    assert plan is not None
    return plan


def _flow(prepare: Callable[[Flask, datetime], Facts], act: Callable[[Facts, datetime], datetime]) -> Flow:
    """`act` gives the moment at which the worker comes."""

    def again(app: Flask, facts: Facts, at: datetime) -> None:
        for _round in range(2):  # what comes round every hour sees what the worker finished meanwhile
            go_on(app, act(facts, at))
            db.session.remove()

    return Flow(prepare, lambda _app, facts, at: work(act(facts, at)), again)


# The first part, from the first click on


def _prepare_course(_app: Flask, at: datetime) -> Facts:
    """A course that is paid in two parts, so that the second is the last."""
    offering = open_shop(Cast(), at=at, instalments=2)
    return {"offering": offering.id, "buyer": buyers(1, at=at)[0]}


def _prepare_bundle(_app: Flask, at: datetime) -> Facts:
    """Two courses together, in three parts."""
    cast = Cast()
    offerings = [open_shop(cast, at=at, slug=slug, instalments=3) for slug in ("python", "git")]
    courses = tuple(db.session.get_one(Course, offering.course_id) for offering in offerings)
    draft = BundleDraft("入门两课", "First two", "先后相接。", "They follow on.", courses, 30_000, "CNY")
    bundle = operations.make_bundle(draft, by=cast.acting(cast.pia), at=at)
    return {"bundle": bundle.id, "buyer": buyers(1, at=at)[0]}


def _buy(facts: Facts, at: datetime) -> datetime:
    """The buyer goes on with the order that waits, or begins one; the page keeps the card."""
    buyer, order = acting(facts["buyer"]), _order(facts)
    try:
        if order is not None and order.state == "awaiting_payment":
            settle(order.id, at=at)
        if "bundle" in facts:
            operations.start_bundle_checkout(db.session.get_one(Bundle, facts["bundle"]), buyer=buyer, by_parts=True, at=at)
        else:
            operations.start_checkout(db.session.get_one(Offering, facts["offering"]), buyer=buyer, by_parts=True, at=at)
    except Refusal:
        return at  # it is theirs
    order = _ordered(facts)
    pay_page(order.session_id)
    settle(order.id, at=at)
    return at


# A later part, from the card


def _bought(prepare: Callable[[Flask, datetime], Facts]) -> Callable[[Flask, datetime], Facts]:
    def prepared(app: Flask, at: datetime) -> Facts:
        facts = prepare(app, at)
        go_on(app, _buy(facts, at) - 3 * HOUR)
        return facts

    return prepared


def _charge(_facts: Facts, at: datetime) -> datetime:
    month_later = at + SECOND_DUE
    clock_comes_to(month_later)
    charging.charge_due(at=month_later)
    return month_later


# A part that the bank refuses: the course closes, and opens when the part is paid on a page, with another card


def _prepare_refusing(app: Flask, at: datetime) -> Facts:
    facts = _bought(_prepare_course)(app, at)
    bank_answers(_plan(_ordered(facts)).payer_id, "card_declined")
    return facts


def _refused_and_paid(facts: Facts, at: datetime) -> datetime:
    work(_charge(facts, at))  # each letter goes out before what it asks for is done
    pause_late(at=at + GRACE_OVER)
    work(at + GRACE_OVER)
    return _pay_what_is_due(facts, at + GRACE_OVER + 3 * HOUR)


def _pay_what_is_due(facts: Facts, at: datetime) -> datetime:
    """The buyer sees that the course is closed, pays on the rail's page and comes back."""
    order = _ordered(facts)
    clock_comes_to(at)
    if _plan(order).state == "paused":
        charging.open_instalment_page(order, whole=False, by=acting(facts["buyer"]), at=at)
        pay_page(_plan(order).session_id)
    charging.settle_parts(order, at=at)
    return at


# A part whose money the buyer's bank takes back for good: it is due again


def _prepare_paid(app: Flask, at: datetime) -> Facts:
    facts = _bought(_prepare_course)(app, at)
    go_on(app, _charge(facts, at))
    return facts


def _taken_and_paid_again(facts: Facts, at: datetime) -> datetime:
    payment, taken_at = queries.sold_payments(_ordered(facts).id)[0], at + SECOND_DUE + DAY
    clock_comes_to(taken_at)
    number = bank_takes(payment.rail_charge_id, payment.rail_payment_id)
    operations.follow_dispute(number, at=taken_at)
    work(taken_at)
    bank_decides(number, "lost")
    operations.follow_dispute(number, at=taken_at + 3 * HOUR)
    work(taken_at + 3 * HOUR)
    return _pay_what_is_due(facts, taken_at + 6 * HOUR)


# One course of a bundle goes back while a page for the next part is open: it is closed, and the part is smaller


def _prepare_on_page(app: Flask, at: datetime) -> Facts:
    facts = _bought(_prepare_bundle)(app, at)
    charging.open_instalment_page(_ordered(facts), whole=False, by=acting(facts["buyer"]), at=at)
    return facts


def _give_back_and_charge(facts: Facts, at: datetime) -> datetime:
    order = _ordered(facts)
    part = db.session.query(OrderPart).filter_by(order_id=order.id, n=2).one()
    tried(lambda: operations.ask_refund(order, reason="", by=acting(facts["buyer"]), at=at + HOUR, part=part))
    work(at + HOUR)
    return _charge(facts, at)


def ask_anew() -> None:
    """A mistake to be planted: each try at a card takes a new key and does not look for the one before."""
    charge = StripeRail.charge_card
    StripeRail.charge_card = lambda self, wish: charge(  # type: ignore[method-assign]
        self, replace(wish, key=new_public_id(), again=False)
    )


FLOWS = {
    "parts of a course: the first": _flow(_prepare_course, _buy),
    "parts of a course: the last": _flow(_bought(_prepare_course), _charge),
    "parts of a course: one refused and paid": _flow(_prepare_refusing, _refused_and_paid),
    "parts of a course: one taken by the bank and paid again": _flow(_prepare_paid, _taken_and_paid_again),
    "parts of a bundle: the first": _flow(_prepare_bundle, _buy),
    "parts of a bundle: a later one": _flow(_bought(_prepare_bundle), _charge),
    "parts of a bundle: a course given back": _flow(_prepare_on_page, _give_back_and_charge),
}
