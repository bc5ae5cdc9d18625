"""A price in monthly parts of which the buyer's bank takes one back: lost, won, paid again, and what the receipt says."""

import re
from html import unescape

from flask import current_app

from coursehub.contracts import queries as contracts
from coursehub.people.models import Person
from coursehub.sales import operations, queries
from coursehub.sales.models import Offering, Order
from tests.cast import sign_in
from tests.sales.months import Months, dispute, is_open, parts, plan


def test_a_lost_dispute_over_one_part_closes_the_course_until_it_is_paid_again(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    months.wait(31)
    number = dispute(months, order, 1)
    months.wait(31)
    assert parts(order)[2][2] is False and is_open(order), "while the bank decides no card is asked"
    months.sandbox.tell("disputes", dispute=number, won=False)
    operations.follow_dispute(number, at=months.at)
    assert plan(order).state == "paused" and not is_open(order)
    assert parts(order)[3] == (2, 6_633, False), "part 2 is due again"
    months.pay_page(order, months.cast.ada)
    assert plan(order).state == "paid" and is_open(order), "what was due meanwhile was paid with it"
    assert queries.refundable_minor(order) == 19_900


def test_a_part_that_is_paid_again_has_its_part_of_the_discount_again(months: Months, by_three: Offering) -> None:
    """The house bears it; else the partner would bear its share of a discount that its terms lay on the house."""
    draft = operations.CouponDraft(code="TEN", borne_by="house", starts_at=months.at, off_bps=1_000)
    operations.make_coupon(draft, by=months.cast.acting(months.cast.stan), at=months.at)
    order = months.buy_by_parts(by_three, months.cast.ada, coupon_code="TEN")
    months.wait(31)
    number = dispute(months, order, 1)
    months.sandbox.tell("disputes", dispute=number, won=False)
    operations.follow_dispute(number, at=months.at)
    months.pay_page(order, months.cast.ada)
    first, again = (contracts.event_for(queries.sold_payments(order.id)[n].effect_key) for n in (1, 2))
    assert first and again and first.amount_minor == again.amount_minor
    assert [(line.role, line.party) for line in again.lines] == [(line.role, line.party) for line in first.lines]
    assert again.facts["discount_minor"] == first.facts["discount_minor"] == 663


def test_a_dispute_that_is_won_changes_nothing(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    number = dispute(months, order, 0)
    months.wait(31)
    months.sandbox.tell("disputes", dispute=number, won=True)
    operations.follow_dispute(number, at=months.at)
    months.wait(1)
    assert parts(order)[1][2] is True and plan(order).state == "running" and is_open(order)


def test_the_first_part_lost_alone_ends_the_order(months: Months, by_three: Offering) -> None:
    order = months.buy_by_parts(by_three, months.cast.ada)
    number = dispute(months, order, 0)
    months.sandbox.tell("disputes", dispute=number, won=False)
    operations.follow_dispute(number, at=months.at)
    assert (order.state, plan(order).state) == ("refunded", "ended")


def test_a_receipt_adds_up_while_the_bank_has_a_part_and_after_it_was_paid_again(months: Months, by_three: Offering) -> None:
    ada = months.cast.ada
    order = months.buy_by_parts(by_three, ada)
    months.wait(31)
    number = dispute(months, order, 1)
    months.sandbox.tell("disputes", dispute=number, won=False)
    operations.follow_dispute(number, at=months.at)
    assert receipt(order, ada) == ["199.00", "-66.33", "-66.33", "66.34"], "the price, what the bank took, what is to come"
    months.pay_page(order, ada, whole=True)
    assert receipt(order, ada) == ["199.00", "-66.33", "66.33", "199.00"], "what the bank took was paid again"


def test_a_receipt_says_what_the_bank_took_of_a_price_paid_whole(months: Months, by_three: Offering) -> None:
    ada = months.cast.ada
    order = months.buy(by_three, ada)
    number = dispute(months, order, 0)
    assert receipt(order, ada) == ["199.00", "-199.00", "0.00"]
    months.sandbox.tell("disputes", dispute=number, won=True)
    operations.follow_dispute(number, at=months.at)
    assert receipt(order, ada) == ["199.00", "199.00"]


def receipt(order: Order, buyer: Person) -> list[str]:
    """The amounts of a receipt, the last of them their sum."""
    client = sign_in(current_app.test_client(), buyer)
    text = client.get(f"/orders/{order.public_id}/receipt", headers={"Accept-Language": "en"}).text
    table = text[text.index("<table") : text.index("</table")]
    amounts = re.findall(r"-?CN¥[\d.,]+", unescape(table))
    return [amount.replace("CN¥", "") for amount in amounts]
