"""Courses in euros while the provider settles yuan: what it exchanged is judged by its rate, booked, and the balances agree."""

from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from coursehub.db import db, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.checks import check_books
from coursehub.payouts import exchange, operations, queries
from coursehub.payouts.adjusting import EXCHANGE
from coursehub.payouts.checks import faults
from coursehub.payouts.models import MovementMatch, RailMovement
from coursehub.sales import operations as sales
from coursehub.sales.models import Payment, Refund
from coursehub.sales.queries import sold_payment
from tests.cast import sign_in
from tests.sales.rig import expected, told

PRICE = 49_99
RATE = 7.8125


@pytest.fixture
def euro(shop):
    """A course for 49.99 euros; the provider settles it in yuan."""
    shop.sandbox.tell("exchange", into="cny", rates={"eur": RATE})
    return shop.offer(shop.course(currency="EUR"), PRICE, currency="EUR")


def agree():
    """Each currency at the provider, by its movements and by our books."""
    return all(told_minor == booked for _rail, _currency, told_minor, booked in queries.rail_balances())


def sound():
    return check_books().faults == () and list(faults()) == []


def kept(kind):
    return db.session.execute(sa.select(RailMovement).where(RailMovement.kind == kind).order_by(RailMovement.id)).scalars().all()


def test_a_sale_keeps_what_was_presented_and_is_exchanged_by_one_balanced_journal(shop, cast, euro, at):
    """
    asset:rail:stripe                      -4828
    asset:exchange                          4828
    asset:exchange                        -37722
    asset:rail:stripe                      37722
    """
    order = shop.buy(euro, cast.ada)
    operations.read_movements(at=at)
    (movement,) = kept("sale")
    assert (movement.currency, movement.amount_minor, movement.fee_minor) == ("CNY", 39_055, 1_333)
    assert (movement.presented_currency, movement.presented_minor, Decimal(movement.rate)) == ("EUR", PRICE, Decimal(str(RATE)))
    assert sold_payment(order.id).fee_minor == 171
    assert told(f"exchange:{movement.movement_id}", []) == expected(
        test_a_sale_keeps_what_was_presented_and_is_exchanged_by_one_balanced_journal
    )
    assert queries.unmatched() == [] and agree() and sound()
    assert ledger.balance_of("asset:rail:stripe", "EUR") == 0
    operations.read_movements(at=at)
    operations.match_movements(at=at)
    assert ledger.balance_of(EXCHANGE, "EUR") == 4_828, "and only once"


def test_money_that_goes_back_is_exchanged_at_the_rate_of_its_day(shop, cast, euro, at):
    order = shop.buy(euro, cast.ada)
    shop.sandbox.tell("exchange", into="cny", rates={"eur": 8})
    sales.ask_refund(order, reason="no", by=cast.acting(cast.ada), at=at)
    shop.work()
    operations.read_movements(at=at)
    (back,) = kept("refund")
    assert (back.amount_minor, back.presented_minor) == (-8 * PRICE, -PRICE)
    assert queries.unmatched() == [] and agree() and sound()


def test_a_refund_that_fails_at_another_rate_is_exchanged_there_and_back(shop, cast, euro, at):
    order = shop.buy(euro, cast.ada)
    shop.sandbox.tell("refunds", outcome="failed")
    sales.ask_refund(order, reason="no", by=cast.acting(cast.ada), at=at)
    shop.work()
    operations.read_movements(at=at)
    shop.sandbox.tell("exchange", into="cny", rates={"eur": 8})
    shop.sandbox.tell("settle")
    shop.sandbox.tell("refunds", outcome="succeeded")
    refund = db.session.execute(sa.select(Refund)).scalar_one()
    sales.record_refund(refund, shop.rail.read_refund(refund.rail_refund_id), at=at)
    operations.read_movements(at=at)
    (again,) = kept("refund_failed")
    assert again.amount_minor == 8 * PRICE
    assert queries.unmatched() == [] and agree() and sound()


def test_a_refund_that_failed_before_it_was_read_is_exchanged_twice_all_the_same(shop, cast, euro, at):
    order = shop.buy(euro, cast.ada)
    shop.sandbox.tell("refunds", outcome="failed")
    sales.ask_refund(order, reason="no", by=cast.acting(cast.ada), at=at)
    shop.work()
    shop.sandbox.tell("exchange", into="cny", rates={"eur": 8})
    shop.sandbox.tell("settle")
    refund = db.session.execute(sa.select(Refund)).scalar_one()
    sales.record_refund(refund, shop.rail.read_refund(refund.rail_refund_id), at=at)
    operations.read_movements(at=at)
    assert queries.unmatched() == [] and agree() and sound()


@pytest.mark.parametrize("won", [True, False])
def test_what_a_bank_takes_and_gives_back_is_exchanged_with_its_fee(shop, cast, euro, at, won):
    order = shop.buy(euro, cast.ada)
    number = shop.sandbox.tell("disputes", charge=sold_payment(order.id).rail_charge_id)["id"]
    sales.follow_dispute(number, at=at)
    operations.read_movements(at=at)
    assert agree()
    shop.sandbox.tell("exchange", into="cny", rates={"eur": 7.3})
    shop.sandbox.tell("disputes", dispute=number, won=won)
    sales.follow_dispute(number, at=at)
    operations.read_movements(at=at)
    assert len(kept("dispute")) == 1 + won
    assert queries.unmatched() == [] and agree() and sound()


def test_a_sale_that_waits_for_its_movement_is_exchanged_when_it_turns_up(shop, cast, euro, at):
    order = shop.order(euro, cast.ada)
    shop.pay(order)
    operations.read_movements(at=at)
    assert [each.why for each in queries.unmatched()] == ["unknown"]
    sales.settle_order(order, at=at)
    operations.match_movements(at=at)
    assert queries.unmatched() == [] and agree()


@pytest.mark.parametrize(
    ("column", "odd"),
    [("presented_minor", PRICE + 1), ("presented_currency", "USD"), ("amount_minor", 39_057), ("rate", "7.9"), ("rate", None)],
)
def test_what_does_not_fit_differs_and_is_not_exchanged(client, shop, cast, euro, at, monkeypatch, column, odd):
    shop.buy(euro, cast.ada)
    real = type(shop.rail).movements

    def told_wrong(self, *, since):
        for each in real(self, since=since):
            yield type(each)(**(each.__dict__ | {column: odd}))

    monkeypatch.setattr(type(shop.rail), "movements", told_wrong)
    operations.read_movements(at=at)
    (found,) = queries.unmatched()
    assert found.why == "differs" and not agree()
    assert ledger.balance_of(EXCHANGE, "EUR") == 0
    shown = sign_in(client, cast.fay).get("/house/payouts/reconciliation").text
    assert "another amount or fee" in shown


def test_another_fee_than_ours_differs(shop, cast, euro, at):
    order = shop.buy(euro, cast.ada)
    with transaction():
        db.session.get_one(Payment, sold_payment(order.id).id).fee_minor += 2
    operations.read_movements(at=at)
    assert [each.why for each in queries.unmatched()] == ["differs"]


def test_the_check_finds_a_match_without_its_exchange(shop, cast, euro, at):
    shop.order(euro, cast.ada)
    order = shop.order(euro, cast.bo)
    shop.pay(order)
    operations.read_movements(at=at)
    (movement,) = kept("sale")
    with transaction():
        db.session.add(MovementMatch(movement_id=movement.id, at=at))
    assert [fault for fault in faults() if movement.movement_id in fault]


def test_a_refund_of_another_amount_than_ours_differs_at_home_as_well(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    sales.ask_refund(order, reason="no", by=cast.acting(cast.ada), at=at)
    shop.work()
    with transaction():
        db.session.execute(sa.select(Refund)).scalar_one().amount_minor -= 1
    operations.read_movements(at=at)
    assert [each.why for each in queries.unmatched()] == ["differs"]


@pytest.mark.once
@given(st.integers(1, 10**9), st.decimals("0.001", "500", places=6))
def test_an_amount_at_its_rate_fits_and_two_more_do_not(presented, rate):
    settled = int((presented * rate).to_integral_value())
    assert exchange.fits(presented, str(rate), settled)
    beyond = 3 + presented // 1_000_000
    assert not exchange.fits(presented, str(rate), settled + beyond)
    assert not exchange.fits(presented, str(rate), settled - beyond)


@pytest.mark.once
@pytest.mark.parametrize(("fee", "converted"), [(1_333, 171), (0, 0), (-1_500, -192), (39_055, PRICE)])
def test_a_fee_is_told_in_the_currency_of_the_buyer(fee, converted):
    assert exchange.in_presented(fee, PRICE, 39_055) == converted
