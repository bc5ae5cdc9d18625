"""Seats, coupons, links: what an order holds, and what it gives back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.contracts import queries as contracts
from coursehub.contracts.models import MoneyLine
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.sales import operations, queries
from coursehub.sales.operations import Click, CouponDraft
from coursehub.sales.prices import price_after


def coupon(shop, by=None, **changes):
    actor = shop.cast.acting(by or shop.cast.pia)
    draft = CouponDraft(**{"code": "SPRING", "borne_by": "terms", "starts_at": shop.at, "off_bps": 1_500, **changes})
    return operations.make_coupon(draft, by=actor, at=shop.at)


def lines(order):
    rows = db.session.execute(sa.select(MoneyLine.role, sa.func.sum(MoneyLine.amount_minor)).group_by(MoneyLine.role))
    return {role: int(total) for role, total in rows}


def test_a_seat_is_held_while_the_buyer_pays_and_let_go_when_nobody_does(shop, cast, course, at):
    offering = shop.offer(course, seats_limit=1)
    order = shop.order(offering, cast.ada)
    assert (order.seat_n, queries.seats_left(offering)) == (1, 0)
    with pytest.raises(operations.SoldOut):
        shop.order(offering, cast.bo)
    operations.expire_orders(at=order.expires_at - timedelta(seconds=1))
    assert order.state == "awaiting_payment"
    operations.expire_orders(at=order.expires_at)
    assert (order.state, order.seat_n, queries.seats_left(offering)) == ("expired", None, 1)
    assert shop.rail.read_session(order.session_id).state == "expired"
    assert shop.buy(offering, cast.bo).state == "paid"


def test_a_payment_quicker_than_the_expiry_counts(shop, cast, offering, at):
    order = shop.order(offering, cast.ada)
    shop.pay(order)
    operations.expire_orders(at=order.expires_at)
    assert order.state == "paid"


def test_a_refunded_seat_can_be_sold_again(shop, cast, course, at):
    offering = shop.offer(course, seats_limit=1)
    order = shop.buy(offering, cast.ada)
    operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at)
    shop.work()
    assert queries.seats_left(offering) == 1
    assert shop.buy(offering, cast.bo).seat_n == 1


def test_seats_count_over_a_change_of_price(shop, cast, course, at):
    shop.buy(shop.offer(course, seats_limit=2), cast.ada)
    dearer = shop.offer(course, 29_900, seats_limit=2)
    assert queries.seats_left(dearer) == 1


def test_an_expired_order_whose_rail_is_away_stays_open(shop, cast, offering, at):
    from coursehub import rails
    from coursehub.rails.stripe import StripeRail

    order = shop.order(offering, cast.ada)
    with rails.use(StripeRail(key="sk_test_sandbox", base_url="http://127.0.0.1:1", secret="s", retries=0)):
        assert operations.expire_orders(at=order.expires_at) == 1
    assert order.state == "awaiting_payment"


def test_a_coupon_lowers_the_price_and_everybody_bears_it_as_the_terms_say(shop, cast, offering, at):
    coupon(shop)
    order = shop.buy(offering, cast.ada, coupon_code=" spring ")
    assert (order.list_price_minor, order.discount_minor, order.gross_minor) == (19_900, 2_985, 16_915)
    assert (order.channel, order.attributed_organisation_id) == ("coupon", cast.northwind.id)
    assert order.state == "paid" and sum(lines(order).values()) == 16_915


def test_a_partner_bears_a_discount_only_where_the_terms_let_it(shop, cast, at):
    coupon(shop, borne_by="partner")
    strict = shop.course("strict", discount={"opted_in": [], "rest": {"kind": "shared"}})
    with pytest.raises(operations.CouponNotHere):
        shop.order(shop.offer(strict), cast.ada, coupon_code="SPRING")
    discount = {"opted_in": [{"party": cast.northwind.public_id, "floor_price_minor": 18_000}], "rest": {"kind": "shared"}}
    course = shop.course("git", discount=discount)
    order = shop.buy(shop.offer(course), cast.ada, coupon_code="SPRING")
    assert order.gross_minor == 18_000, "not below the floor that the partner agreed to"
    assert order.discount_borne_by == cast.northwind.public_id
    assert lines(order)["discount"] < 0


def test_the_houses_coupon_holds_everywhere_and_is_the_houses_to_bear(shop, cast, course, offering, at):
    coupon(shop, by=cast.stan, borne_by="house", off_bps=None, off_minor=5_000, currency="CNY")
    order = shop.order(offering, cast.ada, coupon_code="SPRING")
    assert (order.gross_minor, order.channel, order.discount_borne_by) == (14_900, "platform", cast.house.public_id)


def test_the_house_gives_no_discount_that_terms_would_let_others_bear(shop, cast, at):
    """By these terms any other discount is shared, or the partner's: a coupon of which the house says that it bears it."""
    coupon(shop, by=cast.stan, borne_by="house")
    for name, rest in (("shared", {"kind": "shared"}), ("theirs", {"kind": "party", "party": cast.northwind.public_id})):
        course = shop.course(name, discount={"opted_in": [], "rest": rest})
        with pytest.raises(operations.CouponNotHere):
            shop.order(shop.offer(course), cast.ada, coupon_code="SPRING")
    ready = {"opted_in": [{"party": cast.house.public_id, "floor_price_minor": 18_000}], "rest": {"kind": "shared"}}
    order = shop.buy(shop.offer(shop.course("ready", discount=ready)), cast.ada, coupon_code="SPRING")
    assert order.gross_minor == 18_000, "below it all would bear it"
    event = contracts.event_for(queries.sold_payment(order.id).effect_key)
    assert {line.party for line in event.lines if line.role == "discount"} == {cast.house.public_id}


def test_a_coupon_for_all_of_it_makes_the_course_free(shop, cast, offering):
    coupon(shop, off_bps=10_000)
    assert shop.order(offering, cast.ada, coupon_code="SPRING").state == "free"


def test_a_price_that_no_card_takes_is_raised_to_the_least():
    assert price_after(500, tax_bps=0, off_minor=450, least_minor=400).gross_minor == 400
    assert price_after(500, tax_bps=0, off_minor=500, least_minor=400).gross_minor == 0
    assert price_after(19_900, tax_bps=600, off_bps=1_500, least_minor=400).gross_minor == 16_915
    assert price_after(0, tax_bps=600, off_bps=1_500, least_minor=400).gross_minor == 0


def test_a_coupon_has_dates_courses_a_limit_and_holds_once_for_each_person(shop, cast, course, offering, at):
    other = shop.course("git")
    made = coupon(shop, uses_limit=1, ends_at=at + timedelta(days=2), starts_at=at + timedelta(days=1), courses=(course,))
    during = at + timedelta(days=1)
    for wrong, refusal, when in (
        ("WINTER", operations.CouponUnknown, during),
        ("SPRING", operations.CouponNotNow, at),
        ("SPRING", operations.CouponNotNow, at + timedelta(days=2)),
    ):
        with pytest.raises(refusal):
            operations.quote(offering, coupon_code=wrong, at=when)
    with pytest.raises(operations.CouponNotHere):
        operations.quote(shop.offer(other), coupon_code="SPRING", at=during)
    shop.sandbox.tell("clock", stopped_at=int(during.timestamp()))
    order = shop.order(offering, cast.ada, coupon_code="SPRING", at=during)
    with pytest.raises(operations.CouponUsedUp):
        shop.order(offering, cast.bo, coupon_code="SPRING", at=during)
    assert queries.coupon_uses([made.id]) == {made.id: 1}
    operations.cancel_order(order, by=cast.acting(cast.ada), at=during)
    assert queries.coupon_uses([made.id]) == {}
    assert shop.order(offering, cast.bo, coupon_code="SPRING", at=during).discount_minor > 0


def test_a_person_uses_a_coupon_once(shop, cast, course, offering, at):
    other = shop.offer(shop.course("git"))
    coupon(shop)
    shop.buy(offering, cast.ada, coupon_code="SPRING")
    with pytest.raises(operations.CouponUsedByYou):
        shop.order(other, cast.ada, coupon_code="SPRING")


def test_who_may_make_coupons_links_and_prices(shop, cast, course, offering, at):
    for stranger in (cast.tara, cast.ada, cast.emma, cast.susi):
        with pytest.raises(NotAllowed):
            coupon(shop, by=stranger)
        with pytest.raises(NotAllowed):
            operations.make_link(name="x", course=None, by=cast.acting(stranger), at=at)
    for stranger in (cast.eve, cast.stan, cast.tara, cast.fay):
        with pytest.raises(NotAllowed):
            operations.open_offering(course, operations.OfferingDraft(1_000, "CNY"), by=cast.acting(stranger), at=at)
    with pytest.raises(operations.NotYourCourse):
        coupon(shop, by=cast.eve, courses=(course,))
    with pytest.raises(operations.NotYourCourse):
        operations.make_link(name="x", course=course, by=cast.acting(cast.eve), at=at)
    with pytest.raises(operations.NotYoursToCharge):
        coupon(shop, borne_by="house")
    coupon(shop)
    with pytest.raises(operations.CodeTaken):
        coupon(shop, by=cast.eve, code="spring")


def test_prices_that_cannot_be_paid_or_booked_are_refused(shop, cast, course, at):
    for draft, refusal in (
        (operations.OfferingDraft(399, "CNY"), operations.PriceTooSmall),
        (operations.OfferingDraft(1_000, "XXX"), operations.CurrencyNotSold),
        (operations.OfferingDraft(1_000, "USD"), operations.CurrencyNotOfTerms),
    ):
        with pytest.raises(refusal):
            operations.open_offering(course, draft, by=cast.acting(cast.pia), at=at)


def test_the_last_link_opened_within_thirty_days_is_kept_with_the_order(shop, cast, course, offering, at):
    link = operations.make_link(name="talk", course=course, by=cast.acting(cast.pia), at=at - timedelta(days=60))
    general = operations.make_link(name="blog", course=None, by=cast.acting(cast.eve), at=at - timedelta(days=60))

    def brought(days, code):
        order = shop.order(offering, cast.ada, click=Click(code, at - timedelta(days=days)))
        operations.cancel_order(order, by=cast.acting(cast.ada), at=at)
        return order.channel, order.attributed_organisation_id

    assert brought(30, link.code) == ("partner_link", cast.northwind.id)
    assert brought(31, link.code) == ("platform", None)
    assert brought(-1, link.code) == ("platform", None), "no click from the future"
    assert brought(1, general.code) == ("partner_link", cast.lumen.id)
    assert brought(1, "nonsense") == ("platform", None)
    operations.close_link(link, by=cast.acting(cast.finn), at=at - timedelta(days=10))
    assert brought(12, link.code) == ("partner_link", cast.northwind.id), "it was open when it was clicked"
    assert brought(5, link.code) == ("platform", None)


def test_a_sale_through_the_partners_link_is_shared_by_its_own_clause(shop, cast, course, offering, at):
    link = operations.make_link(name="talk", course=course, by=cast.acting(cast.pia), at=at)
    order = shop.buy(offering, cast.ada, click=Click(link.code, at))
    event = db.session.execute(sa.select(MoneyLine.path).where(MoneyLine.role == "share").order_by(MoneyLine.n)).scalars().all()
    assert order.partner_link_id == link.id and any(path.startswith("/rates/channels/") for path in event)
