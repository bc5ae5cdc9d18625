"""A movement at the provider that nobody here knows is booked by two persons, and the balances agree."""

import pytest

from coursehub.ledger import queries as ledger
from coursehub.ledger.checks import check_books
from coursehub.payouts import operations, queries
from coursehub.payouts.adjusting import RAIL_FEE, SUSPENSE
from coursehub.sales.operations import settle_order
from tests.cast import sign_in


@pytest.fixture
def odd(shop, cast, offering, at):
    """Paid at the provider, never settled here."""
    order = shop.order(offering, cast.ada)
    shop.pay(order)
    operations.read_movements(at=at)
    (found,) = queries.unmatched()
    return found.movement, order


def off():
    return [told - booked for _rail, _currency, told, booked in queries.rail_balances()]


def test_what_nobody_knows_goes_to_suspense_where_the_page_names_it_until_it_is_taken_back(client, cast, odd, at):
    movement, _order = odd
    assert off() != [0]
    row = operations.propose_for_movement(movement, other=SUSPENSE, words="Nobody knows yet", by=cast.acting(cast.fay), at=at)
    assert [each.movement.id for each in queries.unmatched()] == [movement.id], "it waits for the second person"
    with pytest.raises(operations.MovementStands):
        operations.propose_for_movement(movement, other=RAIL_FEE, words="Me, too", by=cast.acting(cast.stan), at=at)
    operations.confirm_adjustment(row, by=cast.acting(cast.stan), at=at)
    assert off() == [0] and queries.unmatched() == [] and queries.booked_twice() == []
    assert ledger.balance_of(SUSPENSE, "CNY") == -(movement.amount_minor - movement.fee_minor)
    (waiting,) = queries.waiting_in_suspense("CNY")
    assert (waiting.about, waiting.name, waiting.minor) == (
        "adjustment",
        row.public_id,
        movement.amount_minor - movement.fee_minor,
    )
    assert f"/house/books/adjustments/{row.public_id}" in sign_in(client, cast.fay).get("/house/payouts/reconciliation").text
    back = operations.take_back_adjustment(row, words="It was ours.", by=cast.acting(cast.fay), at=at)
    operations.confirm_adjustment(back, by=cast.acting(cast.stan), at=at)
    assert queries.waiting_in_suspense("CNY") == []
    assert check_books().faults == ()


def test_a_payment_that_turns_up_after_its_movement_was_booked_is_named_until_the_entry_is_taken_back(client, cast, odd, at):
    movement, order = odd
    row = operations.propose_for_movement(movement, other=SUSPENSE, words="?", by=cast.acting(cast.fay), at=at)
    operations.confirm_adjustment(row, by=cast.acting(cast.stan), at=at)
    settle_order(order, at=at)
    assert [each.id for each in queries.booked_twice()] == [movement.id] and off() != [0]
    shown = sign_in(client, cast.fay).get("/house/payouts/reconciliation").text
    assert "Booked by hand, and found since" in shown and row.public_id in shown
    back = operations.take_back_adjustment(row, words="It turned up.", by=cast.acting(cast.fay), at=at)
    operations.confirm_adjustment(back, by=cast.acting(cast.stan), at=at)
    assert queries.booked_twice() == [] and queries.unmatched() == [] and off() == [0]
    assert check_books().faults == ()


def test_an_entry_is_not_confirmed_where_the_payment_turned_up_meanwhile(cast, odd, at):
    movement, order = odd
    row = operations.propose_for_movement(movement, other=SUSPENSE, words="?", by=cast.acting(cast.fay), at=at)
    settle_order(order, at=at)
    with pytest.raises(operations.MovementStands):
        operations.confirm_adjustment(row, by=cast.acting(cast.stan), at=at)
    operations.decline_adjustment(row, by=cast.acting(cast.fay), at=at)
    assert off() == [0]


def test_it_is_booked_from_the_page_where_it_stands(client, app, cast, odd):
    movement, _order = odd
    fay = sign_in(client, cast.fay)
    address = f"/house/books/adjustments/movements/{movement.id}"
    assert address in fay.get("/house/payouts/reconciliation").text
    assert fay.post(address, data={"other": "liability:payable:held", "words": "x"}).status_code == 422
    assert fay.post(address, data={"other": RAIL_FEE, "words": ""}).status_code == 422
    entry = fay.post(address, data={"other": RAIL_FEE, "words": "Their fee"}).location
    assert "Its entry waits" in fay.get("/house/payouts/reconciliation").text
    assert "has an entry already" in fay.get(address).text
    assert fay.post(address, data={"other": RAIL_FEE, "words": "Again"}).status_code == 409
    assert sign_in(app.test_client(), cast.stan).post(f"{entry}/confirmed").status_code == 303
    assert movement.source_id not in fay.get("/house/payouts/reconciliation").text
