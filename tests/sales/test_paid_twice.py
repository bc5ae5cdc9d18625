"""A buyer whose bank took the money back buys again, and then the bank gives the first payment back after all."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.learning.models import Enrolment
from coursehub.ledger.checks import check_books
from coursehub.mail import Letter
from coursehub.people.actor import actor_for
from coursehub.people.models import PeopleAudit, Person
from coursehub.sales import operations, queries
from coursehub.sales.models import Order
from coursehub.sales.operations import gifts
from tests.cast import sign_in
from tests.rigs.threads import at_once
from tests.sales.rig import books
from tests.sales.test_bundles import bought, bundle, courses
from tests.sales.test_disputes import FEE, decide, later, open_dispute

__all__ = ["bundle", "courses"]


def lose(shop, order, at):
    """The bank takes the money and decides for the buyer; its number, to be won on appeal."""
    number = open_dispute(shop, order)
    payment = queries.sold_payment(order.id)
    operations.record_dispute(payment, replace(shop.rail.read_dispute(number), state="lost"), at=at)
    assert order.state == "refunded"
    return number


def win(shop, number, at):
    decide(shop, number, won=True)
    return operations.follow_dispute(number, at=at)


@pytest.fixture
def twice(shop, cast, offering, at):
    """(first order, second order): both paid, for one enrolment."""
    first = shop.buy(offering, cast.ada)
    number = lose(shop, first, at)
    second = shop.buy(offering, cast.ada)
    win(shop, number, later(shop, at, days=3))
    return first, second


def test_money_that_came_back_for_a_course_bought_again_is_found(twice):
    first, second = twice
    assert (first.state, second.state) == ("refunded", "paid")
    (found,) = queries.kept_without_seat()
    assert (found.order, found.left_minor, found.bought_again) == (first, 19_900, True)


def test_it_goes_back_whole_and_the_enrolment_goes_on(twice, shop, cast, at):
    first, second = twice
    end = later(shop, at, days=90)  # long after the window of refunds
    refund = operations.return_second_payment(first, by=cast.acting(cast.fay), at=end)
    shop.work(end)
    assert (refund.state, refund.cause, refund.amount_minor) == ("done", "duplicate", 19_900)
    assert (first.state, second.state, queries.kept_without_seat()) == ("refunded", "paid", [])
    assert db.session.get_one(Enrolment, second.enrolment_id).ended_at is None
    assert db.session.get_one(Enrolment, first.enrolment_id).ended_reason == "refunded"
    assert queries.refundable_minor(second) == 19_900
    standing = books([cast.northwind])
    assert standing["liability:payable:held Northwind"] == -12_598 and standing["expense:rail_fee"] == 777 + FEE
    letter = db.session.execute(sa.select(Letter).where(Letter.key == f"sales.refund:{refund.public_id}")).scalar_one()
    assert "bought the course again" in letter.body and "Your enrolment has ended" not in letter.body
    line = db.session.execute(sa.select(PeopleAudit).where(PeopleAudit.act == "second_payment_returned")).scalar_one()
    assert (line.by_id, line.person_id, line.facts["amount_minor"]) == (cast.fay.id, cast.ada.id, 19_900)


def test_asked_twice_it_goes_back_once(twice, cast, at):
    first, second = twice
    operations.return_second_payment(first, by=cast.acting(cast.fay), at=at)
    with pytest.raises(operations.NothingPaidTwice):
        operations.return_second_payment(first, by=cast.acting(cast.fay), at=at)
    with pytest.raises(operations.NothingPaidTwice):
        operations.return_second_payment(second, by=cast.acting(cast.fay), at=at)
    assert len(queries.refunds_of(first.id)) == 1


def test_who_did_not_buy_again_is_named_too_since_the_seat_is_gone(shop, cast, offering, at):
    first = shop.buy(offering, cast.ada)
    win(shop, lose(shop, first, at), later(shop, at, days=3))
    (found,) = queries.kept_without_seat()
    assert (found.order, found.bought_again) == (first, False)


def test_while_the_bank_has_the_money_nothing_is_named(shop, cast, offering, at):
    lose(shop, shop.buy(offering, cast.ada), at)
    shop.buy(offering, cast.ada)
    assert queries.kept_without_seat() == []


def test_of_a_bundle_each_course_goes_back_on_its_own_legs(shop, cast, bundle, at):
    first = bought(shop, bundle, cast.ada, at)
    number = lose(shop, first, at)
    second = bought(shop, bundle, cast.ada, at)
    win(shop, number, later(shop, at, days=3))
    (found,) = queries.kept_without_seat()
    assert (found.left_minor, found.bought_again) == (first.gross_minor, True)
    operations.return_second_payment(first, by=cast.acting(cast.fay), at=at)
    shop.work(at)
    refunds = queries.refunds_of(first.id)
    assert {each.part_id for each in refunds} == {part.id for part in queries.parts_of(first.id)}
    assert sum(each.amount_minor for each in refunds) == first.gross_minor and {each.state for each in refunds} == {"done"}
    assert all(db.session.get_one(Enrolment, part.enrolment_id).ended_at is None for part in queries.parts_of(second.id))


def given(shop, offering, at, to):
    """Ada gives the course: the order, and whoever takes it (or nobody) has it."""
    order = gifts.give_course(offering, gifts.GiftDraft("Have fun."), by=shop.cast.acting(shop.cast.ada), at=at)
    shop.pay(order)
    operations.settle_order(order, at=at)
    gift = queries.gift_of(order)
    token = gifts.make_gift_link(gift, by=shop.cast.acting(shop.cast.ada), at=at)
    return order, token if to is None else gifts.claim_gift(token, by=shop.cast.acting(to), at=at)


@pytest.mark.parametrize("taken", [False, True])
def test_a_gift_that_was_given_once_more_is_named_and_the_first_payment_goes_back(shop, cast, offering, at, taken):
    """The bank takes the gift's money, the giver gives it once more, and the first payment comes back after all."""
    first, _held = given(shop, offering, at, cast.bo if taken else None)
    number = lose(shop, first, at)
    second, held = given(shop, offering, later(shop, at, days=1), cast.bo if taken else None)
    win(shop, number, later(shop, at, days=3))
    (found,) = queries.kept_without_seat()
    assert (found.order, found.left_minor, found.bought_again) == (first, 19_900, True)
    end = later(shop, at, days=4)
    refund = operations.return_second_payment(first, by=cast.acting(cast.fay), at=end)
    shop.work(end)
    assert (refund.state, refund.cause, refund.amount_minor) == ("done", "duplicate", 19_900)
    assert (first.state, second.state, queries.kept_without_seat()) == ("refunded", "paid", [])
    letter = db.session.execute(sa.select(Letter).where(Letter.key == f"sales.refund:{refund.public_id}")).scalar_one()
    assert "gave it once more" in letter.body and "bought the course" not in letter.body
    if taken:
        assert db.session.get_one(Enrolment, held.id).ended_at is None
    else:
        assert gifts.claim_gift(held, by=cast.acting(cast.bo), at=end).person_id == cast.bo.id


def test_a_gift_to_somebody_else_from_before_or_a_course_for_oneself_is_not_the_same_gift_again(shop, cast, offering, at):
    other, _link = given(shop, offering, at, cast.emma)
    first, _taken = given(shop, offering, at, cast.bo)
    number = lose(shop, first, at)
    shop.buy(offering, cast.ada)
    win(shop, number, later(shop, at, days=3))
    (found,) = queries.kept_without_seat()
    assert (found.order, found.bought_again, other.state) == (first, False, "paid")


def test_a_bundle_that_was_given_once_more_goes_back_course_by_course(shop, cast, bundle, at):
    orders = []
    for day in (0, 1):
        now = later(shop, at, days=day)
        order = gifts.give_bundle(bundle, gifts.GiftDraft("All of it."), by=cast.acting(cast.ada), at=now)
        shop.pay(order)
        operations.settle_order(order, at=now)
        token = gifts.make_gift_link(queries.gift_of(order), by=cast.acting(cast.ada), at=now)
        gifts.claim_gift(token, by=cast.acting(cast.bo), at=now)
        orders.append((order, lose(shop, order, now) if day == 0 else None))
    (first, number), (second, _none) = orders
    end = later(shop, at, days=3)
    win(shop, number, end)
    (found,) = queries.kept_without_seat()
    assert (found.order, found.left_minor, found.bought_again) == (first, first.gross_minor, True)
    operations.return_second_payment(first, by=cast.acting(cast.fay), at=end)
    shop.work(end)
    assert sum(each.amount_minor for each in queries.refunds_of(first.id) if each.state == "done") == first.gross_minor
    assert all(db.session.get_one(Enrolment, part.enrolment_id).ended_at is None for part in queries.parts_of(second.id))


def test_staff_see_it_and_give_it_back_with_one_button(twice, shop, cast, at, app):
    first, _second = twice
    fay = sign_in(app.test_client(), cast.fay)
    assert "1 payment of an order that is over" in fay.get("/house").text
    shown = fay.get("/house/refunds").text
    assert "Paid for an order that is over" in shown and "bought again since" in shown
    assert "Give back CN¥199.00" in fay.get(f"/house/orders/{first.public_id}").text
    address = f"/house/orders/{first.public_id}/second-payments"
    assert "on its way back" in fay.post(address, follow_redirects=True).text
    assert "bought again since" not in fay.get("/house/refunds").text
    assert "Nothing of this order is with us" in fay.post(address, follow_redirects=True).text
    shop.work(at)
    ada = sign_in(app.test_client(), cast.ada)
    shown = ada.get(f"/orders/{first.public_id}").text
    assert "paid a second time" in shown


@pytest.mark.parametrize("of_bundle", [False, True])
def test_pressed_by_two_of_finance_at_once_the_money_goes_back_once(app, shop, cast, at, request, of_bundle):
    if of_bundle:
        first = bought(shop, request.getfixturevalue("bundle"), cast.ada, at)
    else:
        first = shop.buy(request.getfixturevalue("offering"), cast.ada)
    win(shop, lose(shop, first, at), later(shop, at, days=3))
    order_id, people = first.id, (cast.fay.id, cast.stan.id) * 2

    def press(person_id):
        order, by = db.session.get_one(Order, order_id), actor_for(db.session.get_one(Person, person_id))
        operations.return_second_payment(order, by=by, at=at)

    outcomes = at_once(app, *(lambda person=person: press(person) for person in people))
    assert sum(isinstance(each, operations.NothingPaidTwice) for each in outcomes) == 3, outcomes
    db.session.expire_all()
    shop.work(at)
    refunds = queries.refunds_of(order_id)
    assert sum(each.amount_minor for each in refunds) == first.gross_minor and {each.state for each in refunds} == {"done"}
    assert len({each.part_id for each in refunds}) == len(refunds) and queries.kept_minor(first) == 0
    assert check_books().faults == ()


def test_only_staff_who_decide_refunds_may_and_never_for_themselves(twice, cast, at):
    first, _second = twice
    for person in (cast.ada, cast.pia, cast.emma):
        with pytest.raises(NotAllowed):
            operations.return_second_payment(first, by=cast.acting(person), at=at)
