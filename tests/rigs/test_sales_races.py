"""Buyers, tabs, webhooks and return pages that meet in the same moment: nothing is sold or booked twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from coursehub import jobs
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.learning.models import Enrolment
from coursehub.ledger import checks, queries
from coursehub.ledger.models import Journal
from coursehub.sales import operations
from coursehub.sales.models import CouponUse, Order, Payment, Refund
from coursehub.sales.operations.checkout import SoldOut
from coursehub.sales.operations.coupons import CouponDraft, CouponUsedUp
from tests.rigs import DRILL
from tests.rigs.threads import at_once
from tests.rigs.world import acting, buyers, deliver, events_of, open_shop, pay, settle, start

ROUNDS = 200 if DRILL else 3
CLIENTS = 64 if DRILL else 8
pytestmark = pytest.mark.slow


def count(*where: Any) -> int:
    return int(db.session.execute(sa.select(sa.func.count()).where(*where)).scalar_one())


def starting(offering_id: int, buyer_id: int, at: datetime, **others: Any) -> Callable[[], int]:
    return lambda: start(offering_id, buyer_id, at=at, **others)


def test_of_buyers_who_want_the_last_seat_one_gets_it(app: Flask, cast: Any, at: datetime, till: Any) -> None:
    _ = cast.stan, cast.pia
    for n in range(ROUNDS):
        offering = open_shop(cast, at=at, seats_limit=1, slug=f"seat{n}")
        people = buyers(CLIENTS, at=at, first=n * CLIENTS)
        outcomes = at_once(app, *(starting(offering.id, person, at) for person in people))
        assert sum(isinstance(outcome, int) for outcome in outcomes) == 1, outcomes
        assert sum(isinstance(outcome, SoldOut) for outcome in outcomes) == CLIENTS - 1, outcomes
        assert count(Order.course_id == offering.course_id, Order.seat_n.is_not(None)) == 1


def test_a_coupon_is_used_as_often_as_it_may_be(app: Flask, cast: Any, at: datetime, till: Any) -> None:
    pia = cast.acting(cast.pia)
    offering = open_shop(cast, at=at)
    for n in range(ROUNDS):
        draft = CouponDraft(code=f"SPRING{n}", borne_by="partner", starts_at=at - timedelta(days=1), off_bps=2_000, uses_limit=3)
        coupon = operations.make_coupon(draft, by=pia, at=at)
        people = buyers(CLIENTS, at=at, first=n * CLIENTS)
        outcomes = at_once(app, *(starting(offering.id, person, at, coupon_code=draft.code) for person in people))
        assert sum(isinstance(outcome, int) for outcome in outcomes) == 3, outcomes
        assert sum(isinstance(outcome, CouponUsedUp) for outcome in outcomes) == CLIENTS - 3, outcomes
        assert count(CouponUse.coupon_id == coupon.id) == 3


def test_clicks_of_one_buyer_in_many_tabs_place_one_order_with_one_page(app: Flask, cast: Any, at: datetime, till: Any) -> None:
    offering = open_shop(cast, at=at)
    for buyer in buyers(ROUNDS, at=at):
        outcomes = at_once(app, *[starting(offering.id, buyer, at)] * CLIENTS)
        assert len({outcome for outcome in outcomes if isinstance(outcome, int)}) == 1, outcomes
        assert all(isinstance(outcome, int | Refusal) for outcome in outcomes), outcomes
        assert count(Order.buyer_id == buyer) == 1
    assert len(till.matching("checkout.session")) == ROUNDS


def test_webhooks_and_return_pages_of_one_payment_sell_and_book_it_once(app: Flask, cast: Any, at: datetime, till: Any) -> None:
    offering = open_shop(cast, at=at)
    told: set[str] = set()
    for buyer in buyers(ROUNDS, at=at):
        order_id = start(offering.id, buyer, at=at)
        pay(till, order_id)
        fresh = [event for event in events_of(till) if event["id"] not in told]
        told |= {event["id"] for event in fresh}

        def coming_back(order_id: int = order_id) -> str:
            return settle(order_id, at=at)

        def told_by_webhook(fresh: list[dict[str, Any]] = fresh) -> int:
            answers = [deliver(app.test_client(), event) for event in fresh]
            jobs.run_due(at=at + timedelta(minutes=1))
            return max(answers)

        outcomes = at_once(app, *[coming_back] * (CLIENTS // 2), *[told_by_webhook] * (CLIENTS // 2))
        assert set(outcomes) == {"paid", 200}, outcomes
        jobs.run_due(at=at + timedelta(minutes=30))
        assert count(Enrolment.person_id == buyer) == 1
        assert count(Payment.order_id == order_id) == 1
    assert count(Journal.kind == "sale") == count(Journal.id > 0) == ROUNDS
    assert queries.balance_of("liability:suspense", "CNY") == 0
    assert checks.check_books().faults == ()


def test_two_payments_for_one_course_enrol_once_and_the_second_goes_back(app: Flask, cast: Any, at: datetime, till: Any) -> None:
    """Two orders of one buyer are paid: the first page was thought lost, expired with us, and paid after all."""
    offering = open_shop(cast, at=at)
    for n, buyer in enumerate(buyers(ROUNDS, at=at)):
        first = start(offering.id, buyer, at=at)
        pay(till, first)
        with app.app_context():
            order = db.session.get_one(Order, first)
            order.expires_at = at - timedelta(minutes=1)
            db.session.commit()
        second = start(offering.id, buyer, at=at)
        assert second != first
        pay(till, second)
        outcomes = at_once(
            app,
            *(lambda told=order_id: settle(told, at=at) for order_id in [first, second] * (CLIENTS // 2)),  # type: ignore[misc]
        )
        assert all(isinstance(outcome, str) for outcome in outcomes), outcomes
        jobs.run_due(at=at + timedelta(minutes=1))
        assert count(Enrolment.person_id == buyer, Enrolment.ended_at.is_(None)) == 1
        assert count(Refund.cause.in_(("late", "duplicate")), Refund.state == "done") == n + 1
        assert len(till.matching("refund")) == n + 1
    assert queries.balance_of("liability:suspense", "CNY") == 0
    assert checks.check_books().faults == ()


def test_refunds_asked_in_many_tabs_give_the_money_back_once(app: Flask, cast: Any, at: datetime, till: Any) -> None:
    offering = open_shop(cast, at=at)
    for n, buyer in enumerate(buyers(ROUNDS, at=at), start=1):
        order_id = start(offering.id, buyer, at=at)
        pay(till, order_id)
        settle(order_id, at=at)

        def asking(order_id: int = order_id, buyer: int = buyer) -> int:
            order = db.session.get_one(Order, order_id)
            return operations.ask_refund(order, reason="", by=acting(buyer), at=at + timedelta(days=1)).id

        def working() -> int:
            return jobs.run_due(at=at + timedelta(days=1, minutes=1))

        outcomes = at_once(app, *[asking] * CLIENTS)
        assert sum(isinstance(outcome, int) for outcome in outcomes) == 1, outcomes
        at_once(app, *[working] * 4)
        assert len(till.matching("refund")) == n
        assert count(Enrolment.ended_reason == "refunded") == n
        assert count(Journal.kind == "refund") == n
    assert checks.check_books().faults == ()
