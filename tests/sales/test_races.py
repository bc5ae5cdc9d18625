"""Races with threads on the real database: what must happen once happens once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from coursehub import jobs
from coursehub.db import db, transaction
from coursehub.errors import Refusal
from coursehub.learning.models import Enrolment
from coursehub.sales import operations, queries
from coursehub.sales.models import CouponUse, Offering, Order, Payment, Refund
from coursehub.sales.operations import CouponDraft
from tests.sales.rig import books, event_count


def at_once(app: Any, *actions: Callable[[], object]) -> list[object]:
    """Run all actions at the same moment, each in a thread and a context of its own; refusals are answers."""
    gate = threading.Barrier(len(actions))
    answers: list[object] = [None] * len(actions)

    def run(n: int, action: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait(10)
            try:
                answers[n] = action()
            except Refusal as refusal:
                answers[n] = type(refusal).__name__
            except Exception as problem:  # told to the test
                answers[n] = problem
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(n, action)) for n, action in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    db.session.expire_all()
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    return answers


@pytest.fixture
def buyers(cast):
    people = [cast.ada, cast.bo, cast.theo, cast.emma, cast.emil, cast.eve]
    return [(person, cast.acting(person)) for person in people]


def order_as(person_id: int, offering_id: int, at: Any, code: str = "") -> Callable[[], object]:
    def act() -> object:
        from coursehub.people.actor import actor_for
        from coursehub.people.models import Person

        offering = db.session.get_one(Offering, offering_id)
        buyer = actor_for(db.session.get_one(Person, person_id))
        return operations.start_checkout(offering, buyer=buyer, at=at, coupon_code=code).id

    return act


def settling(order_id: int, at: Any) -> Callable[[], object]:
    return lambda: operations.settle_order(db.session.get_one(Order, order_id), at=at).state


def test_webhook_and_return_page_at_once_complete_one_order_once(app, shop, cast, offering, at):
    for round in range(3):
        order = shop.order(offering, [cast.ada, cast.bo, cast.theo][round])
        shop.pay(order)
        id = order.id
        at_once(app, *[settling(id, at) for _ in range(4)])
        assert db.session.get_one(Order, id).state == "paid"
        assert event_count() == round + 1
    assert len(db.session.execute(sa.select(Enrolment)).all()) == 3
    assert len(db.session.execute(sa.select(Payment)).all()) == 3


def test_the_last_seat_is_sold_once(app, shop, buyers, course, at):
    offering = shop.offer(course, seats_limit=2)
    answers = at_once(app, *[order_as(person.id, offering.id, at) for person, _ in buyers])
    assert answers.count("SoldOut") == 4
    assert queries.seats_held(course.id) == {1, 2}


def test_a_coupon_is_used_as_often_as_it_may_be(app, shop, cast, buyers, offering, at):
    draft = CouponDraft(code="FEW", borne_by="terms", starts_at=at, off_bps=1_000, uses_limit=2)
    operations.make_coupon(draft, by=cast.acting(cast.pia), at=at)
    answers = at_once(app, *[order_as(person.id, offering.id, at, "FEW") for person, _ in buyers])
    assert answers.count("CouponUsedUp") == 4
    assert sorted(db.session.execute(sa.select(CouponUse.n)).scalars()) == [1, 2]


def test_a_slow_double_click_from_four_tabs_opens_one_order(app, shop, cast, offering, at):
    answers = at_once(app, *[order_as(cast.ada.id, offering.id, at) for _ in range(4)])
    assert len(set(answers)) == 1
    assert len(db.session.execute(sa.select(Order)).all()) == 1
    assert len(shop.sandbox.stripe.v1.checkout.sessions.list().data) == 1


def test_two_payments_for_one_course_at_once_buy_it_once_and_one_comes_back(app, shop, cast, course, offering, at):
    first = shop.order(offering, cast.ada)
    second = shop.order(shop.offer(course, 29_900), cast.ada)
    shop.pay(first)
    shop.pay(second)
    ids = [first.id, second.id]
    at_once(app, *[settling(id, at) for id in ids * 2])
    assert (first.state, second.state) == ("cancelled", "paid")
    jobs.run_due(at=at, strict=True)
    assert [(r.order_id, r.cause, r.state) for r in db.session.execute(sa.select(Refund)).scalars()] == [
        (first.id, "late", "done")
    ]
    assert len(db.session.execute(sa.select(Enrolment)).all()) == 1
    assert books([cast.northwind])["expense:rail_fee"] == 777


def test_two_orders_of_one_buyer_completed_at_once_enrol_once(app, shop, cast, course, offering, at):
    """The index forbids two waiting orders, so the second is bent into shape: whatever else fails, this must hold."""
    first = shop.order(offering, cast.ada)
    with transaction():
        db.session.execute(sa.update(Order).where(Order.id == first.id).values(buyer_id=cast.bo.id))
    second = shop.order(offering, cast.ada)
    shop.pay(first)
    shop.pay(second)
    with transaction():
        from coursehub.learning.operations import enrol

        enrol(person_id=cast.bo.id, release_id=first.release_id, at=at, source="free")
    ids = [first.id, second.id]
    at_once(app, *[settling(id, at) for id in ids])
    assert (first.state, second.state) == ("returned", "paid")


def test_a_refund_asked_for_and_sent_from_many_sides_is_made_once(app, shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    ada, id = cast.ada.id, order.id

    def ask() -> object:
        from coursehub.people.actor import actor_for
        from coursehub.people.models import Person

        actor = actor_for(db.session.get_one(Person, ada))
        return operations.ask_refund(db.session.get_one(Order, id), reason="", by=actor, at=at).id

    answers = at_once(app, ask, ask, ask)
    assert answers.count("NothingLeftToRefund") == 2
    refund_id = db.session.execute(sa.select(Refund.id)).scalar_one()
    at_once(app, *[lambda: operations.send_refund(db.session.get_one(Refund, refund_id), at=at).state for _ in range(4)])
    assert len(shop.sandbox.stripe.v1.refunds.list().data) == 1
    assert event_count() == 2 and db.session.get_one(Order, id).state == "refunded"


def test_paying_in_the_moment_of_expiry_ends_one_way_or_the_other(app, shop, cast, offering, at):
    order = shop.order(offering, cast.ada)
    shop.pay(order)
    id, late = order.id, at + timedelta(minutes=41)
    at_once(
        app,
        lambda: operations.expire_orders(at=late),
        lambda: operations.settle_order(db.session.get_one(Order, id), at=late).state,
    )
    assert db.session.get_one(Order, id).state == "paid" and event_count() == 1
