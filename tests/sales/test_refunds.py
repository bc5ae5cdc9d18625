"""Refunds: who may have one, what they book, and what they end."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import rails
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import enrol
from coursehub.mail import Letter
from coursehub.sales import operations, queries
from coursehub.sales.models import Refund, RefundRequest
from tests.sales.rig import books, event_count, expected, told


def ask(shop, order, buyer, at, reason="It is not what I expected."):
    return operations.ask_refund(order, reason=reason, by=shop.cast.acting(buyer), at=at)


def approve(shop, request, amount, at, by=None):
    actor = shop.cast.acting(by or shop.cast.fay)
    return operations.approve_refund(request, amount_minor=amount, answer="Agreed.", by=actor, at=at)


def subjects():
    ours = sa.select(Letter.subject).where(Letter.key.startswith("sales.")).order_by(Letter.id)
    return db.session.execute(ours).scalars().all()


def test_within_the_window_the_money_goes_back_at_once_and_the_enrolment_ends(shop, cast, offering, at):
    """
    asset:rail:stripe                     -19900
    liability:tax                           1126
    income:share                            5399
    liability:payable:held Northwind       12598
    expense:rail_fee                         777
    """
    order = shop.buy(offering, cast.ada)
    refund = ask(shop, order, cast.ada, at + timedelta(days=6))
    assert isinstance(refund, Refund) and (refund.state, refund.cause, refund.amount_minor) == ("wanted", "window", 19_900)
    shop.work(at + timedelta(days=6))
    assert (refund.state, order.state) == ("done", "refunded")
    assert shop.rail.read_refund(refund.rail_refund_id).state == "succeeded"
    enrolment = db.session.get_one(Enrolment, order.enrolment_id)
    assert (enrolment.ended_reason, enrolment.ended_at) == ("refunded", at + timedelta(days=6))
    told_here = told(f"refund:{refund.public_id}", [cast.northwind])
    assert told_here == expected(test_within_the_window_the_money_goes_back_at_once_and_the_enrolment_ends)
    assert books([cast.northwind]) == {"asset:rail:stripe": -777, "expense:rail_fee": 777}
    shop.work(at + timedelta(days=6))
    assert subjects() == ["Receipt for Course python", "Refund for Course python"]


def test_after_the_window_staff_answer_against_a_clock(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    asked_at = at + timedelta(days=7)
    request = ask(shop, order, cast.ada, asked_at)
    assert isinstance(request, RefundRequest) and request.answer_by == asked_at + timedelta(days=5)
    with pytest.raises(operations.AlreadyAsked):
        ask(shop, order, cast.ada, asked_at)
    refund = approve(shop, request, 19_900, asked_at + timedelta(days=1))
    with pytest.raises(operations.RequestAnswered):
        operations.decline_refund(request, answer="No.", by=cast.acting(cast.susi), at=asked_at + timedelta(days=2))
    shop.work(asked_at + timedelta(days=1))
    assert (refund.cause, refund.state, order.state) == ("decided", "done", "refunded")


def test_a_partial_refund_leaves_the_enrolment_and_a_second_one_ends_it(shop, cast, offering, at):
    """
    asset:rail:stripe                     -10000
    liability:tax                            566
    income:share                            2713
    liability:payable:held Northwind        6331
    expense:rail_fee                         390
    """
    order = shop.buy(offering, cast.ada)
    later = at + timedelta(days=30)
    first = approve(shop, ask(shop, order, cast.ada, later), 10_000, later)
    shop.work(later)
    told_here = told(f"refund:{first.public_id}", [cast.northwind])
    assert told_here == expected(test_a_partial_refund_leaves_the_enrolment_and_a_second_one_ends_it)
    assert order.state == "paid" and queries.refundable_minor(order) == 9_900
    assert db.session.get_one(Enrolment, order.enrolment_id).ended_at is None
    approve(shop, ask(shop, order, cast.ada, later), 9_900, later)
    shop.work(later)
    assert order.state == "refunded" and db.session.get_one(Enrolment, order.enrolment_id).ended_at == later
    assert books([cast.northwind]) == {"asset:rail:stripe": -777, "expense:rail_fee": 777}


def test_a_declined_refund_tells_why_and_can_be_asked_for_again(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    later = at + timedelta(days=20)
    request = ask(shop, order, cast.ada, later)
    operations.decline_refund(request, answer="You have finished the course.", by=cast.acting(cast.susi), at=later)
    shop.work(later)
    letter = db.session.execute(sa.select(Letter).order_by(Letter.id.desc()).limit(1)).scalar_one()
    assert letter.subject == "About your refund for Course python" and "You have finished the course." in letter.body
    assert order.state == "paid" and queries.refunds_of(order.id) == []
    assert isinstance(ask(shop, order, cast.ada, later), RefundRequest)


def test_only_the_buyer_asks_and_only_staff_decide_never_about_their_own(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    later = at + timedelta(days=20)
    for stranger in (cast.bo, cast.pia, cast.fay):
        with pytest.raises(NotAllowed):
            ask(shop, order, stranger, later)
    request = ask(shop, order, cast.ada, later)
    for stranger in (cast.ada, cast.pia, cast.finn, cast.cato):
        with pytest.raises(NotAllowed):
            approve(shop, request, 1, later, by=stranger)
    own = shop.buy(offering, cast.stan)
    with pytest.raises(NotAllowed):
        approve(shop, ask(shop, own, cast.stan, later), 1, later, by=cast.stan)


def test_no_more_than_was_paid_is_ever_refunded(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    later = at + timedelta(days=20)
    request = ask(shop, order, cast.ada, later)
    for amount in (0, -1, 19_901):
        with pytest.raises(operations.RefundTooLarge):
            approve(shop, request, amount, later)
    approve(shop, request, 19_900, later)
    with pytest.raises(operations.NothingLeftToRefund):
        ask(shop, order, cast.ada, later)
    shop.work(later)
    with pytest.raises(operations.NothingLeftToRefund):
        ask(shop, order, cast.ada, later)


def test_an_unpaid_or_free_order_has_nothing_to_refund(shop, cast, course, offering, at):
    with pytest.raises(operations.NothingLeftToRefund):
        ask(shop, shop.order(offering, cast.ada), cast.ada, at)
    free = shop.order(shop.offer(course, 0), cast.bo)
    with pytest.raises(operations.NothingLeftToRefund):
        ask(shop, free, cast.bo, at)


@pytest.mark.parametrize("knob", ["lose_reply", "fail_after_commit"])
def test_a_refund_whose_answer_is_lost_is_made_and_booked_once(shop, cast, offering, at, knob):
    order = shop.buy(offering, cast.ada)
    refund = ask(shop, order, cast.ada, at)
    shop.sandbox.tell("chaos", **{knob: 1})
    for _ in range(2):
        operations.send_refund(refund, at=at)
    assert refund.state == "done" and event_count() == 2
    assert len(shop.sandbox.stripe.v1.refunds.list().data) == 1


def test_a_crash_between_the_rail_and_the_books_is_healed_by_the_next_try(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    refund = ask(shop, order, cast.ada, at)
    payment = queries.sold_payment(order.id)
    wish = rails.RefundWish("a key that was forgotten", refund.reference, payment.rail_payment_id, refund.amount_minor)
    shop.rail.refund(wish)
    from coursehub.db import transaction

    with transaction():
        refund.tries = 1  # sent, and the process died before it could write the answer down
    operations.send_refund(refund, at=at)
    assert refund.state == "done" and len(shop.sandbox.stripe.v1.refunds.list().data) == 1


def test_an_unreachable_rail_leaves_the_refund_wanted(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    refund = ask(shop, order, cast.ada, at)
    from coursehub.rails.stripe import StripeRail

    gone = StripeRail(key="sk_test_sandbox", base_url="http://127.0.0.1:1", secret="s", retries=0)
    with rails.use(gone), pytest.raises(rails.RailAway):
        operations.send_refund(refund, at=at)
    assert (refund.state, refund.tries, order.state) == ("wanted", 1, "paid")
    operations.send_refund(refund, at=at)
    assert refund.state == "done"


def test_a_refund_that_the_bank_fails_stands_in_suspense_until_it_is_given_again(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    shop.sandbox.tell("refunds", outcome="failed")
    refund = ask(shop, order, cast.ada, at)
    shop.work()
    assert (refund.state, order.state) == ("pending", "refunded")
    shop.sandbox.tell("settle")
    operations.record_refund(refund, shop.rail.read_refund(refund.rail_refund_id), at=at)
    assert refund.state == "failed"
    assert books([cast.northwind]) == {"asset:rail:stripe": 19_123, "expense:rail_fee": 777, "liability:suspense": -19_900}
    shop.sandbox.tell("refunds", outcome="succeeded")
    operations.retry_refund(refund, by=cast.acting(cast.fay), at=at)
    shop.work()
    assert refund.state == "done"
    assert books([cast.northwind]) == {"asset:rail:stripe": -777, "expense:rail_fee": 777}
    assert event_count() == 2


def test_a_disputed_payment_cannot_be_refunded_and_staff_see_why(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    shop.sandbox.tell("disputes", charge=queries.sold_payment(order.id).rail_charge_id)
    refund = ask(shop, order, cast.ada, at)
    shop.work()
    assert (refund.state, refund.problem, order.state) == ("failed", "charge_disputed", "paid")
    assert queries.refunds_in_trouble() == [refund]
    assert queries.refundable_minor(order) == 19_900


def test_a_payment_after_expiry_comes_back_by_itself(shop, cast, offering, at):
    """
    asset:rail:stripe                      19123
    expense:rail_fee                         777
    liability:suspense                    -19900
    """
    order = shop.order(offering, cast.ada)
    session = order.session_id
    shop.pay(order)
    from coursehub.db import transaction
    from coursehub.sales.operations.checkout import close_unpaid

    with transaction():  # the rail did not know its own page when it was asked to close it
        close_unpaid(order, state="expired", at=at)
    operations.settle_order(order, at=at, session_id=session)
    payment = queries.payments_of(order.id)[0]
    assert (order.state, payment.outcome, order.enrolment_id) == ("expired", "returned", None)
    assert told(payment.effect_key, []) == expected(test_a_payment_after_expiry_comes_back_by_itself)
    shop.work()
    assert [refund.state for refund in queries.refunds_of(order.id)] == ["done"]
    assert books([]) == {"asset:rail:stripe": -777, "expense:rail_fee": 777}
    shop.work()
    assert subjects() == ["Your payment for Course python comes back"]


def test_a_second_payment_for_a_course_already_held_comes_back(shop, cast, offering, at):
    order = shop.order(offering, cast.ada)
    enrol(person_id=cast.ada.id, release_id=order.release_id, at=at, source="free")
    shop.pay(order)
    operations.settle_order(order, at=at)
    shop.work()
    refund = queries.refunds_of(order.id)[0]
    assert (order.state, refund.cause, refund.state, event_count()) == ("returned", "duplicate", "done", 0)
    assert len(db.session.execute(sa.select(Enrolment)).scalars().all()) == 1


def test_after_a_full_refund_the_course_can_be_bought_again(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    ask(shop, order, cast.ada, at)
    shop.work()
    again = shop.buy(offering, cast.ada)
    assert (order.state, again.state) == ("refunded", "paid") and again.id != order.id
