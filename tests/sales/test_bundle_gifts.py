"""Bundles as gifts: one gift, one link, every course that its taker does not have; what they have comes back to the giver."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursehub import clock
from coursehub.db import db
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import AlreadyEnrolled
from coursehub.ledger import checks
from coursehub.mail import Letter
from coursehub.sales import operations, personal, queries
from coursehub.sales.models import RefundRequest
from coursehub.sales.operations import gifts
from tests.cast import sign_in
from tests.sales.rig import books, event_count
from tests.sales.test_bundles import bundle, courses, made_of, parts_by_slug

__all__ = ["bundle", "courses"]

SLUGS = ("python", "git", "sql")
WORDS = "Take your time."
TO = "bo.at.home@friends.example"


def paid(shop, bundle, at, *, to=None):
    draft = gifts.GiftDraft(WORDS, to)
    order = gifts.give_bundle(bundle, draft, by=shop.cast.acting(shop.cast.ada), at=at)
    shop.pay(order)
    operations.settle_order(order, at=at)
    shop.work(at)
    gift = queries.gift_of(order)
    return order, gift


def link(shop, gift, at):
    return gifts.make_gift_link(gift, by=shop.cast.acting(shop.cast.ada), at=at)


def letters(name):
    found = sa.select(Letter).where(Letter.key.startswith(f"sales.{name}:")).order_by(Letter.id)
    return db.session.execute(found).scalars().all()


def open_courses(person):
    found = sa.select(Enrolment.course_id).where(Enrolment.person_id == person.id, Enrolment.ended_at.is_(None))
    return set(db.session.execute(found).scalars())


def shares(shop):
    """What stands with the parties and with the tax office; the rail's own accounts left out."""
    found = books([shop.cast.house, shop.cast.northwind])
    return {name: minor for name, minor in found.items() if not name.startswith(("asset:rail", "expense:rail_fee"))}


def test_one_link_opens_all_courses_and_the_money_was_shared_when_it_was_paid(shop, cast, bundle, courses, at):
    order, gift = paid(shop, bundle, at, to=TO)
    assert (order.state, order.gross_minor, event_count()) == ("paid", 25_000, 3)
    assert open_courses(cast.ada) == set() == open_courses(cast.bo)
    (letter,) = letters("gift")
    assert "First three" in letter.subject and letter.to == TO
    booked, later = shares(shop), at + timedelta(days=40)
    gifts.claim_gift(letter.body.split("/gifts/")[1].split()[0], by=cast.acting(cast.bo), at=later)
    assert open_courses(cast.bo) == {course.id for course in courses} and open_courses(cast.ada) == set()
    assert shares(shop) == booked and event_count() == 3
    assert (gift.claimed_by_id, gift.recipient_email, gift.token_hash) == (cast.bo.id, None, None)
    assert queries.refunds_of(order.id) == []
    shop.work(later)
    assert "First three" in letters("gift_claimed")[0].body and "Bo" not in letters("gift_claimed")[0].body


def test_the_giver_may_have_the_courses_and_pays_for_all_of_them(shop, cast, bundle, courses, at):
    shop.buy(queries.open_offering(courses[0].id), cast.ada)
    own = operations.start_bundle_checkout(bundle, buyer=cast.acting(cast.ada), at=at)
    order, _gift = paid(shop, bundle, at)
    assert (order.state, order.gross_minor, len(queries.parts_of(order.id))) == ("paid", 25_000, 3)
    assert own.state == "awaiting_payment" and own.gross_minor < 25_000, "an order for oneself stands beside it"
    again = gifts.give_bundle(bundle, gifts.GiftDraft("x"), by=cast.acting(cast.ada), at=at)
    assert gifts.give_bundle(bundle, gifts.GiftDraft("y"), by=cast.acting(cast.ada), at=at).id == again.id


def test_what_its_taker_has_goes_back_to_the_giver_even_after_the_window(shop, cast, bundle, courses, at):
    order, gift = paid(shop, bundle, at)
    mine = shop.buy(queries.open_offering(courses[0].id), cast.bo)
    later = at + timedelta(days=100)
    gifts.claim_gift(link(shop, gift, later), by=cast.acting(cast.bo), at=later)
    shop.work(later)
    part = parts_by_slug(order)["python"]
    (refund,) = queries.refunds_of(order.id)
    assert (refund.cause, refund.part_id, refund.amount_minor, refund.state) == ("held", part.id, part.gross_minor, "done")
    assert refund.wanted_by_id is None, "who took it stands nowhere beside the money"
    assert part.enrolment_id is None and db.session.get_one(Enrolment, mine.enrolment_id).ended_at is None
    assert open_courses(cast.bo) == {course.id for course in courses}
    assert order.state == "paid" and queries.refundable_minor(order) == 25_000 - part.gross_minor
    (letter,) = letters("refund")
    assert letter.person_id == cast.ada.id and "had that course already" in letter.body and "Bo" not in letter.body
    assert letters("gift_taken_back") == []


def test_who_has_all_courses_leaves_the_gift_to_somebody_else(shop, cast, bundle, courses, at):
    order, gift = paid(shop, bundle, at)
    for course in courses:
        shop.buy(queries.open_offering(course.id), cast.bo)
    token = link(shop, gift, at)
    with pytest.raises(AlreadyEnrolled):
        gifts.claim_gift(token, by=cast.acting(cast.bo), at=at)
    gifts.claim_gift(token, by=cast.acting(cast.eve), at=at)
    assert len(open_courses(cast.eve)) == 3 and queries.refunds_of(order.id) == []


def test_a_course_that_went_back_before_is_not_in_the_gift_any_more(shop, cast, bundle, courses, at):
    order, gift = paid(shop, bundle, at)
    part = parts_by_slug(order)["git"]
    operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at, part=part)
    shop.work(at)
    assert "the others stay in the gift" in letters("refund")[0].body
    gifts.claim_gift(link(shop, gift, at), by=cast.acting(cast.bo), at=at)
    assert open_courses(cast.bo) == {courses[0].id, courses[2].id}


def test_after_it_was_accepted_staff_decide_and_whoever_learned_is_told(shop, cast, bundle, at):
    order, gift = paid(shop, bundle, at)
    gifts.claim_gift(link(shop, gift, at), by=cast.acting(cast.bo), at=at)
    part = parts_by_slug(order)["git"]
    asked = operations.ask_refund(order, reason="错了", by=cast.acting(cast.ada), at=at, part=part)
    assert isinstance(asked, RefundRequest), "within the window, but it is another person's course now"
    operations.approve_refund(asked, amount_minor=part.gross_minor, answer="好", by=cast.acting(cast.stan), at=at)
    shop.work(at)
    assert len(open_courses(cast.bo)) == 2
    assert [letter.person_id for letter in letters("gift_taken_back")] == [cast.bo.id]
    asked = operations.ask_refund(order, reason="全部", by=cast.acting(cast.ada), at=at)
    left = queries.refundable_minor(order)
    operations.approve_refund(asked, amount_minor=left, answer="好", by=cast.acting(cast.stan), at=at)
    shop.work(at)
    assert order.state == "refunded" and open_courses(cast.bo) == set()
    assert len(letters("gift_taken_back")) == 2, "one for the course, one for the rest"
    assert shares(shop) == {}


def test_while_all_of_it_is_on_its_way_back_nobody_accepts(shop, cast, bundle, at):
    order, gift = paid(shop, bundle, at)
    token = link(shop, gift, at)
    operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at)
    with pytest.raises(gifts.GiftLinkOver):
        gifts.claim_gift(token, by=cast.acting(cast.bo), at=at)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(back=st.sets(st.sampled_from(SLUGS), max_size=2), has=st.sets(st.sampled_from(SLUGS)), price=st.integers(400, 34_799))
def test_whoever_has_whatever_of_it_every_cent_is_with_somebody(shop, cast, courses, at, back, has, price):
    """What went back and what the open courses cost is what was paid; all of it back is nothing left with anybody."""
    order, gift = paid(shop, made_of(shop, cast.pia, courses, at, price=price), at)
    own = [shop.buy(queries.open_offering(course.id), cast.bo) for course in courses if course.slug in has]
    parts = parts_by_slug(order)
    for slug in sorted(back):
        if parts[slug].gross_minor:
            operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=at, part=parts[slug])
    shop.work(at)
    opening = [part for slug, part in parts.items() if slug not in back | has]
    token = link(shop, gift, at)
    if opening:
        gifts.claim_gift(token, by=cast.acting(cast.bo), at=at)
        shop.work(at)
        assert queries.refundable_minor(order) == sum(part.gross_minor for part in opening)
        assert all((part.enrolment_id is not None) == (part in opening) for part in parts.values())
    else:
        with pytest.raises(AlreadyEnrolled):
            gifts.claim_gift(token, by=cast.acting(cast.bo), at=at)
    gone = sum(refund.amount_minor for refund in queries.refunds_of(order.id))
    assert gone + queries.refundable_minor(order) == order.gross_minor == price
    asked = operations.ask_refund(order, reason="x", by=cast.acting(cast.ada), at=at)
    if isinstance(asked, RefundRequest):
        left = queries.refundable_minor(order)
        operations.approve_refund(asked, amount_minor=left, answer="好", by=cast.acting(cast.stan), at=at)
    for each in own:
        operations.ask_refund(each, reason="", by=cast.acting(cast.bo), at=at)
    shop.work(at)
    assert order.state == "refunded" and open_courses(cast.bo) == set()
    assert shares(shop) == {} and checks.check_books().faults == ()


def test_the_pages_of_giver_and_taker(shop, cast, client, bundle, courses, at, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at)
    sign_in(client, cast.ada)
    page = client.get(f"/bundles/{bundle.public_id}").text
    assert f"/bundles/{bundle.public_id}/gift" in page
    page = client.get(f"/bundles/{bundle.public_id}/gift").text
    assert "Give these courses to somebody" in page and "250.00" in page
    answer = client.post(f"/bundles/{bundle.public_id}/gifts", data={"words": "慢慢来"})
    assert answer.status_code == 303 and "/pay/" in answer.location
    order = queries.paying_bundle_order(buyer_id=cast.ada.id, bundle_id=bundle.id, is_gift=True)
    shop.pay(order)
    operations.settle_order(order, at=at)
    page = client.get(f"/orders/{order.public_id}").text
    assert "/learn/" not in page.split("<main")[1]
    token = link(shop, queries.gift_of(order), at)
    shop.buy(queries.open_offering(courses[0].id), cast.bo)
    sign_in(client, cast.bo)
    page = client.get(f"/gifts/{token}").text
    assert "您已有的课程不会重复开通" in page and "接受这些课程" in page
    assert client.post(f"/gifts/{token}/claims").location.endswith("/learn")
    assert personal.export(cast.bo.id)["gifts_accepted"][0]["bundle"] == "First three"
    sign_in(client, cast.fay)
    assert client.get(f"/house/orders/{order.public_id}").status_code == 200
