"""Contests of how a sale came: who may, by when, and what the end of one moves in the books."""

from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from coursehub import clock, jobs
from coursehub.contracts import queries as contracts
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.operations import share
from coursehub.contracts.operations.maturing import mature_sale
from coursehub.contracts.queries import entries_of
from coursehub.contracts.waterfall import shares_of
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.ledger.checks import check_books
from coursehub.mail import Letter
from coursehub.sales import operations, queries
from coursehub.sales.operations import Click, attribution
from coursehub.sales.operations.attribution import NothingToSay, SaleContestedBefore, TooLateToContest
from coursehub.web import paginate
from tests.cast import sign_in
from tests.contracts.rig import draft_of_refund

from .rig import books

DAY = timedelta(days=1)
OWN_LINK = {
    "channels": [{"channel": "partner_link", "share_bps": 1_000, "cap_minor": None}],
    "rest": {"share_bps": 3_000, "cap_minor": None},
}


def rates(cast):
    return {"party": cast.house.public_id, **OWN_LINK}


@pytest.fixture
def course(shop, cast):
    """The house takes 30 %, but 10 % where the partner's own link brought the learner."""
    return shop.course(rates=rates(cast), hold={"days": 14})


@pytest.fixture
def pia(cast):
    return cast.acting(cast.pia)


@pytest.fixture
def stan(cast):
    return cast.acting(cast.stan)


def sold():
    return db.session.execute(sa.select(MoneyEvent).where(MoneyEvent.kind == "sale").order_by(MoneyEvent.id)).scalars().all()[-1]


def standing(event, party):
    """What a party has of a sale by now."""
    beside = [event, *contracts.reversals_of_event(event.id)]
    return sum(shares_of([contracts.line_of(row) for row in each.lines]).get(party.public_id, 0) for each in beside)


def on(shop, code):
    return -books([shop.cast.northwind]).get(f"{code} {shop.cast.northwind.name_en}".strip(), 0)


def by_link(shop, offering, buyer, pia, course):
    link = operations.make_link(name="the talk", course=course, by=pia, at=shop.at - 9 * DAY)
    shop.buy(offering, buyer, click=Click(link.code, shop.at - DAY))
    return sold()


def test_a_sale_that_both_sides_say_came_by_the_link_is_shared_anew_beside_the_old_one(
    shop, cast, course, offering, pia, stan, at
):
    shop.buy(offering, cast.ada)
    sale = sold()
    before = standing(sale, cast.northwind)
    contest = attribution.contest_attribution(sale, reason="She came from my talk", by=pia, at=at + DAY)
    assert (contest.asked, contest.channel, contest.due_at) == (cast.house.public_id, "partner_link", at + 15 * DAY)
    assert standing(sale, cast.northwind) == before
    with pytest.raises(SaleContestedBefore):
        attribution.contest_attribution(sale, reason="again", by=pia, at=at + DAY)
    with pytest.raises(NotAllowed):
        attribution.give_way(contest, by=pia, at=at + DAY)
    attribution.give_way(contest, by=stan, at=at + 2 * DAY)
    (anew,) = contracts.reversals_of_event(sale.id)
    assert (anew.kind, anew.channel, anew.amount_minor, anew.held_until) == ("reshared", "partner_link", 0, sale.held_until)
    assert (sale.channel, sale.facts["attributed"]) == ("platform", None)  # the old fact stays
    as_if = by_link(shop, offering, cast.bo, pia, course)
    assert standing(sale, cast.northwind) == standing(as_if, cast.northwind) > before
    assert standing(sale, cast.house) == standing(as_if, cast.house)
    assert on(shop, "liability:payable:held") == 2 * standing(as_if, cast.northwind)
    kinds = [entry.kind for entry in entries_of(sale.contract_id)]
    assert kinds[-2:] == ["sale_contested", "sale_contest_ended"]
    assert check_books().faults == ()


def test_the_house_says_that_no_link_brought_the_learner(shop, cast, course, offering, pia, stan, at):
    sale = by_link(shop, offering, cast.ada, pia, course)
    contest = attribution.contest_attribution(sale, reason="The click was her own", by=stan, at=at)
    assert (contest.asked, contest.channel, contest.attributed) == (cast.northwind.public_id, "platform", None)
    attribution.answer_attribution(contest, answer="It was Ada's", by=pia, at=at + DAY)
    with pytest.raises(NothingToSay):
        attribution.answer_attribution(contest, answer="and again", by=pia, at=at + DAY)
    attribution.give_way(contest, by=pia, at=at + 2 * DAY)
    shop.buy(offering, cast.bo)
    assert standing(sale, cast.northwind) == standing(sold(), cast.northwind)


@pytest.mark.parametrize(("answered", "outcome"), [(False, "unanswered"), (True, "let_stand")])
def test_silence_ends_a_contest_against_whoever_kept_silent(shop, cast, course, offering, pia, stan, at, answered, outcome):
    shop.buy(offering, cast.ada)
    sale = sold()
    before = standing(sale, cast.northwind)
    contest = attribution.contest_attribution(sale, reason="Mine", by=pia, at=at)
    if answered:
        attribution.answer_attribution(contest, answer="No link was opened", by=stan, at=at)
    assert attribution.run_out_attributions(at=at + 13 * DAY) == 0
    assert attribution.run_out_attributions(at=at + 14 * DAY) == 1
    assert contest.outcome == outcome
    assert (standing(sale, cast.northwind) > before) is not answered
    jobs.run_due(at=at + 14 * DAY, strict=True)
    told = {(letter.key.split(":")[0].removeprefix("sales."), letter.to) for letter in db.session.query(Letter).all()}
    assert {("attribution_contested", "stan@example.org"), ("attribution_settled", "pia@example.org")} <= told
    assert (("attribution_answered", "pia@example.org") in told) is answered


@pytest.mark.parametrize(("locale", "names"), [("en", ("Northwind", "QuantTide Academy")), ("zh-CN", ("北风编程", "量潮课堂"))])
def test_letters_about_a_contest_name_both_sides_in_the_readers_language(shop, cast, offering, pia, stan, at, locale, names):
    cast.stan.locale = locale
    db.session.commit()
    shop.buy(offering, cast.ada)
    attribution.contest_attribution(sold(), reason="Mine", by=pia, at=at)
    jobs.run_due(at=at, strict=True)
    found = db.session.query(Letter).filter(Letter.key.startswith("sales.attribution_contested"))
    (letter,) = [each for each in found if each.to == "stan@example.org"]
    assert all(name in letter.body for name in names)


def test_who_contests_may_accept_after_all(shop, cast, course, offering, pia, stan, at):
    shop.buy(offering, cast.ada)
    contest = attribution.contest_attribution(sold(), reason="Mine", by=pia, at=at)
    with pytest.raises(NotAllowed):
        attribution.accept_attribution(contest, by=stan, at=at)
    attribution.accept_attribution(contest, by=pia, at=at)
    assert contest.outcome == "accepted" and not contracts.reversals_of_event(sold().id)
    with pytest.raises(NothingToSay):
        attribution.give_way(contest, by=stan, at=at)


def test_who_may_contest_and_until_when(shop, cast, course, offering, pia, stan, at):
    shop.buy(offering, cast.ada)
    sale = sold()
    for by in (stan, cast.acting(cast.eve), cast.acting(cast.ada)):
        with pytest.raises(NotAllowed):
            attribution.contest_attribution(sale, reason="?", by=by, at=at)
    with pytest.raises(TooLateToContest):
        attribution.contest_attribution(sale, reason="?", by=pia, at=at + 91 * DAY)
    theirs = by_link(shop, offering, cast.bo, pia, course)
    with pytest.raises(NotAllowed):
        attribution.contest_attribution(theirs, reason="?", by=pia, at=at)


@pytest.mark.parametrize("matures", ["before", "between", "never"])
@pytest.mark.parametrize("whose", ["partner", "house"])
def test_a_refund_in_parts_takes_back_the_sale_with_its_correction(shop, cast, course, offering, pia, stan, at, whose, matures):
    by = (pia, stan) if whose == "partner" else (stan, pia)
    if whose == "partner":
        shop.buy(offering, cast.ada)
        sale = sold()
    else:
        sale = by_link(shop, offering, cast.ada, pia, course)
    later = at + DAY if matures == "never" else sale.held_until + DAY
    if matures == "before":
        mature_sale(sale, at=later)
    contest = attribution.contest_attribution(sale, reason="!", by=by[0], at=at)
    attribution.give_way(contest, by=by[1], at=at)
    if matures == "between":
        mature_sale(sale, at=later)
    account = "liability:payable:held" if matures == "never" else "liability:payable:available"
    assert on(shop, account) == standing(sale, cast.northwind)
    for n, amount in enumerate((3_333, 10_000, 6_567)):
        share(draft_of_refund(course, later, amount, key=f"refund:{n}", sale=sale.effect_key), at=later)
        kept = standing(sale, cast.northwind)
        assert on(shop, account) == kept
    assert kept == 0 and not on(shop, "asset:receivable")
    assert check_books().faults == ()


def test_both_sides_do_it_on_their_pages_and_nobody_reads_who_bought(app, monkeypatch, shop, cast, course, offering, at):
    monkeypatch.setattr(clock, "now", lambda: at + DAY)
    shop.buy(offering, cast.ada)
    sale = sold()
    partner, house = sign_in(app.test_client(), cast.pia), sign_in(app.test_client(), cast.stan)
    assert "It came by our link" in partner.get("/studio/links/sales").text
    assert partner.post(f"/sales/{sale.public_id}/contests", data={"reason": " "}).status_code == 303
    partner.post(f"/sales/{sale.public_id}/contests", data={"reason": "She was at my talk"})
    page = partner.get("/studio/links/sales").text
    assert "She was at my talk" in page and "It came by our link" not in page and "ada@" not in page
    page = house.get("/house/attributions").text
    contest = contracts_of_sale(sale)
    assert "She was at my talk" in page and f"/sales/contests/{contest.public_id}/corrections" in page and "ada@" not in page
    assert "1 contested sale" in house.get("/house").text and "1 contested sale" not in partner.get("/studio").text
    house.post(f"/sales/contests/{contest.public_id}/answers", data={"answer": "Nobody opened your link"})
    assert "Nobody opened your link" in partner.get("/studio/links/sales").text
    assert "1 contested sale" in partner.get("/studio").text and "1 contested sale" not in house.get("/house").text
    house.post(f"/sales/contests/{contest.public_id}/corrections")
    assert "shared anew" in partner.get("/studio/links/sales").text
    (anew,) = contracts.reversals_of_event(sale.id)
    told = partner.get(f"/studio/earnings/{anew.public_id}").text
    assert "Shared anew after a contest" in told and contest.public_id in told
    assert "Shared anew" in partner.get(f"/studio/earnings/{sale.public_id}").text
    stranger = sign_in(app.test_client(), cast.eve)
    assert stranger.post(f"/sales/{sale.public_id}/contests", data={"reason": "mine"}).status_code == 404
    assert stranger.post(f"/sales/contests/{contest.public_id}/acceptances").status_code == 404


def contracts_of_sale(sale):
    return queries.contests_of([sale])[sale.id]


def test_contested_sales_are_read_page_by_page_the_open_ones_first(app, monkeypatch, shop, cast, course, offering, at):
    monkeypatch.setattr(clock, "now", lambda: at + DAY)
    monkeypatch.setattr("coursehub.sales.views.attribution.paginate", partial(paginate, per_page=1))
    for person in (cast.ada, cast.bo):
        shop.buy(offering, person)
    for n, sale in enumerate(db.session.execute(sa.select(MoneyEvent).order_by(MoneyEvent.id)).scalars().all()):
        sign_in(app.test_client(), cast.pia).post(f"/sales/{sale.public_id}/contests", data={"reason": f"Talk number {n}"})
    house = sign_in(app.test_client(), cast.stan)
    told = [house.get(f"/house/attributions?contests={n}").text for n in (1, 2)]
    assert sorted(("Talk number 0" in page, "Talk number 1" in page) for page in told) == [(False, True), (True, False)]
    assert "contests=2" in told[0]
