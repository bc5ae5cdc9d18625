"""Gifts: one person pays, another accepts; until then the giver may change everything, and afterwards learns nothing."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.learning.models import Enrolment
from coursehub.learning.operations import AlreadyEnrolled, enrol
from coursehub.mail import Letter
from coursehub.sales import operations, personal, queries
from coursehub.sales.models import Gift, Refund, RefundRequest
from coursehub.sales.operations import gifts
from coursehub.web.locale import local_time
from tests.cast import sign_in
from tests.sales.rig import books

WORDS = "For your first program."
TO = "bo.at.home@friends.example"


def give(shop, offering, at, *, to=TO, on=None, **given):
    draft = gifts.GiftDraft(WORDS, to, on)
    return gifts.give_course(offering, draft, by=shop.cast.acting(shop.cast.ada), at=at, **given)


def paid(shop, offering, at, **given):
    order = give(shop, offering, at, **given)
    shop.pay(order)
    operations.settle_order(order, at=at)
    shop.work(at)
    return order, queries.gift_of(order)


def letters(name):
    found = sa.select(Letter).where(Letter.key.startswith(f"sales.{name}:")).order_by(Letter.id)
    return db.session.execute(found).scalars().all()


def token_in(letter):
    return letter.body.split("/gifts/")[1].split()[0]


def test_the_giver_pays_and_somebody_else_learns(shop, cast, offering, at):
    order, gift = paid(shop, offering, at)
    assert (order.state, order.enrolment_id, order.buyer_id) == ("paid", None, cast.ada.id)
    assert queries.courses_held(cast.ada.id, [order.course_id]) == set()
    (letter,) = letters("gift")
    assert letter.to == TO and WORDS in letter.body and letter.person_id is None
    token = token_in(letter)
    assert gift.token_hash != token and token not in str(vars(gift))
    booked = books([cast.northwind])
    later = at + timedelta(days=40)
    enrolment = gifts.claim_gift(token, by=cast.acting(cast.bo), at=later)
    assert (enrolment.person_id, enrolment.opened_at, order.enrolment_id) == (cast.bo.id, later, enrolment.id)
    assert books([cast.northwind]) == booked and booked["liability:tax"] == -1_126, "the money was shared when it was paid"
    assert (gift.recipient_email, gift.token_hash, gift.claimed_by_id) == (None, None, cast.bo.id)
    shop.work(later)
    assert letters("gift_claimed")[0].person_id == cast.ada.id and "Bo" not in letters("gift_claimed")[0].body
    with pytest.raises(gifts.GiftLinkOver):
        gifts.claim_gift(token, by=cast.acting(cast.pia), at=later)


def test_asked_twice_a_gift_is_one_order_and_never_the_givers_own(shop, cast, offering, at):
    first, again = give(shop, offering, at), give(shop, offering, at, to="other@friends.example")
    own = shop.order(offering, cast.ada)
    assert first.id == again.id != own.id and queries.gift_of(first).recipient_email == "other@friends.example"
    shop.pay(own)
    shop.pay(first)
    operations.settle_order(own, at=at)
    operations.settle_order(first, at=at)
    assert (own.state, first.state, own.enrolment_id is None, first.enrolment_id) == ("paid", "paid", False, None)


def test_who_has_the_course_leaves_the_gift_to_somebody_else(shop, cast, offering, at):
    order, gift = paid(shop, offering, at)
    token = token_in(letters("gift")[0])
    enrol(person_id=cast.bo.id, release_id=order.release_id, at=at)
    with pytest.raises(AlreadyEnrolled):
        gifts.claim_gift(token, by=cast.acting(cast.bo), at=at)
    assert gift.claimed_at is None and order.enrolment_id is None
    assert gifts.claim_gift(token, by=cast.acting(cast.pia), at=at).person_id == cast.pia.id


def test_a_letter_waits_for_its_day(shop, cast, offering, at):
    day = local_time(at).date() + timedelta(days=10)
    _order, gift = paid(shop, offering, at, on=day)
    assert letters("gift") == [] and gift.token_hash is None
    operations.follow_gifts(at=at + timedelta(days=9))
    assert letters("gift") == []
    morning = at + timedelta(days=10, hours=1)
    operations.follow_gifts(at=morning)
    operations.follow_gifts(at=morning)
    assert len(letters("gift")) == 1
    for wrong in (local_time(at).date() - timedelta(days=1), date(2099, 1, 1)):
        with pytest.raises(gifts.LetterDayOut):
            give(shop, offering, at, on=wrong)


def test_who_took_the_gift_by_a_handed_link_gets_no_letter_on_its_day(shop, cast, offering, at):
    _order, gift = paid(shop, offering, at, on=local_time(at).date() + timedelta(days=10))
    token = gifts.make_gift_link(gift, by=cast.acting(cast.ada), at=at)
    gifts.claim_gift(token, by=cast.acting(cast.bo), at=at + timedelta(days=1))
    operations.follow_gifts(at=at + timedelta(days=11))
    assert letters("gift") == []


def test_the_letter_of_the_day_ends_a_link_that_nobody_used(shop, cast, offering, at):
    _order, gift = paid(shop, offering, at, on=local_time(at).date() + timedelta(days=10))
    handed = gifts.make_gift_link(gift, by=cast.acting(cast.ada), at=at)
    operations.follow_gifts(at=at + timedelta(days=11))
    with pytest.raises(gifts.GiftLinkOver):
        gifts.gift_behind(handed, at=at + timedelta(days=11))
    assert gifts.gift_behind(token_in(letters("gift")[0]), at=at + timedelta(days=11))[0] is gift


def test_the_page_says_that_a_letter_will_replace_the_link(app, live_shop, cast):
    shop, now = live_shop, clock.now()
    order = give(shop, shop.offer(shop.course()), now, on=local_time(now).date() + timedelta(days=10))
    shop.pay(order)
    operations.settle_order(order, at=now)
    ada = sign_in(app.test_client(), cast.ada)
    ada.set_cookie("language", "en", domain="localhost")
    assert "brings a newer link" not in ada.get(f"/orders/{order.public_id}").text
    assert "brings a newer link" in ada.post(f"/orders/{order.public_id}/gift/links").text
    assert "Until then the link that you made works." in ada.get(f"/orders/{order.public_id}").text


def test_another_address_or_a_newer_link_kills_the_one_that_is_out(shop, cast, offering, at):
    _order, gift = paid(shop, offering, at)
    first = token_in(letters("gift")[0])
    ada = cast.acting(cast.ada)
    with pytest.raises(gifts.LetterJustSent):
        gifts.change_gift(gift, gifts.GiftDraft(WORDS, "new@friends.example"), by=ada, at=at + timedelta(minutes=9))
    with pytest.raises(NotAllowed):
        gifts.change_gift(gift, gifts.GiftDraft(WORDS, "mine@bo.example"), by=cast.acting(cast.bo), at=at + timedelta(hours=1))
    gifts.change_gift(gift, gifts.GiftDraft("Again.", "new@friends.example"), by=ada, at=at + timedelta(hours=1))
    second = token_in(letters("gift")[1])
    third = gifts.make_gift_link(gift, by=ada, at=at + timedelta(hours=2))
    for dead in (first, second, "nonsense"):
        with pytest.raises(gifts.GiftLinkOver):
            gifts.gift_behind(dead, at=at + timedelta(hours=2))
    assert letters("gift")[1].to == "new@friends.example"
    gifts.claim_gift(third, by=cast.acting(cast.bo), at=at + timedelta(hours=2))
    with pytest.raises(gifts.GiftIsClosed):
        gifts.make_gift_link(gift, by=ada, at=at + timedelta(hours=3))


def test_an_unclaimed_gift_goes_back_like_any_order_and_its_link_dies_at_once(shop, cast, offering, at):
    order, gift = paid(shop, offering, at)
    token = token_in(letters("gift")[0])
    soon = at + timedelta(days=6)
    assert isinstance(operations.ask_refund(order, reason="", by=cast.acting(cast.ada), at=soon), Refund)
    with pytest.raises(gifts.GiftLinkOver):  # before the rail has heard of it
        gifts.claim_gift(token, by=cast.acting(cast.bo), at=soon)
    shop.work(soon)
    assert (order.state, order.seat_n, gift.recipient_email, gift.token_hash) == ("refunded", None, None, None)
    assert books([cast.northwind]) == {"asset:rail:stripe": -777, "expense:rail_fee": 777}
    assert "Nobody can accept the gift" in letters("refund")[0].body and letters("gift_taken_back") == []


def test_once_accepted_staff_decide_and_whoever_took_it_is_told(shop, cast, offering, at):
    order, _gift = paid(shop, offering, at)
    gifts.claim_gift(token_in(letters("gift")[0]), by=cast.acting(cast.bo), at=at)
    asked = operations.ask_refund(order, reason="We quarrelled.", by=cast.acting(cast.ada), at=at)
    assert isinstance(asked, RefundRequest), "within the window, but what ends is another person's course"
    operations.approve_refund(asked, amount_minor=19_900, answer="As an exception.", by=cast.acting(cast.fay), at=at)
    shop.work(at)
    shop.work(at)
    enrolment = db.session.get_one(Enrolment, order.enrolment_id)
    assert (order.state, enrolment.person_id, enrolment.ended_reason) == ("refunded", cast.bo.id, "refunded")
    assert letters("gift_taken_back")[0].person_id == cast.bo.id


def test_a_link_ends_with_words_to_the_giver_and_the_gift_does_not(shop, cast, offering, at):
    _order, gift = paid(shop, offering, at)
    token = token_in(letters("gift")[0])
    for days, known in ((29, 0), (31, 1), (32, 1), (167, 2), (181, 3), (182, 3)):
        operations.follow_gifts(at=at + timedelta(days=days))
        assert len(letters("gift_waiting")) == known, days
    assert {letter.person_id for letter in letters("gift_waiting")} == {cast.ada.id}
    later = at + timedelta(days=182)
    assert (gift.recipient_email, gift.token_hash) == (None, None)
    with pytest.raises(gifts.GiftLinkOver):
        gifts.claim_gift(token, by=cast.acting(cast.bo), at=later)
    anew = gifts.make_gift_link(gift, by=cast.acting(cast.ada), at=later)
    assert gifts.claim_gift(anew, by=cast.acting(cast.bo), at=later).person_id == cast.bo.id


def test_a_gift_holds_its_seat_until_it_is_paid_for_or_let_go(shop, cast, course, at):
    offering = shop.offer(course, seats_limit=1)
    order = give(shop, offering, at)
    assert order.seat_n == 1
    with pytest.raises(operations.SoldOut):
        shop.order(offering, cast.bo)
    operations.cancel_order(order, by=cast.acting(cast.ada), at=at)
    assert order.seat_n is None and queries.gift_of(order).recipient_email is None
    order, _gift = paid(shop, offering, at)
    assert order.seat_n == 1 and gifts.claim_gift(token_in(letters("gift")[0]), by=cast.acting(cast.bo), at=at)


def test_what_costs_nothing_is_no_gift_and_the_words_go_with_the_giver(shop, cast, course, offering, at):
    paid(shop, offering, at)
    given = personal.export(cast.ada.id)["gifts_given"]
    assert (given[0]["words"], given[0]["recipient_email"]) == (WORDS, TO)
    personal.erase(cast.ada.id, at)
    assert db.session.execute(sa.select(Gift.words, Gift.recipient_email)).all() == [("", None)]
    gifts.claim_gift(token_in(letters("gift")[0]), by=cast.acting(cast.bo), at=at)
    assert personal.export(cast.bo.id)["gifts_accepted"][0]["slug"] == "python"
    with pytest.raises(operations.NothingToGive):
        give(shop, shop.offer(course, 0), at)


def test_giver_and_taker_meet_it_on_their_pages(app, live_shop, cast):
    live_shop.offer(live_shop.course())
    ada, bo, stranger = sign_in(app.test_client(), cast.ada), sign_in(app.test_client(), cast.bo), app.test_client()
    for client in (ada, bo, stranger):
        client.set_cookie("language", "en", domain="localhost")
    assert "/courses/python/gift" in ada.get("/courses/python/checkout").text
    assert ada.post("/courses/python/gifts", data={"email": "no"}).status_code == 422
    assert ada.post("/courses/python/gifts", data={"letter_on": "2020-01-01"}).status_code == 422
    answer = ada.post("/courses/python/gifts", data={"words": WORDS, "coupon": ""})
    assert answer.status_code == 303 and answer.location.startswith(live_shop.sandbox.url)
    path = answer.location.removeprefix(live_shop.sandbox.url)
    back = live_shop.sandbox.browser.post(path, data={"outcome": "pay", "method": "card"})
    order = ada.get(back.location.removeprefix("https://localhost")).location
    live_shop.work(clock.now())
    seen = ada.get(order).text
    assert "nobody has a link" in seen and "Go to the lessons" not in seen
    made = ada.post(f"{order}/gift/links").text
    token = made.split('<code class="breakable">')[1].split("</code>")[0].rsplit("/", 1)[1]
    assert token not in ada.get(order).text
    assert bo.post(f"{order}/gift/links").status_code == 404 and bo.post(f"{order}/gift", data={}).status_code == 404
    assert "Sign up" in stranger.get(f"/gifts/{token}").text and stranger.get(f"/gifts/{token}").headers["Referrer-Policy"]
    assert WORDS in bo.get(f"/gifts/{token}").text and "Ada" in bo.get(f"/gifts/{token}").text
    taken = bo.post(f"/gifts/{token}/claims")
    assert taken.status_code == 303 and "/learn/" in taken.location and bo.get(taken.location).status_code == 200
    assert bo.get(f"/gifts/{token}").status_code == 409
    seen = ada.get(order).text.split("<main")[1]
    assert "accepted" in seen and "/learn/" not in seen and "Bo" not in seen


def test_the_page_tells_who_has_the_course_kindly(app, live_shop, cast):
    shop, now = live_shop, clock.now()
    offering = shop.offer(shop.course())
    order = give(shop, offering, now, to=None)
    shop.pay(order)
    operations.settle_order(order, at=now)
    token = gifts.make_gift_link(queries.gift_of(order), by=cast.acting(cast.ada), at=now)
    enrol(person_id=cast.bo.id, release_id=order.release_id, at=now)
    bo = sign_in(app.test_client(), cast.bo)
    bo.set_cookie("language", "en", domain="localhost")
    assert "The gift is not lost" in bo.get(f"/gifts/{token}").text
    assert bo.post(f"/gifts/{token}/claims").status_code == 409
