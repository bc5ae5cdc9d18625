"""Disputes: the bank takes the money of a sale, and gives it back or keeps it; whatever order the news comes in."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import rails
from coursehub.contracts import queries as contracts
from coursehub.contracts.operations import mature_sale
from coursehub.db import db
from coursehub.learning.models import Enrolment
from coursehub.mail import Letter
from coursehub.sales import operations, queries
from coursehub.sales.models import PaymentDispute
from tests.sales.rig import books, expected, told

FEE = 1_500


def open_dispute(shop, order, **given):
    """The buyer's bank disputes what was paid for an order; its number at the rail."""
    charge = queries.sold_payment(order.id).rail_charge_id
    return shop.sandbox.tell("disputes", charge=charge, **given)["id"]


def decide(shop, dispute_id, *, won):
    shop.sandbox.tell("disputes", dispute=dispute_id, won=won)


def later(shop, at, **given):
    """Time goes on at the rail as well."""
    moment = at + timedelta(**given)
    shop.sandbox.tell("clock", stopped_at=int(moment.timestamp()))
    return moment


def refund_part(shop, order, amount, at):
    request = operations.ask_refund(order, reason="Half of it.", by=shop.cast.acting(shop.cast.ada), at=at)
    return operations.approve_refund(request, amount_minor=amount, answer="Agreed.", by=shop.cast.acting(shop.cast.fay), at=at)


def subjects():
    return db.session.execute(sa.select(Letter.subject).order_by(Letter.id)).scalars().all()


def test_the_shares_go_back_on_their_legs_when_the_money_leaves_not_when_the_dispute_closes(shop, cast, offering, at):
    """
    asset:rail:stripe                     -19900
    liability:tax                           1126
    income:share                            5399
    liability:payable:held Northwind       12598
    expense:rail_fee                         777
    """
    order = shop.buy(offering, cast.ada)
    number = open_dispute(shop, order)
    dispute = operations.follow_dispute(number, at=at)
    assert (dispute.state, dispute.shared_minor, dispute.fee_minor, dispute.closed_at) == ("needs_response", 19_900, FEE, None)
    assert dispute.answer_by == at + timedelta(days=7)
    assert told(dispute.effect_key, [cast.northwind]) == expected(
        test_the_shares_go_back_on_their_legs_when_the_money_leaves_not_when_the_dispute_closes
    )
    assert books([cast.northwind]) == {"asset:rail:stripe": -777 - FEE, "expense:rail_fee": 777 + FEE}
    assert (order.state, order.trouble, queries.refundable_minor(order)) == ("paid", "dispute", 0)
    assert db.session.get_one(Enrolment, order.enrolment_id).ended_at is None


def test_a_lost_dispute_ends_the_seat_and_books_nothing_more(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    number = open_dispute(shop, order)
    operations.follow_dispute(number, at=at)
    before, end = books([cast.northwind]), later(shop, at, days=40)
    decide(shop, number, won=False)
    dispute = operations.follow_dispute(number, at=end)
    assert (dispute.state, dispute.closed_at) == ("lost", end) and books([cast.northwind]) == before
    enrolment = db.session.get_one(Enrolment, order.enrolment_id)
    assert (order.state, order.trouble, enrolment.ended_reason, enrolment.ended_at) == ("refunded", "", "refunded", end)


def test_a_won_dispute_brings_every_share_back_but_for_the_fee(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    before = books([cast.northwind])
    number = open_dispute(shop, order)
    operations.follow_dispute(number, at=at)
    end = later(shop, at, days=3)
    decide(shop, number, won=True)
    dispute = operations.follow_dispute(number, at=end)
    assert (dispute.state, dispute.reinstated_at, order.state, order.trouble) == ("won", end, "paid", "")
    assert books([cast.northwind]) == before | {
        "asset:rail:stripe": before["asset:rail:stripe"] - FEE, "expense:rail_fee": FEE
    }  # fmt: skip
    refund = operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=end)
    shop.work(end)
    assert (refund.state, order.state) == ("done", "refunded")
    assert books([cast.northwind]) == {"asset:rail:stripe": -777 - FEE, "expense:rail_fee": 777 + FEE}


@pytest.mark.parametrize("matures_first", [False, True])
def test_money_that_comes_back_after_the_hold_of_its_sale_is_ready_at_once(shop, cast, offering, at, matures_first):
    order = shop.buy(offering, cast.ada)
    taken_at = later(shop, at, days=50 if matures_first else 3)
    if matures_first:
        mature_sale(contracts.event_for(queries.sold_payment(order.id).effect_key), at=taken_at)
    number = open_dispute(shop, order)
    operations.follow_dispute(number, at=taken_at)
    assert not any(code.startswith("liability:payable") for code in books([cast.northwind]))
    end = later(shop, at, days=110)
    decide(shop, number, won=True)
    operations.follow_dispute(number, at=end)
    standing = books([cast.northwind])
    assert "liability:payable:held Northwind" not in standing
    assert standing["liability:payable:available Northwind"] == -12_598


@pytest.mark.parametrize("order_of", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1), (1, 3, 0, 2)])
def test_events_that_come_late_twice_or_in_another_order_end_alike(shop, cast, offering, at, order_of):
    order = shop.buy(offering, cast.ada)
    number = open_dispute(shop, order)
    end = later(shop, at, days=9)
    decide(shop, number, won=True)
    told_of = [_event(body) for body in shop.sandbox.stripe.v1.events.list({"limit": 100}).data if "dispute" in body.type]
    assert len(told_of) == 4
    for place in (*order_of, *order_of):
        operations.keep_event(told_of[place], source="webhook", at=end)
        shop.work(end)
    dispute = db.session.execute(sa.select(PaymentDispute)).scalar_one()
    assert (dispute.state, dispute.withdrawn_at, dispute.reinstated_at) == ("won", at, end)
    assert books([cast.northwind])["liability:payable:held Northwind"] == -12_598
    assert books([cast.northwind])["expense:rail_fee"] == FEE


def _event(body):
    from coursehub.rails.stripe import event_facts

    return event_facts(body.to_dict())


def test_news_of_a_dispute_before_the_payment_itself_settles_the_order_first(shop, cast, offering, at):
    order = shop.order(offering, cast.ada)
    shop.pay(order)
    intent = shop.sandbox.stripe.v1.checkout.sessions.retrieve(order.session_id).payment_intent
    charge = shop.sandbox.stripe.v1.payment_intents.retrieve(intent).latest_charge
    number = shop.sandbox.tell("disputes", charge=charge)["id"]
    dispute = operations.follow_dispute(number, at=at)
    assert (order.state, dispute.order_id, dispute.shared_minor) == ("paid", order.id, 19_900)


def test_no_refund_is_given_while_the_bank_has_the_money(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    request = operations.ask_refund(order, reason="Late.", by=cast.acting(cast.ada), at=at + timedelta(days=20))
    operations.follow_dispute(open_dispute(shop, order), at=at)
    with pytest.raises(operations.PaymentDisputed):
        operations.approve_refund(request, amount_minor=1, answer="Yes.", by=cast.acting(cast.fay), at=at)
    with pytest.raises(operations.PaymentDisputed):
        operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at)


def test_a_refund_on_its_way_when_the_bank_takes_the_money_is_never_paid_twice(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    refund = operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at)
    number = open_dispute(shop, order)
    operations.follow_dispute(number, at=at)
    shop.work()
    assert (refund.state, refund.problem) == ("failed", "charge_disputed")
    assert books([cast.northwind]) == {"asset:rail:stripe": -777 - FEE, "expense:rail_fee": 777 + FEE}


def test_a_part_refund_whose_answer_was_lost_is_booked_before_the_dispute_over_the_rest(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    refund = refund_part(shop, order, 5_000, later(shop, at, days=20))
    from coursehub.db import transaction

    payment = queries.sold_payment(order.id)
    shop.rail.refund(rails.RefundWish("an answer that was lost", refund.reference, payment.rail_payment_id, 5_000))
    with transaction():
        refund.tries = 1
    number = open_dispute(shop, order)
    dispute = operations.follow_dispute(number, at=at + timedelta(days=20))
    assert (refund.state, dispute.shared_minor, queries.refundable_minor(order)) == ("done", 14_900, 0)
    assert books([cast.northwind]) == {"asset:rail:stripe": -777 - FEE, "expense:rail_fee": 777 + FEE}


def test_what_a_bank_takes_beyond_the_rest_of_a_sale_stands_in_suspense(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    number = open_dispute(shop, order)
    facts = shop.rail.read_dispute(number)
    payment = queries.sold_payment(order.id)
    from dataclasses import replace

    operations.record_dispute(payment, replace(facts, id="du_first", amount_minor=12_000), at=at)
    second = operations.record_dispute(payment, facts, at=at)
    assert second.shared_minor == 7_900
    assert books([cast.northwind])["liability:suspense"] == 12_000


def test_a_bank_that_only_asks_takes_nothing_and_a_refund_is_still_given(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    before = books([cast.northwind])
    number = open_dispute(shop, order, inquiry=True)
    dispute = operations.follow_dispute(number, at=at)
    assert (dispute.state, dispute.withdrawn_at) == ("inquiry", None) and books([cast.northwind]) == before
    operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at)
    shop.work()
    decide(shop, number, won=True)
    operations.follow_dispute(number, at=at)
    assert (dispute.state, order.state) == ("dropped", "refunded")


def test_the_last_net_reads_what_no_event_told(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    number = open_dispute(shop, order)
    operations.follow_dispute(number, at=at)
    decide(shop, number, won=False)
    assert operations.follow_disputes(at=at) == 1 and operations.follow_disputes(at=at) == 0
    assert order.state == "refunded"
