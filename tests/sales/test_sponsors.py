"""An employer pays for a learner's course, or says no; the link is the only key, and only its hash is kept."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock, jobs
from coursehub.contracts.models import MoneyEvent
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.learning.operations import AlreadyEnrolled
from coursehub.mail import Letter
from coursehub.sales import operations, personal, queries
from coursehub.sales.models import SponsorRequest
from coursehub.sales.operations import sponsors
from tests.cast import sign_in
from tests.sales.rig import books

WHY = "I test our billing every week."


def ask(shop, offering, learner, at, **given):
    return sponsors.ask_employer(
        offering, words=WHY, employer_email="boss@harbour.example", by=shop.cast.acting(learner), at=at, **given
    )


def paid(shop, token, at):
    order = sponsors.pay_as_employer(token, at=at)
    shop.pay(order)
    return operations.settle_order(order, at=at)


def test_the_employer_pays_and_the_learner_is_enrolled(shop, cast, offering, at):
    asked, token = ask(shop, offering, cast.ada, at)
    assert (
        token not in asked.token_hash and sponsors.pay_as_employer(token, at=at).id == sponsors.pay_as_employer(token, at=at).id
    )
    order = paid(shop, token, at)
    assert (order.state, order.buyer_id, order.channel) == ("paid", cast.ada.id, "sponsor")
    assert queries.courses_held(cast.ada.id, [order.course_id]) == {order.course_id}
    assert db.session.execute(sa.select(MoneyEvent.channel)).scalar_one() == "sponsor"
    shop.work()
    shop.work()
    assert asked.state == "paid"
    with pytest.raises(sponsors.SponsorLinkOver):
        sponsors.pay_as_employer(token, at=at)
    letters = {letter.key.split(":")[0]: letter for letter in db.session.execute(sa.select(Letter)).scalars()}
    assert token in letters["sales.sponsor_request"].body and WHY in letters["sales.sponsor_request"].body
    assert letters["sales.sponsor_thanks"].to == "boss@harbour.example" and "CN¥199.00" in letters["sales.sponsor_thanks"].body
    assert "Ada" not in letters["sales.sponsor_thanks"].body and letters["sales.receipt"].person_id == cast.ada.id


def test_terms_that_know_sponsors_share_by_their_rate(shop, cast, at):
    house = cast.house.public_id
    rates = {
        "party": house, "channels": [{"channel": "sponsor", "share_bps": 2_000, "cap_minor": None}],
        "rest": {"share_bps": 3_000, "cap_minor": None},
    }  # fmt: skip
    offering = shop.offer(shop.course("sql", rates=rates), 10_600)
    _asked, token = ask(shop, offering, cast.ada, at)
    paid(shop, token, at)
    event = db.session.execute(sa.select(MoneyEvent)).scalar_one()
    first = next(line for line in event.lines if line.party == house)
    assert first.path == "/rates/channels/0"
    assert sum(line.amount_minor for line in event.lines) == 10_600


def test_a_partners_link_that_brought_the_learner_still_counts(shop, cast, course, offering, at):
    link = operations.make_link(name="Newsletter", course=course, by=cast.acting(cast.pia), at=at)
    _asked, token = ask(shop, offering, cast.ada, at, click=operations.Click(link.code, at - timedelta(days=1)))
    order = paid(shop, token, at)
    assert (order.channel, order.attributed_organisation_id) == ("partner_link", cast.northwind.id)


def test_the_employer_declines_with_words_and_the_link_is_over(shop, cast, offering, at):
    asked, token = ask(shop, offering, cast.ada, at)
    sponsors.decline_as_employer(token, answer="Next quarter.", at=at)
    shop.work()
    assert (asked.state, asked.answer) == ("declined", "Next quarter.")
    with pytest.raises(sponsors.SponsorLinkOver):
        sponsors.pay_as_employer(token, at=at)
    told = db.session.execute(sa.select(Letter).where(Letter.key.startswith("sales.employer_declined"))).scalar_one()
    assert told.person_id == cast.ada.id and "Next quarter." in told.body
    ask(shop, offering, cast.ada, at)  # and may be asked again


def test_links_end_by_a_newer_one_by_time_and_by_the_learner(shop, cast, offering, at):
    asked, first = ask(shop, offering, cast.ada, at)
    with pytest.raises(sponsors.AskedAlready):
        ask(shop, offering, cast.ada, at)
    with pytest.raises(NotAllowed):
        sponsors.send_sponsor_link_again(asked, by=cast.acting(cast.bo), at=at)
    second = sponsors.send_sponsor_link_again(asked, by=cast.acting(cast.ada), at=at)
    with pytest.raises(sponsors.SponsorLinkOver):
        sponsors.sponsor_request_behind(first, at=at)
    with pytest.raises(sponsors.SponsorLinkOver):
        sponsors.sponsor_request_behind(second, at=at + timedelta(days=30))
    order = sponsors.pay_as_employer(second, at=at)
    sponsors.withdraw_sponsor_request(asked, by=cast.acting(cast.ada), at=at)
    assert (asked.state, order.state) == ("withdrawn", "cancelled")
    shop.work()
    assert shop.rail.read_session(order.session_id).state == "expired"


def test_a_learner_who_buys_meanwhile_sends_the_employers_payment_back(shop, cast, offering, at):
    _asked, token = ask(shop, offering, cast.ada, at)
    theirs = sponsors.pay_as_employer(token, at=at)
    own = shop.order(offering, cast.ada)
    assert own.id != theirs.id and theirs.state == "cancelled"
    shop.pay(theirs)
    shop.pay(own)
    operations.settle_order(own, at=at)
    operations.settle_order(theirs, at=at)
    shop.work()
    assert (own.state, own.channel) == ("paid", "platform")
    assert "liability:suspense" not in books([cast.northwind])
    with pytest.raises(AlreadyEnrolled):
        sponsors.pay_as_employer(token, at=at)
    with pytest.raises(AlreadyEnrolled):
        ask(shop, offering, cast.ada, at)


def test_free_courses_need_no_sponsor_and_words_go_with_the_person(shop, cast, course, offering, at):
    ask(shop, offering, cast.ada, at)
    exported = personal.export(cast.ada.id)["asked_employers"]
    assert exported[0]["words"] == WHY and exported[0]["employer_email"] == "boss@harbour.example"
    personal.erase(cast.ada.id, at)
    assert db.session.execute(sa.select(SponsorRequest.words, SponsorRequest.employer_email)).all() == [("", None)]
    with pytest.raises(sponsors.NothingToPay):
        ask(shop, shop.offer(course, 0), cast.bo, at)


def test_learner_and_employer_meet_it_on_their_pages(app, live_shop, cast):
    live_shop.offer(live_shop.course())
    ada, boss = sign_in(app.test_client(), cast.ada), app.test_client()
    ada.set_cookie("language", "en", domain="localhost")
    boss.set_cookie("language", "zh-CN", domain="localhost")
    assert "Ask my employer to pay" in ada.get("/courses/python/checkout").text
    assert ada.post("/courses/python/employer", data={"words": "", "email": "no"}).status_code == 422
    made = ada.post("/courses/python/employer", data={"words": WHY, "email": "boss@harbour.example"})
    link = made.text.split('<code class="breakable">')[1].split("</code>")[0]
    token = link.rsplit("/", 1)[1]
    seen = boss.get(f"/employer/{token}")
    assert "Ada Chen 请您为一门课程付费" in seen.text and WHY in seen.text and "¥199.00" in seen.text
    answer = boss.post(f"/employer/{token}/payments")
    assert answer.status_code == 303 and answer.location.startswith(live_shop.sandbox.url)
    path = answer.location.removeprefix(live_shop.sandbox.url)
    back = live_shop.sandbox.browser.post(path, data={"outcome": "pay", "method": "card"})
    done = boss.get(back.location.removeprefix("https://localhost"))
    assert "款项已收到，学员已报名。" in done.text and "Ada" not in done.text
    jobs.run_due(at=clock.now(), strict=True)
    after = ada.get("/courses/python/employer").text
    assert "your employer paid" in after and "You have this course already." in after and "Make the link" not in after
    assert boss.get(f"/employer/{token}").status_code == 409
