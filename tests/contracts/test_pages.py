"""The pages: who sees which contract, a negotiation through the screens, and earnings that explain themselves."""

import html
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from coursehub import clock
from coursehub.contracts import operations, queries
from coursehub.contracts.evidence import FORMAT
from coursehub.contracts.models import Contract, MoneyEvent, Proposal
from coursehub.contracts.operations.closing import close_month
from coursehub.contracts.record import is_whole
from coursehub.contracts.views import simulating
from coursehub.contracts.views.editor import STARTS
from coursehub.db import db, transaction
from coursehub.jobs import run_due

from ..cast import sign_in
from .rig import agree, course_of, draft_of_refund, draft_of_sale


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def course(cast, now):
    return course_of(cast.northwind, "async", now)


def text_of(answer):
    """What a page says, without its tags."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


def fields(cast, course, **changes):
    """A filled-in terms form."""
    house = cast.house.public_id
    plain = {
        "currency": "CNY", "courses": course.public_id, "deduct_fee": "y", "rate_rest": "30", "rate_partner_link": "10",
        "split.to": cast.northwind.public_id, "refund_fee": house,
        "discount_rest": house, "hold_days": "30", "offset_percent": "50", "offset_days": "180", "reply_days": "14",
        "notice_days": "30", "seen": "0", "act": "offer",
    }  # fmt: skip
    return plain | changes


@pytest.fixture
def opened(cast, course, now):
    return operations.open_contract(
        courses=[course],
        partners=[cast.northwind],
        title="合作开课",
        title_en="Teaching together",
        by=cast.acting(cast.pia),
        at=now,
    )


def test_every_starting_point_fills_the_editor_and_half_a_step_is_sent_back_with_what_was_typed(app, cast, course, opened):
    pia = sign_in(app.test_client(), cast.pia)
    base = f"/studio/contracts/{opened.public_id}"
    shown = {key: pia.get(f"{base}/propose?start={key}") for key in STARTS}
    assert all(answer.status_code == 200 for answer in shown.values())
    assert 'value="100000.00"' in shown["volume"].text and 'value="20000.00"' in shown["cost"].text
    half = fields(cast, course, rung_above_0="1000", ladder_kind="marginal")
    answer = pia.post(f"{base}/proposals", data=half)
    assert answer.status_code == 422 and 'value="1000"' in answer.text
    whole = half | {"rung_rate_0": "20", "ladder_window": "month", "cost_amount_0": "500", "cost_percent_0": "10"}
    assert pia.post(f"{base}/proposals", data=whole).status_code == 303
    body = db.session.query(Proposal).one().body
    assert body["rates"]["rest"]["ladder"]["rungs"] == [{"above_minor": 100_000, "share_bps": 2_000}]
    assert body["recoup"][0] | {"party": ""} == {"id": "cost1", "party": "", "amount_minor": 50_000, "share_bps": 1_000}


def test_two_sides_agree_through_the_screens(app, cast, course, now):
    pia, stan = sign_in(app.test_client(), cast.pia), sign_in(app.test_client(), cast.stan)
    assert "No contract yet" in text_of(pia.get("/studio/contracts", headers={"Accept-Language": "en"}))
    answer = pia.post("/studio/contracts", data={"title": "合作", "title_en": "Together", "courses": course.public_id})
    assert answer.status_code == 303
    contract = db.session.query(Contract).one()
    base = f"/contracts/{contract.public_id}"
    assert pia.get(f"/studio{base}/propose?start=joint").status_code == 200
    preview = pia.post(f"/studio{base}/proposals", data=fields(cast, course, act="preview"))
    assert preview.status_code == 200
    assert "Northwind" in text_of(preview)
    assert db.session.query(Proposal).count() == 0
    assert pia.post(f"/studio{base}/proposals", data=fields(cast, course)).status_code == 303
    counter = stan.post(f"/house{base}/proposals", data=fields(cast, course, rate_rest="32.5", seen="1", message="A little more"))
    assert counter.status_code == 303
    first, second = db.session.query(Proposal).order_by(Proposal.n).all()
    assert (first.state, second.state) == ("countered", "open")
    page = text_of(pia.get(f"/studio{base}/proposals/{second.public_id}"))
    assert "32.5%" in page
    assert "A little more" in page
    for who, desk in ((stan, "house"), (pia, "studio")):
        sign = f"/{desk}{base}/proposals/{second.public_id}/sign"
        assert second.terms_hash in text_of(who.get(sign))
        assert who.post(sign, data={"terms_hash": second.terms_hash, "read": "yes"}).status_code == 303
    db.session.expire_all()
    assert second.state == "agreed"
    assert queries.terms_in_force(course.id, clock.now()) is not None
    shown = text_of(pia.get(f"/studio{base}"))
    assert "32.5%" in shown
    run_due(at=clock.now(), strict=True)


def test_terms_are_weighed_against_the_last_year_before_they_are_offered(app, cast, course, now):
    """Of the 91.14 that a sale leaves the house had 30 %, 27.34; at 40 % it would have had 36.46."""
    begun = now - timedelta(days=60)
    contract, terms = agree(cast, course, begun)
    with transaction():
        operations.share(draft_of_sale(terms, course, begun), at=begun)
    pia = sign_in(app.test_client(), cast.pia)
    where = f"/studio/contracts/{contract.public_id}/proposals"
    asked = fields(cast, course, act="preview", seen=str(operations.last_number(contract)), rate_rest="40", hold_days="60")
    seen = text_of(pia.post(where, data=asked, headers={"Accept-Language": "en"}))
    assert "The last 12 months under these terms" in seen and "1 sale." in seen
    said = seen.partition("What each change does")[2]
    assert "receives 40% of what is left" in said.partition("Changes that move no amounts")[0]
    assert "+CN¥9.12" in said and "-CN¥9.12" in said
    assert "held for 60 days" in said.partition("Changes that move no amounts")[2]
    assert db.session.query(Proposal).filter_by(state="open").count() == 0, "looking offers nothing"


def test_what_a_draft_does_stands_beside_it_while_it_is_written(app, cast, course, now):
    """The house's part of a sale of 199.00 less tax and fee, 181.97: at 30 % 54.59, at 40 % 72.79."""
    begun = now - timedelta(days=60)
    contract, terms = agree(cast, course, begun)
    with transaction():
        operations.share(draft_of_sale(terms, course, begun), at=begun)
    pia = sign_in(app.test_client(), cast.pia)
    where = f"/studio/contracts/{contract.public_id}"
    asked = fields(cast, course, act="weigh", seen=str(operations.last_number(contract)), rate_rest="40")
    live = {"Accept-Language": "en", "HX-Request": "true"}
    beside = pia.post(f"{where}/proposals", data=asked, headers=live)
    said = text_of(beside)
    assert "<html" not in beside.get_data(as_text=True), "only what stands beside the form"
    assert "The last 12 months" in said and "+CN¥9.12" in said and "CN¥27.34 → CN¥36.46" in said
    assert "A sale of CN¥199.00" in said and "CN¥54.59 → CN¥72.79" in said
    wrong = pia.post(f"{where}/proposals", data=asked | {"rate_rest": "140"}, headers=live)
    assert wrong.status_code == 422 and "Not worked out" in text_of(wrong)
    whole = pia.post(f"{where}/proposals", data=asked, headers={"Accept-Language": "en"})
    assert 'name="rate_rest"' in whole.get_data(as_text=True), "without a script the whole editor comes back"
    assert "+CN¥9.12" in text_of(whole) and "As sentences" not in text_of(whole)
    opened = text_of(pia.get(f"{where}/propose", headers={"Accept-Language": "en"}))
    assert "CN¥27.34 → CN¥27.34" in opened, "what holds is where an editor begins"
    assert db.session.query(Proposal).filter_by(state="open").count() == 0, "weighing offers nothing"


def test_of_very_many_sales_a_page_takes_the_latest_and_on_request_all(client, cast, course, now, monkeypatch):
    contract, terms = agree(cast, course, now - timedelta(days=9))
    for n in range(3):
        with transaction():
            day = now - timedelta(days=8 - n)
            operations.share(draft_of_sale(terms, course, day, f"sale:{n}", gross_minor=10_000 * (n + 1)), at=day)
    monkeypatch.setattr(simulating, "MOST_AT_ONCE", 2)
    sign_in(client, cast.pia)
    address = f"/studio/contracts/{contract.public_id}"
    client.post(f"{address}/proposals", data=fields(cast, course, rate_rest="40", seen="1"))
    shown = f"{address}/proposals/{queries.open_proposal(contract).public_id}"
    some = text_of(client.get(shown))
    assert "2 sales" in some and "1 older one is left aside" in some and "Take the whole year" in some
    every = text_of(client.get(f"{shown}?whole=year"))
    assert "3 sales" in every and "left aside" not in every


def test_signing_asks_for_the_password_again_when_it_was_given_long_ago(app, cast, course, opened, now):
    from .rig import terms_data

    proposal = operations.propose_terms(
        opened, by=cast.acting(cast.pia), terms=terms_data(cast.house, cast.northwind, course), at=now
    )
    tired = sign_in(app.test_client(), cast.stan, at=now - timedelta(minutes=30))
    where = f"/house/contracts/{opened.public_id}/proposals/{proposal.public_id}/sign"
    for answer in (tired.get(where), tired.post(where, data={"terms_hash": proposal.terms_hash, "read": "yes"})):
        assert answer.status_code == 303
        assert "/account/confirm-it-is-you" in answer.location
    fresh = sign_in(app.test_client(), cast.stan)
    unread = fresh.post(where, data={"terms_hash": proposal.terms_hash})
    assert unread.status_code == 303
    db.session.expire_all()
    assert proposal.signatures == []


def test_a_form_that_cannot_be_meant_keeps_what_was_typed_and_says_how_to_mend_it(client, cast, course, opened):
    sign_in(client, cast.pia)
    where = f"/studio/contracts/{opened.public_id}/proposals"
    shares = {
        "split.to": "shares", "split.shown": "shares", "split.count": "2", "split-rest.to": cast.house.public_id,
        **{f"split-{n}.to": cast.northwind.public_id for n in (0, 1)},
        "split-0.label": "makers", "split-0.percent": "70", "split-1.label": "teachers", "split-1.percent": "40",
    }  # fmt: skip
    answer = client.post(where, data=fields(cast, course, note="每周见面", **shares))
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "add up to more than 100%" in html.unescape(page)
    assert 'value="70"' in page
    assert "每周见面" in page
    assert '<a href="#split.to">' in page
    answer = client.post(where, data=fields(cast, course, **shares | {"split-1.percent": "lots"}))
    assert answer.status_code == 422
    assert '<a href="#split-1.percent">Give a percentage' in answer.get_data(as_text=True)
    assert 'value="lots"' in answer.get_data(as_text=True)
    answer = client.post(where, data=fields(cast, course, rate_rest="", hold_days="many"))
    assert answer.status_code == 422
    assert "Fill this in." in text_of(answer)
    answer = client.post(where, data=fields(cast, course, note="Neither side hires from the other: no poaching"))
    assert answer.status_code == 422
    assert "unlawful" in text_of(answer)
    answer = client.post(where, data=fields(cast, course, rate_rest="33.333"))
    assert answer.status_code == 422


def test_a_division_in_two_levels_is_built_with_buttons_and_offered(client, cast, course, opened):
    sign_in(client, cast.pia)
    where = f"/studio/contracts/{opened.public_id}/proposals"
    pia, house = cast.northwind.public_id, cast.house.public_id

    def step(act, **typed):
        answer = client.post(where, data=fields(cast, course, act=act, **typed))
        return answer.status_code, answer.get_data(as_text=True)

    status, page = step("reshape", **{"split.to": "shares"})
    assert status == 200 and 'name="split-0.percent"' in page and "Mistake" not in page
    first = {"split.to": "shares", "split.shown": "shares", "split.count": "1", "split-rest.to": house,
             "split-0.label": "makers", "split-0.percent": "60", "split-0.to": "shares"}  # fmt: skip
    status, page = step("offer", **first)
    assert status == 422 and "Say how it is divided." in page and 'value="60"' in page
    second = first | {"split-0.shown": "shares", "split-0.count": "1", "split-0-0.label": "support", "split-0-0.percent": "25",
                      "split-0-0.to": pia, "split-0-rest.to": "by_modules", "split-0-rest.shown": "by_modules",
                      "split-0-rest.parties": [house, pia], "split-0-rest-rest.to": pia}  # fmt: skip
    assert 'name="split-0-1.percent"' in step("add:split-0", **second)[1]
    assert 'name="split-0.percent"' not in step("remove:split-0", **second)[1]
    assert step("offer", **second)[0] == 303
    offered = queries.body_of(db.session.query(Proposal).one())
    assert offered.split.items[0].then.items[0].share_bps == 2500
    page = client.get(f"/studio/contracts/{opened.public_id}/propose").get_data(as_text=True)
    assert 'name="split-0-rest-rest.to"' in page, "the next answer begins from the whole tree"


def test_a_counter_offer_to_something_unread_is_refused_on_the_page(client, cast, course, opened):
    sign_in(client, cast.pia)
    where = f"/studio/contracts/{opened.public_id}/proposals"
    assert client.post(where, data=fields(cast, course)).status_code == 303
    again = client.post(where, data=fields(cast, course, hold_days="7"))
    assert again.status_code == 409
    assert "another proposal was made" in text_of(again)


def test_strangers_find_no_contract_and_no_earning(app, cast, course, opened, now):
    _contract, terms = agree(cast, course, now, contract=opened)
    with transaction():
        event = operations.share(draft_of_sale(terms, course, now), at=now)
    proposal = db.session.query(Proposal).one()
    paths = [
        f"/studio/contracts/{opened.public_id}",
        f"/studio/contracts/{opened.public_id}/evidence.json",
        f"/studio/contracts/{opened.public_id}/facts",
        f"/studio/contracts/{opened.public_id}/propose",
        f"/studio/contracts/{opened.public_id}/proposals/{proposal.public_id}",
        f"/studio/earnings/{event.public_id}",
    ]
    eve, pia = sign_in(app.test_client(), cast.eve), sign_in(app.test_client(), cast.pia)
    for path in paths:
        assert eve.get(path).status_code == 404, path
        assert pia.get(path).status_code == 200, path
    assert eve.post(f"/studio/contracts/{opened.public_id}/end").status_code == 404
    for person, status in ((cast.ada, 403), (cast.tara, 403), (cast.emma, 403)):
        assert sign_in(app.test_client(), person).get("/studio/contracts").status_code == status
    assert sign_in(app.test_client(), cast.susi).get("/house/contracts").status_code == 403
    assert app.test_client().get("/studio/contracts").status_code == 303


def test_earnings_say_what_sold_and_why_and_never_who_bought(client, cast, course, now):
    _contract, terms = agree(cast, course, now)
    with transaction():
        sale = operations.share(draft_of_sale(terms, course, now, order="ord3rnumber00001"), at=now)
        operations.share(draft_of_refund(course, now, 5_000), at=now)
    sign_in(client, cast.finn)
    overview = text_of(client.get("/studio/earnings"))
    assert "63.80" in overview
    assert "31.90" in overview
    assert "ord3rnumber00001" not in overview
    detail = client.get(f"/studio/earnings/{sale.public_id}")
    page = text_of(detail)
    assert "91.14 × 30% = 27.342 → rounded to 27.34" in page
    assert terms.terms_hash in page
    assert "ord3rnumber00001" not in page
    assert "#clause-rates-rest" in detail.get_data(as_text=True)
    assert "Nothing fits these filters" in text_of(client.get("/studio/earnings?channel=sponsor"))
    assert client.get("/studio/earnings?page=99&kind=refund").status_code == 200


def test_a_proposal_shows_what_the_last_sales_would_have_given_each_side(client, cast, course, now):
    contract, terms = agree(cast, course, now)
    with transaction():
        for n in range(2):
            operations.share(draft_of_sale(terms, course, now, f"sale:{n}"), at=now)
    sign_in(client, cast.pia)
    address = f"/studio/contracts/{contract.public_id}"
    client.post(f"{address}/proposals", data=fields(cast, course, rate_rest="40", seen="1"))
    proposal = queries.open_proposal(contract)
    page = text_of(client.get(f"{address}/proposals/{proposal.public_id}"))
    said = page[page.index("The last 12 months under these terms") :]
    was, would = 2 * 6_380, 2 * 5_468  # of 91.14 that are left once tax and fee are off: 70 % and 60 %, to the cent
    assert f"{was / 100:.2f}" in said and f"{would / 100:.2f}" in said and f"-CN¥{(was - would) / 100:.2f}" in said
    assert "less what went back: 2 sales." in said
    changed = said.partition("What each change does")[2]
    assert "receives 30% of what is left" in changed and "receives 40% of what is left" in changed, "old and new"


def test_earnings_say_for_which_window_a_guarantee_is_and_why_some_of_it_was_taken_back(client, cast, course):
    began, after = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 4, 7, 9, tzinfo=UTC)
    partner, house = cast.northwind.public_id, cast.house.public_id
    promise = {"party": partner, "window": "month", "amount_minor": 20_000, "cap_minor": None, "funder": house}
    contract, terms = agree(cast, course, began, guarantees=[promise])
    close_month(contract, "2026-03", at=after)
    with transaction():
        operations.share(draft_of_sale(terms, course, began), at=after)
    close_month(contract, "2026-03", at=after)
    added, _sale, taken = db.session.execute(sa.select(MoneyEvent).order_by(MoneyEvent.id)).scalars()
    sign_in(client, cast.finn)
    page = text_of(client.get(f"/studio/earnings/{added.public_id}"))
    assert "Why this gave you CN¥200.00" in page and "Added by the guarantee" in page and "Guaranteed for 2026-03" in page
    page = text_of(client.get(f"/studio/earnings/{taken.public_id}"))
    assert "Why this took back CN¥63.80" in page and "Guarantee put right" in page and "Taken back by the close" in page
    assert "gets at least" in page and "After the guarantee for 2026-03 was booked" in page
    client.set_cookie("language", "zh-CN", domain="localhost")
    page = text_of(client.get(f"/studio/earnings/{taken.public_id}"))
    assert "保底更正" in page and "2026-03的保底入账之后" in page


def test_the_evidence_is_downloaded_and_checks_out(client, cast, course, now):
    contract, _terms = agree(cast, course, now)
    sign_in(client, cast.pia)
    answer = client.get(f"/studio/contracts/{contract.public_id}/evidence.json")
    told = json.loads(answer.data)
    assert told["format"] == FORMAT
    assert is_whole(told["contract"], told["record"]["entries"])
    assert "attachment" in answer.headers["Content-Disposition"]


def test_facts_are_recorded_contested_and_settled_on_the_page(app, cast, course, now):
    contract, _terms = agree(cast, course, now)
    pia, stan = sign_in(app.test_client(), cast.pia), sign_in(app.test_client(), cast.stan)
    where = f"/contracts/{contract.public_id}/facts"
    form = {"course": course.public_id, "party": cast.northwind.public_id, "kind": "module_weight", "value": "12",
            "holds_from": "2026-01-01", "note": "Release 1"}  # fmt: skip
    assert pia.post(f"/studio{where}", data=form).status_code == 303
    assert pia.post(f"/studio{where}", data=form | {"value": "-3"}).status_code == 422
    from coursehub.contracts.models import ContributionFact

    fact = db.session.query(ContributionFact).one()
    assert stan.post(f"/house{where}/{fact.public_id}/contest", data={"reason": "Module 4 is ours"}).status_code == 303
    assert "Module 4 is ours" in text_of(pia.get(f"/studio{where}"))
    assert pia.post(f"/studio{where}/{fact.public_id}/answer", data={"answer": ""}).status_code == 303
    assert pia.post(f"/studio{where}/{fact.public_id}/answer", data={"answer": "See release 1.1"}).status_code == 303
    shown = text_of(stan.get(f"/house{where}"))
    assert "See release 1.1" in shown and "reply to the answer due" in shown and "Not convinced" in shown
    assert stan.post(f"/house{where}/{fact.public_id}/accept").status_code == 303
    pia.post(f"/studio{where}", data=form | {"kind": "approved_minutes"})
    assert "waits for approval" in text_of(pia.get(f"/studio{where}"))
    hours = db.session.query(ContributionFact).filter_by(kind="approved_minutes").one()
    assert stan.post(f"/house{where}/{hours.public_id}/approve").status_code == 303
    assert "approved by" in text_of(pia.get(f"/studio{where}"))
    other = pia.post(f"/studio{where}", data=form | {"value": "15"}) and db.session.query(ContributionFact).all()[-1]
    stan.post(f"/house{where}/{other.public_id}/contest", data={"reason": "No"})
    pia.post(f"/studio{where}/{other.public_id}/answer", data={"answer": "Yes"})
    assert stan.post(f"/house{where}/{other.public_id}/uphold").status_code == 303
    assert "set aside" in text_of(pia.get(f"/studio{where}"))
    assert "replaced" not in text_of(pia.get(f"/studio{where}"))  # what is set aside replaces nothing
    pia.post(f"/studio{where}", data=form | {"value": "16"})
    assert text_of(pia.get(f"/studio{where}")).count("replaced") == 1
    assert pia.post(f"/studio{where}/{fact.public_id}/take-back").status_code == 303
    assert "taken back" in text_of(pia.get(f"/studio{where}"))


def test_a_course_is_listed_and_taken_off_and_notice_given_on_the_page(client, cast, course, now):
    contract, _terms = agree(cast, course, now)
    sign_in(client, cast.pia)
    base = f"/studio/contracts/{contract.public_id}"
    client.post(f"{base}/courses/{course.public_id}/list")
    assert queries.open_listing(course.id) is not None
    client.post(f"{base}/courses/{course.public_id}/close")
    assert queries.open_listing(course.id) is None
    client.post(f"{base}/end", data={"reason": "We move on"})
    db.session.expire_all()
    assert contract.ends_at is not None
    assert "Notice has been given" in text_of(client.get(base))


def test_each_side_is_told_by_letter_in_its_own_words(app, cast, course, opened, now):
    from coursehub.mail import Letter

    from .rig import terms_data

    _ = cast.stan, cast.finn
    data = terms_data(cast.house, cast.northwind, course)
    proposal = operations.propose_terms(opened, by=cast.acting(cast.pia), terms=data, at=now)
    run_due(at=now, strict=True)
    assert [letter.to for letter in db.session.query(Letter)] == ["stan@example.org"]
    operations.decline_proposal(proposal, by=cast.acting(cast.stan), at=now)
    agree(cast, course, now, contract=opened)
    operations.end_contract(opened, by=cast.acting(cast.pia), at=now)
    run_due(at=now, strict=True)
    letters = db.session.query(Letter).all()
    assert {letter.key.split(":")[0] for letter in letters} == {
        "contracts.terms_proposed", "contracts.proposal_declined", "contracts.terms_agreed", "contracts.contract_ended",
    }  # fmt: skip
    links = {letter.to: re.search(r"/(studio|house)/contracts/", letter.body).group(1) for letter in letters}
    assert links == {"stan@example.org": "house", "pia@example.org": "studio", "finn@example.org": "studio"}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_opens_in_both_languages(app, cast, course, opened, now, language):
    contract, terms = agree(cast, course, now, contract=opened)
    with transaction():
        event = operations.share(draft_of_sale(terms, course, now), at=now)
    proposal = db.session.query(Proposal).one()
    pia, stan = sign_in(app.test_client(), cast.pia), sign_in(app.test_client(), cast.stan)
    for client in (pia, stan):
        client.set_cookie("language", language, domain="localhost")
    base = f"/contracts/{contract.public_id}"
    for tail in (
        "/contracts",
        "/contracts/new",
        base,
        f"{base}/propose",
        f"{base}/facts",
        f"{base}/proposals/{proposal.public_id}",
    ):
        assert pia.get(f"/studio{tail}").status_code == 200, tail
        assert stan.get(f"/house{tail}").status_code == 200, tail
    assert pia.get("/studio/earnings").status_code == 200
    assert pia.get(f"/studio/earnings/{event.public_id}").status_code == 200


def test_staff_open_a_contract_about_a_house_course_with_a_partner_who_teaches_it(client, cast, now):
    course = course_of(cast.house, "python", now)
    _ = cast.northwind, cast.lumen
    sign_in(client, cast.cato)
    form = {
        "title": "共同授课",
        "title_en": "Teaching together",
        "courses": course.public_id,
        "partners": cast.northwind.public_id,
    }
    assert client.post("/house/contracts", data=form).status_code == 303
    contract = db.session.query(Contract).one()
    assert {party.organisation_id for party in contract.parties} == {cast.house.id, cast.northwind.id}
    assert "Northwind" in text_of(client.get(f"/house/contracts/{contract.public_id}/propose?start=joint"))
    assert client.post("/house/contracts", data=form | {"partners": "unknown"}).status_code == 422
