"""Staff give money back whose buyer has not asked for it on the order's page."""

from datetime import timedelta

import pytest

from coursehub.errors import NotAllowed
from coursehub.ledger.checks import check_books
from coursehub.people.actor import actor_for
from coursehub.sales import operations, queries
from tests.cast import sign_in
from tests.people.mailbox import letters_to
from tests.sales.test_bundles import bought, bundle, courses
from tests.sales.test_disputes import open_dispute

__all__ = ["bundle", "courses"]
LONG_AFTER = timedelta(days=200)


def given(order, cast, at, amount=None, **other):
    amount = operations.left_of(order, None) if amount is None else amount
    said = {"why": "Called us; the video was broken.", "answer": "We are sorry.", "by": cast.acting(cast.fay)}
    return operations.give_refund(order, amount_minor=amount, at=at, **(said | other))


def test_all_of_it_goes_back_long_after_the_window_and_the_buyer_reads_why(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    refund = given(order, cast, at + LONG_AFTER)
    shop.work(at + LONG_AFTER)
    assert (refund.state, refund.cause, refund.wanted_by_id, order.state) == ("done", "decided", cast.fay.id, "refunded")
    (request,) = queries.requests_of(order.id)
    assert (request.decision, request.reason, request.answered_by_id) == (
        "approved",
        "Called us; the video was broken.",
        cast.fay.id,
    )
    assert "We are sorry." in letters_to("ada@example.org")[-1].body
    assert "Called us" not in letters_to("ada@example.org")[-1].body
    assert check_books().faults == ()


def test_a_part_leaves_the_seat_and_more_than_is_left_is_refused(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    given(order, cast, at, 5_000)
    shop.work(at)
    assert order.state == "paid" and operations.left_of(order, None) == order.gross_minor - 5_000
    for wrong in (0, -1, order.gross_minor):
        with pytest.raises(operations.RefundTooLarge):
            given(order, cast, at, wrong)


def test_one_course_of_a_bundle(shop, cast, bundle, at):
    order = bought(shop, bundle, cast.ada, at)
    part = queries.parts_of(order.id)[0]
    refund = given(order, cast, at, operations.left_of(order, part.id), part=part)
    shop.work(at)
    assert (refund.part_id, refund.amount_minor, order.state) == (part.id, part.gross_minor, "paid")


def test_nobody_else_and_nobody_for_an_order_of_their_own(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    for other in (cast.ada, cast.finn, cast.pia):
        with pytest.raises(NotAllowed):
            given(order, cast, at, by=actor_for(other))
    own = shop.buy(offering, cast.fay)
    with pytest.raises(NotAllowed):
        given(own, cast, at)


def test_a_request_that_waits_is_answered_and_a_disputed_payment_is_left_to_the_bank(shop, cast, offering, at):
    order = shop.buy(offering, cast.ada)
    operations.ask_refund(order, reason="Please", by=cast.acting(cast.ada), at=at + LONG_AFTER)
    with pytest.raises(operations.RequestWaits):
        given(order, cast, at + LONG_AFTER)
    other = shop.buy(offering, cast.bo)
    operations.follow_dispute(open_dispute(shop, other), at=at)
    with pytest.raises(operations.PaymentDisputed):
        given(other, cast, at, 100)


def test_finance_gives_it_back_on_the_page(shop, cast, offering, at, client):
    order = shop.buy(offering, cast.ada)
    fay = sign_in(client, cast.fay)
    page, address = f"/house/orders/{order.public_id}", f"/house/orders/{order.public_id}/refunds"
    assert address in fay.get(page).text
    wrong = fay.post(address, data={"amount": "10.005", "why": "Broken video", "answer": "Sorry"})
    assert wrong.status_code == 422 and "Broken video" in wrong.text and "more decimal places" in wrong.text
    assert fay.post(address, data={"amount": "9999", "why": "x", "answer": "y"}).status_code == 409
    assert fay.post(address, data={"amount": "10", "why": "", "answer": "y"}).status_code == 422
    assert fay.post(address, data={"amount": "10", "why": "Broken video", "answer": "Sorry"}).status_code == 303
    (refund,) = queries.refunds_of(order.id)
    assert refund.amount_minor == 1_000
    assert "CN¥189.00 is left to refund" in fay.get(page).text
