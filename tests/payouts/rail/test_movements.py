"""The provider's movements, through its own SDK, held against our payments and refunds."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.checks import check_books
from coursehub.payouts import operations, queries
from coursehub.payouts.models import RailMovement
from coursehub.sales.operations import ask_refund
from tests.cast import sign_in
from tests.rigs.threads import at_once

DAY = timedelta(days=1)


def movements():
    return db.session.execute(sa.select(sa.func.count()).select_from(RailMovement)).scalar_one()


@pytest.fixture
def moment(sandbox, at):
    """Let the provider's clock stand somewhere else."""

    def stand(later):
        sandbox.tell("clock", stopped_at=int(later.timestamp()))
        return later

    return stand


def test_sales_and_refunds_find_their_movements_and_balances_agree(shop, cast, offering, at):
    shop.buy(offering, cast.ada)
    order = shop.buy(offering, cast.bo)
    ask_refund(order, reason="no", by=cast.acting(cast.bo), at=at)
    shop.work()
    assert operations.read_movements(at=at) == 3
    assert operations.read_movements(at=at) == 0, "each is kept once"
    assert queries.looked_at() == [], "and what matched is set aside"
    assert queries.unmatched() == [] and queries.missing(at) == []
    ((rail, currency, told, booked),) = queries.rail_balances()
    assert (rail, currency) == ("stripe", "CNY") and told == booked > 0


def test_what_the_provider_sends_to_the_bank_is_booked_once(app, shop, cast, offering, at, moment):
    shop.buy(offering, cast.ada)
    later = moment(at + 10 * DAY)
    stripe = shop.rail._stripe.v1
    ready = next(each.amount for each in stripe.balance.retrieve().available if each.currency == "cny")
    stripe.payouts.create({"amount": ready, "currency": "cny"})
    counts = at_once(app, *(lambda: read_with(shop, later) for _ in range(3)))
    assert sum(counts) == 2, counts
    assert ledger.balance_of("asset:bank", "CNY") == ready and ledger.balance_of("asset:rail:stripe", "CNY") == 0
    assert queries.unmatched() == [] and check_books().faults == ()


def read_with(shop, at):
    from coursehub import rails

    with rails.use(shop.rail):
        return operations.read_movements(at=at)


def test_money_that_nobody_here_knows_stays_until_it_is_explained(client, shop, cast, offering, at, moment):
    order = shop.order(offering, cast.ada)
    shop.pay(order)  # paid there, never settled here
    operations.read_movements(at=at)
    (odd,) = queries.unmatched()
    assert odd.why == "unknown" and odd.movement.kind == "sale"
    shown = sign_in(client, cast.fay).get("/house/payouts/reconciliation").get_data(as_text=True)
    assert "unknown here" in shown and odd.movement.source_id in shown and "Difference" in shown
    path = f"/house/payouts/reconciliation/movements/{odd.movement.id}/explained"
    assert client.post(path, data={"words": ""}).status_code == 422
    assert client.post(path, data={"words": "The webhook was late."}).status_code == 303
    assert queries.unmatched() == []


def test_a_payment_that_arrives_later_explains_its_movement(shop, cast, offering, at):
    from coursehub.sales import operations as sales

    order = shop.order(offering, cast.ada)
    shop.pay(order)
    operations.read_movements(at=at)
    assert len(queries.unmatched()) == 1
    sales.settle_order(order, at=at)
    assert queries.unmatched() == [] and len(queries.looked_at()) == 1
    assert operations.match_movements(at=at) == 1 and queries.looked_at() == []


def test_a_payment_that_the_provider_does_not_show_is_missed_after_two_days(shop, cast, offering, at):
    shop.buy(offering, cast.ada)
    operations.read_movements(at=at)
    order = shop.buy(offering, cast.bo)
    assert order.state == "paid"
    later = at + 3 * DAY
    with transaction():  # as if the provider had been asked again and had shown nothing new
        db.session.execute(
            sa.insert(RailMovement).values(
                rail="stripe", movement_id="txn_x", kind="other", source_id="", amount_minor=1, fee_minor=0, currency="CNY",
                made_at=later, read_at=later,
            )
        )  # fmt: skip
    (payment,) = queries.missing(later)
    assert payment.order_id == order.id
    assert [each.why for each in queries.unmatched()] == ["by_hand"]


def test_another_fee_is_noticed(shop, cast, offering, at):
    shop.buy(offering, cast.ada)
    with transaction():
        db.session.execute(sa.text("UPDATE payment SET fee_minor = fee_minor + 1"))
    operations.read_movements(at=at)
    (odd,) = queries.unmatched()
    assert odd.why == "differs" and movements() == 1


def test_every_movement_is_found_with_where_it_stands_and_an_explanation_can_be_taken_back(client, shop, cast, offering, at):
    shop.buy(offering, cast.ada)
    shop.pay(shop.order(offering, cast.bo))  # paid there, never settled here
    operations.read_movements(at=at)
    (odd,) = queries.unmatched()
    fay = sign_in(client, cast.fay)
    listed = "/house/payouts/reconciliation/movements"
    assert "matched" in fay.get(listed).text and "matches nothing yet" in fay.get(listed).text
    found = fay.get(f"{listed}?q={odd.movement.source_id}").text
    assert "matches nothing yet" in found and ">matched<" not in found
    assert "No movement fits" in fay.get(f"{listed}?q=nothing").text
    operations.explain_movement(odd.movement, words="A test.", by=cast.acting(cast.fay), at=at)
    assert queries.states_of([odd.movement]) == {odd.movement.id: "explained"}
    operations.take_explanation_back("movement", odd.movement.id, words="No test.", by=cast.acting(cast.stan), at=at)
    assert queries.states_of([odd.movement]) == {odd.movement.id: "waits"}
    assert [each.movement.id for each in queries.unmatched()] == [odd.movement.id]
