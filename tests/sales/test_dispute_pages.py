"""Disputes on screen: the house, the buyer, and the sandbox's bank."""

from coursehub.sales import operations, queries
from coursehub.sales.models import back_of
from tests.cast import sign_in
from tests.sales.test_disputes import decide, later, open_dispute


def test_the_house_sees_what_waits_until_when_and_what_it_did_to_whom(shop, cast, offering, at, app):
    order = shop.buy(offering, cast.ada)
    number = open_dispute(shop, order)
    dispute = operations.follow_dispute(number, at=at)
    fay = sign_in(app.test_client(), cast.fay)
    listed = fay.get("/house/disputes").text
    assert "Waits for our evidence" in listed and "the buyer did not get the course" in listed and "CN¥199.00" in listed
    assert "1 payment dispute" in fay.get("/house").text
    shown = fay.get(f"/house/disputes/{dispute.public_id}").text
    for words in (
        "What it took, and from whom",
        "Northwind",
        "125.98",
        "CN¥15.00",
        number,
        "The bank waits for our evidence.",
    ):
        assert words in shown
    assert "Ada" not in shown and "ada@" not in shown
    assert dispute.public_id in fay.get(f"/house/orders/{order.public_id}").text
    end = later(shop, at, days=5)
    decide(shop, number, won=True)
    operations.follow_dispute(number, at=end)
    shown = fay.get(f"/house/disputes/{dispute.public_id}").text
    assert "What came back" in shown and "Won" in shown
    assert "No bank wants a payment back." in fay.get("/house/disputes").text
    assert sign_in(app.test_client(), cast.finn).get(f"/house/disputes/{dispute.public_id}").status_code == 403


def test_a_partner_reads_what_was_taken_and_given_back_and_why(shop, cast, offering, at, app):
    from coursehub.contracts import queries as contracts

    number = open_dispute(shop, shop.buy(offering, cast.ada))
    dispute = operations.follow_dispute(number, at=at)
    decide(shop, number, won=True)
    operations.follow_dispute(number, at=later(shop, at, days=5))
    finn = sign_in(app.test_client(), cast.finn)
    for key, title in (
        (dispute.effect_key, "Why this took back CN¥125.98"),
        (back_of(dispute.effect_key), "Why this gave you CN¥125.98"),
    ):
        assert title in finn.get(f"/studio/earnings/{contracts.event_for(key).public_id}").text
    assert "taken by a bank" in finn.get("/studio/earnings").text


def test_a_buyer_reads_that_the_bank_has_the_money_and_the_seat_stays(shop, cast, offering, at, app):
    order = shop.buy(offering, cast.ada)
    number = open_dispute(shop, order)
    operations.follow_dispute(number, at=at)
    ada = sign_in(app.test_client(), cast.ada)
    shown = ada.get(f"/orders/{order.public_id}").text
    assert "You stay enrolled until it decides" in shown and "refund-requests" not in shown
    refused = ada.post(f"/orders/{order.public_id}/refund-requests", data={"reason": "Now."}, follow_redirects=True).text
    assert "has this payment in dispute" in refused
    decide(shop, number, won=False)
    operations.follow_dispute(number, at=at)
    assert "Your bank has given you this payment back." in ada.get(f"/orders/{order.public_id}").text


def test_a_person_plays_the_bank_in_the_sandbox(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    charge = queries.sold_payment(order.id).rail_charge_id
    bank = shop.sandbox.browser
    assert "SANDBOX" in bank.get("/bank").text and charge in bank.get("/bank").text
    assert bank.post(f"/bank/charges/{charge}", data={"how": "ask"}).status_code == 303
    (dispute,) = shop.sandbox.stripe.v1.disputes.list().data
    assert operations.follow_dispute(dispute.id, at=at).state == "inquiry"
    bank.post(f"/bank/disputes/{dispute.id}", data={"answer": "take"})
    assert operations.follow_dispute(dispute.id, at=at).state == "needs_response"
    bank.post(f"/bank/disputes/{dispute.id}", data={"answer": "lost"})
    assert operations.follow_dispute(dispute.id, at=at).state == "lost" and order.state == "refunded"
    assert bank.post(f"/bank/disputes/{dispute.id}", data={"answer": "won"}).status_code == 400
    assert bank.post(f"/bank/charges/{charge}", data={"how": "take"}).status_code == 400
