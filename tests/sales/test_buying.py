"""A purchase from order to enrolment, through Stripe's SDK against the sandbox."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import rails
from coursehub.db import db, transaction
from coursehub.events import Event
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import AlreadyEnrolled
from coursehub.mail import Letter
from coursehub.sales import operations, queries
from coursehub.sales.models import Order, Payment
from tests.sales.rig import books, event_count, expected, told

OURS = Letter.key.startswith("sales.")


def test_a_purchase_goes_from_order_to_page_to_enrolment_and_books(shop, cast, offering, at):
    """
    asset:rail:stripe                      19123
    liability:tax                          -1126
    income:share                           -5399
    liability:payable:held Northwind      -12598
    """
    order = shop.order(offering, cast.ada)
    assert (order.state, order.gross_minor, order.tax_minor, order.channel) == ("awaiting_payment", 19_900, 1_126, "platform")
    assert order.session_url.startswith(shop.sandbox.url)
    shop.pay(order)
    operations.settle_order(order, at=at)
    assert order.state == "paid" and order.paid_at == at
    enrolment = db.session.get_one(Enrolment, order.enrolment_id)
    assert (enrolment.person_id, enrolment.release_id, enrolment.ended_at) == (cast.ada.id, order.release_id, None)
    payment = queries.sold_payment(order.id)
    assert (payment.amount_minor, payment.fee_minor, payment.method) == (19_900, 777, "card")
    assert told(payment.effect_key, [cast.northwind]) == expected(test_a_purchase_goes_from_order_to_page_to_enrolment_and_books)


def test_the_buyer_gets_a_receipt_in_their_language(shop, cast, offering):
    for buyer in (cast.ada, cast.bo):
        shop.buy(offering, buyer)
    shop.work()
    shop.work()
    letters = {letter.locale: letter for letter in db.session.execute(sa.select(Letter).where(OURS)).scalars()}
    assert letters["en"].subject == "Receipt for Course python"
    assert "CN¥199.00" in letters["en"].body and "CN¥11.26 (6%)" in letters["en"].body
    assert letters["zh-CN"].subject == "《课程python》的收据" and "¥199.00" in letters["zh-CN"].body
    assert len(letters) == 2


def test_completing_twice_changes_nothing(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    before = books([cast.northwind])
    facts = shop.rail.read_session(order.session_id)
    for _ in range(3):
        operations.settle_order(order, at=at)
        operations.complete_order(order, payment=facts.payment, at=at + timedelta(hours=1))
    assert books([cast.northwind]) == before and event_count() == 1
    assert db.session.execute(sa.select(sa.func.count()).select_from(Enrolment)).scalar_one() == 1
    purchased = sa.select(sa.func.count()).where(Event.name == "sales.course_purchased")
    assert db.session.execute(purchased).scalar_one() == 1


def test_a_double_click_gives_one_order_and_one_page(shop, cast, offering):
    first = shop.order(offering, cast.ada)
    again = shop.order(offering, cast.ada)
    assert (again.id, again.session_id) == (first.id, first.session_id)


def test_a_new_price_or_coupon_makes_a_new_order_and_closes_the_old_page(shop, cast, course, offering, at):
    first = shop.order(offering, cast.ada)
    dearer = shop.offer(course, 29_900)
    with pytest.raises(operations.OfferingChanged):
        shop.order(offering, cast.ada)
    second = shop.order(dearer, cast.ada)
    assert (first.state, second.gross_minor) == ("cancelled", 29_900)
    shop.work()
    assert shop.rail.read_session(first.session_id).state == "expired"


def test_an_order_keeps_the_price_and_the_terms_it_was_placed_under(shop, cast, course, offering, at):
    order = shop.order(offering, cast.ada)
    pinned = order.terms_hash
    shop.offer(course, 39_900)
    shop.pay(order)
    operations.settle_order(order, at=at + timedelta(minutes=5))
    assert (order.state, order.gross_minor, order.terms_hash) == ("paid", 19_900, pinned)


def test_who_holds_the_course_cannot_buy_it_again(shop, cast, offering):
    shop.buy(offering, cast.ada)
    with pytest.raises(AlreadyEnrolled):
        shop.order(offering, cast.ada)


def test_nobody_buys_without_a_confirmed_address_or_while_looking_as_another(shop, cast, offering, at):
    from dataclasses import replace

    from coursehub.errors import NotAllowed

    with transaction():
        cast.ada.confirmed_at = None
    with pytest.raises(operations.MayNotBuy):
        shop.order(offering, cast.ada)
    looking = replace(cast.acting(cast.bo), looked_as_by_id=cast.susi.id)
    with pytest.raises(NotAllowed):
        operations.start_checkout(offering, buyer=looking, at=at)


def test_a_course_without_listing_or_terms_is_not_sold(shop, cast, course, offering, at):
    from coursehub.contracts.queries import open_listing

    with pytest.raises(operations.NotOffered):
        shop.order(offering, cast.ada, at=at - timedelta(days=1))
    with transaction():
        listing = open_listing(course.id)
        listing.closed_at, listing.close_reason = at, "closed"
    with pytest.raises(operations.NotOffered):
        shop.order(offering, cast.ada)


def test_a_free_course_needs_no_rail(shop, cast, course, at):
    order = shop.order(shop.offer(course, 0), cast.ada)
    assert (order.state, order.session_id, order.gross_minor) == ("free", None, 0)
    assert db.session.get_one(Enrolment, order.enrolment_id).source == "free"
    assert event_count() == 0
    shop.work()
    assert db.session.execute(sa.select(Letter.subject).where(OURS)).scalar_one() == "You are enrolled in Course python"


def test_a_rail_that_is_away_loses_nothing_and_the_next_try_opens_the_same_page(shop, cast, offering, at):
    shop.sandbox.tell("chaos", lose_reply=1)
    with pytest.raises(operations.PaymentAway):
        shop.order(offering, cast.ada)
    order = queries.paying_order(buyer_id=cast.ada.id, course_id=offering.course_id)
    assert order.state == "placed"
    again = shop.order(offering, cast.ada, at=at + timedelta(minutes=2))
    assert again.id == order.id and again.state == "awaiting_payment"
    assert len(shop.sandbox.stripe.v1.checkout.sessions.list().data) == 1


def lost_page(shop, order):
    """The page that the rail made although it told us of a failure."""
    pages = shop.sandbox.stripe.v1.checkout.sessions.list().data
    return next(page.id for page in pages if page.id != order.session_id)


def test_a_page_whose_key_is_spoiled_gives_way_to_the_next_page_of_the_same_order_at_once(shop, cast, offering, at):
    shop.sandbox.tell("chaos", fail_after_commit=1)
    with pytest.raises(operations.PaymentAway):
        shop.order(offering, cast.ada)
    order = shop.order(offering, cast.ada)  # the rail says its failure again for the old key
    assert (order.state, order.page_n) == ("awaiting_payment", 2)
    assert db.session.execute(sa.select(Order.state)).scalars().all() == ["awaiting_payment"]
    shop.pay(order)
    assert operations.settle_order(order, at=at).state == "paid"


def test_the_end_of_a_lost_page_does_not_close_the_order_that_has_another(shop, cast, offering, at):
    shop.sandbox.tell("chaos", fail_after_commit=1)
    with pytest.raises(operations.PaymentAway):
        shop.order(offering, cast.ada)
    order = shop.order(offering, cast.ada)
    lost = lost_page(shop, order)
    shop.sandbox.stripe.v1.checkout.sessions.expire(lost)
    assert operations.settle_order(order, at=at, session_id=lost).state == "awaiting_payment"


def test_a_payment_on_a_lost_page_buys_the_course_once_and_a_second_one_goes_back(shop, cast, offering, at):
    shop.sandbox.tell("chaos", fail_after_commit=1)
    with pytest.raises(operations.PaymentAway):
        shop.order(offering, cast.ada)
    order = shop.order(offering, cast.ada)
    lost = lost_page(shop, order)
    shop.sandbox.tell(f"sessions/{lost}/pay")
    shop.pay(order)
    for page in (lost, order.session_id):
        assert operations.settle_order(order, at=at, session_id=page).state == "paid"
    assert [payment.outcome for payment in queries.payments_of(order.id)] == ["sold", "returned"]


def test_a_slow_wallet_completes_the_order_when_it_decides(shop, cast, offering, at):
    order = shop.order(offering, cast.ada)
    shop.sandbox.tell(f"sessions/{order.session_id}/wallet", method="alipay")
    operations.settle_order(order, at=at)
    assert order.state == "awaiting_payment"
    operations.expire_orders(at=order.expires_at)
    assert order.state == "awaiting_payment", "a wallet that decides keeps the seat"
    shop.sandbox.tell("settle")
    operations.settle_order(order, at=at + timedelta(minutes=41))
    assert order.state == "paid" and queries.sold_payment(order.id).method == "alipay"


def test_a_wallet_that_fails_closes_the_order_and_charges_nothing(shop, cast, offering, at):
    order = shop.order(offering, cast.ada)
    shop.sandbox.tell(f"sessions/{order.session_id}/wallet", method="wechat_pay", succeeds=False)
    shop.sandbox.tell("settle")
    operations.settle_order(order, at=at)
    assert order.state == "expired" and order.enrolment_id is None
    assert db.session.execute(sa.select(Payment)).first() is None


def test_no_rail_is_asked_inside_a_transaction(shop, cast, offering):
    with pytest.raises(RuntimeError, match="never used inside a transaction"), transaction():
        shop.order(offering, cast.ada)
    assert db.session.execute(sa.select(Order)).first() is None


def test_payments_that_are_not_ours_in_amount_or_currency_are_refused(shop, cast, offering, at):
    order = shop.order(offering, cast.ada)
    shop.pay(order)
    payment = shop.rail.read_session(order.session_id).payment
    from dataclasses import replace

    for wrong, trouble in (({"amount_minor": 1}, "amount"), ({"currency": "EUR"}, "currency")):
        operations.complete_order(order, payment=replace(payment, **wrong), at=at)
        assert (order.state, order.trouble) == ("awaiting_payment", trouble)
    assert db.session.execute(sa.select(Payment)).first() is None
    assert event_count() == 0


def test_a_live_order_is_not_completed_by_a_test_payment(shop, cast, offering, at):
    order = shop.order(offering, cast.ada)
    shop.pay(order)
    with transaction():
        order.is_live = True
    operations.settle_order(order, at=at)
    assert (order.state, order.trouble, order.enrolment_id) == ("awaiting_payment", "mode", None)


def test_without_a_webhook_secret_no_pay_page_opens(shop, cast, offering):
    from coursehub.rails.stripe import StripeRail
    from tests.sandbox.rig import KEY

    with rails.use(StripeRail(key=KEY, base_url=shop.sandbox.url, secret="")), pytest.raises(operations.PaymentAway):
        shop.order(offering, cast.ada)
