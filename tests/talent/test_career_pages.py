"""The learner's pages of talent and the employer's side of consent, through the browser's eyes."""

import re
from datetime import timedelta
from io import BytesIO
from time import perf_counter

import pytest
import sqlalchemy as sa

from coursehub import clock, jobs
from coursehub.db import db
from coursehub.mail import Letter
from coursehub.people.models import AccessLog
from coursehub.talent.jobs.profiles import remind_to_confirm
from coursehub.talent.models import Block, Profile, TalentGrant
from coursehub.talent.operations import consent
from coursehub.talent.queries.profiles import CONFIRMED_FOR
from tests.cast import sign_in

from .hiring import hiring_now

DAYS = timedelta(days=1)


@pytest.fixture
def ada(app, cast):
    return sign_in(app.test_client(), cast.ada)


@pytest.fixture
def emma(app, cast):
    return sign_in(app.test_client(), cast.emma)


def my_profile(ada) -> Profile:
    assert ada.get("/career").status_code == 200
    return db.session.execute(sa.select(Profile)).scalar_one()


def in_pool(ada, rung="anonymous") -> Profile:
    profile = my_profile(ada)
    assert ada.post("/career/visibility", data={"visibility": rung}).status_code == 303
    return profile


def day(at, days):
    return (at + days * DAYS).date().isoformat()


def said(**more):
    return {
        "headline": "Junior data engineer",
        "about": "Tables",
        "weekly_hours": "20",
        "pay_floor_currency": "CNY",
        "pay_floor_period": "month",
        **more,
    }


def test_a_profile_begins_hidden_and_says_what_the_person_fills_in(ada):
    profile = my_profile(ada)
    assert profile.visibility == "hidden"
    answer = ada.post(
        "/career/profile",
        data=said(
            city="Hangzhou", remote="y", forms=["employee", "internship"], pay_floor="12000.50", available_from="2026-12-01"
        ),
    )
    assert answer.status_code == 303
    db.session.expire_all()
    assert (profile.headline, profile.weekly_hours, profile.forms) == ("Junior data engineer", 20, ["employee", "internship"])
    assert (profile.pay_floor_minor, profile.pay_floor_currency, profile.pay_floor_period) == (1_200_050, "CNY", "month")


@pytest.mark.parametrize("about", ["I am Ada Chen", "ada@example.org", "138 0013 8000"])
def test_a_text_that_tells_who_she_is_is_refused_and_kept_in_the_form(ada, about):
    my_profile(ada)
    answer = ada.post("/career/profile", data=said(about=about))
    assert answer.status_code == 422 and "would tell who you are" in answer.text and about in answer.text


@pytest.mark.parametrize("rung", ["hidden", "anonymous", "named"])
def test_the_preview_of_each_rung_shows_what_an_employer_meets_and_never_the_pay_floor(ada, rung):
    my_profile(ada)
    ada.post("/career/profile", data=said(pay_floor="77123"))
    ada.post("/career/skills", data={"words": "Basket weaving"})
    main = ada.get(f"/career/preview?rung={rung}").text.partition("<main")[2]
    assert "77123" not in main and "77,123" not in main
    assert ("Junior data engineer" in main) == (rung != "hidden")
    assert ("ada@example.org" in main, "Basket weaving" in main) == ((rung == "named"),) * 2


def test_every_page_of_career_stands_in_both_languages(ada, cast, at):
    in_pool(ada, "named")
    paths = (
        "/career", "/career/profile", "/career/skills", "/career/portfolio", "/career/time", "/career/visibility", "/career/grants",
        "/career/blocks", "/career/viewed", "/career/resume", "/career/grants/new", "/career/preview",
    )  # fmt: skip
    for language, word in (("en", "Career"), ("zh-CN", "职业")):
        ada.set_cookie("language", language, domain="localhost")
        for path in paths:
            answer = ada.get(path)
            assert answer.status_code == 200 and word in answer.text, path


def test_emma_asks_ada_gives_a_part_emma_opens_it_and_ada_sees_that(ada, emma, cast):
    profile, now = in_pool(ada), clock.now()
    page = emma.get(f"/hire/people/{profile.public_id}")
    assert page.status_code == 200 and "Ada" not in page.text and "ada@example" not in page.text
    hiring_now(cast, now)
    asked = emma.post(
        f"/hire/people/{profile.public_id}/ask",
        data={"fields": ["display_name", "email"], "why": "A junior seat in our data team", "until_on": day(now, 60)},
    )
    assert asked.status_code == 303
    grant = db.session.execute(sa.select(TalentGrant)).scalar_one()
    page = ada.get(f"/career/grants/{grant.public_id}").text
    assert "Harbour" in page and "A junior seat in our data team" in page
    assert grant.public_id in ada.get("/career").text
    given = ada.post(f"/career/grants/{grant.public_id}/give", data={"fields": ["display_name"], "until_on": day(now, 30)})
    assert given.status_code == 303
    opened = emma.post(f"/hire/people/{profile.public_id}/open", data={"grant": grant.public_id})
    assert opened.status_code == 200 and "Ada Chen" in opened.text and "ada@example.org" not in opened.text
    viewed = ada.get("/career/viewed").text
    assert "Harbour" in viewed and "The name you show" in viewed and grant.public_id in viewed
    assert "Nobody opened this field" in ada.get("/career/viewed?field=email").text


def test_a_consent_taken_back_by_one_client_is_over_for_the_other_within_a_second(ada, emma, cast):
    profile, now = in_pool(ada, "named"), clock.now()
    ada.post(
        "/career/grants/new", data={"organisation": cast.harbour.public_id, "fields": ["display_name"], "until_on": day(now, 30)}
    )
    grant = db.session.execute(sa.select(TalentGrant)).scalar_one()
    address = f"/hire/people/{profile.public_id}/open"
    assert "Ada Chen" in emma.post(address, data={"grant": grant.public_id}).text
    began = perf_counter()
    assert ada.post(f"/career/grants/{grant.public_id}/withdraw").status_code == 303
    assert emma.post(address, data={"grant": grant.public_id}).status_code == 404
    page = emma.get(f"/hire/people/{profile.public_id}").text
    assert perf_counter() - began < 1
    assert "Open it" not in page and "Ada Chen" not in page
    assert len(db.session.execute(sa.select(AccessLog)).all()) == 1


def normal(answer) -> bytes:
    return re.sub(rb'(csrf_token" value="|<code>|X-Request-Id: )[^"<]*', b"", answer.data)


def test_to_a_blocked_organisation_her_page_is_the_page_of_nobody(ada, emma, cast):
    profile = in_pool(ada)
    there = emma.get(f"/hire/people/{profile.public_id}")
    assert there.status_code == 200
    ada.post("/career/blocks", data={"organisation": cast.harbour.public_id})
    gone, nobody = emma.get(f"/hire/people/{profile.public_id}"), emma.get("/hire/people/0123456789abcdef")
    assert (gone.status_code, nobody.status_code) == (404, 404)
    same = normal(gone).replace(profile.public_id.encode(), b"0123456789abcdef")
    assert same == normal(nobody)


def test_the_employer_is_blocked_by_default_and_lifting_asks_once(ada, cast):
    my_profile(ada)
    ada.post("/career/employers", data={"organisation": cast.harbour.public_id})
    page = ada.get("/career/blocks?q=Beacon").text
    assert "your employer" in page and "Block it?" in (cast.beacon and ada.get("/career/blocks?q=Beacon").text)
    block = db.session.execute(sa.select(Block)).scalar_one()
    assert ada.post(f"/career/blocks/{block.public_id}/lift").status_code == 303
    assert ada.post("/career/employers/left", data={"organisation": cast.harbour.public_id}).status_code == 303


def test_an_ended_consent_stands_on_emmas_page_with_a_clock_until_she_confirms(ada, emma, cast):
    in_pool(ada, "named")
    now = clock.now()
    ada.post("/career/grants/new", data={"organisation": cast.harbour.public_id, "fields": ["email"], "until_on": day(now, 30)})
    grant = db.session.execute(sa.select(TalentGrant)).scalar_one()
    ada.post(f"/career/grants/{grant.public_id}/withdraw")
    jobs.run_due(at=clock.now(), strict=True)
    page = emma.get("/hire/consents").text
    assert grant.public_id in page and "We have erased it" in page
    letters = db.session.execute(sa.select(Letter.to, Letter.subject)).all()
    assert ("emma@example.org", f"Erase what you kept of profile {my_profile(ada).public_id[:6].upper()}") in [
        tuple(x) for x in letters
    ]
    assert emma.post(f"/hire/consents/{grant.public_id}/erased").status_code == 303
    jobs.run_due(at=clock.now(), strict=True)
    assert "erased, they say" in ada.get(f"/career/grants/{grant.public_id}").text
    assert "Harbour has erased what it kept of you" in db.session.execute(sa.select(Letter.subject)).scalars().all()


def test_stepping_down_takes_back_what_was_shown_unasked(ada, cast, at):
    in_pool(ada, "named")
    ada.post(
        "/career/grants/new", data={"organisation": cast.harbour.public_id, "fields": ["email"], "until_on": day(clock.now(), 30)}
    )
    ada.post("/career/visibility", data={"visibility": "anonymous"})
    assert db.session.execute(sa.select(TalentGrant.state)).scalar_one() == "withdrawn"
    refused = ada.post(
        "/career/grants/new", data={"organisation": cast.harbour.public_id, "fields": ["email"], "until_on": day(clock.now(), 30)}
    )
    assert refused.status_code == 409


def test_one_click_in_the_letter_confirms_for_ninety_days_and_an_old_letter_does_nothing(app, client, ada):
    profile = in_pool(ada)
    first = profile.confirmed_at
    for _twice in range(2):
        remind_to_confirm(at=first + CONFIRMED_FOR - 3 * DAYS)
    letter = db.session.execute(sa.select(Letter).where(Letter.kind == "career")).scalar_one()
    path = re.search(r"https://localhost(/career/confirm/\S+)", letter.body)[1]
    page = client.get(path)
    assert page.status_code == 200 and "It is still true" in page.text
    db.session.refresh(profile)
    assert profile.confirmed_at == first
    assert client.post(path).status_code == 303
    db.session.refresh(profile)
    second = profile.confirmed_at
    assert second > first and "Thank you" in client.get(path).text
    client.post(path)
    db.session.refresh(profile)
    assert profile.confirmed_at == second
    assert client.get("/career/confirm/forged").status_code == 404


def test_a_profile_leaves_search_after_ninety_days_and_comes_back_when_confirmed(ada, emma, cast):
    profile = in_pool(ada)
    with db.engine.begin() as connection:
        connection.execute(sa.update(Profile).values(confirmed_at=clock.now() - CONFIRMED_FOR - DAYS))
    db.session.expire_all()
    assert emma.get(f"/hire/people/{profile.public_id}").status_code == 404
    assert "out of search" in ada.get("/career").text
    ada.post("/career/confirm")
    assert emma.get(f"/hire/people/{profile.public_id}").status_code == 200


def test_claims_portfolio_and_days_off_come_and_go(ada):
    my_profile(ada)
    ada.post("/career/skills", data={"words": "Basket weaving"})
    assert ada.post("/career/skills", data={"words": "Basket weaving"}).status_code == 422
    page = ada.get("/career/skills").text
    assert "proof--claimed" in page and "claimed, not verified" in page
    drop = re.search(r"/career/skills/claims/\d+/drop", page)[0]
    ada.post(drop)
    assert "Basket weaving" not in ada.get("/career/skills").text
    assert ada.post("/career/portfolio", data={"title": "Tides", "address": "javascript:alert(1)"}).status_code == 422
    ada.post("/career/portfolio", data={"title": "Tides", "address": "https://example.org/tides", "text": "I drew it"})
    take_out = re.search(r"/career/portfolio/\w+/remove", ada.get("/career/portfolio").text)[0]
    ada.post(take_out)
    assert "Tides" not in ada.get("/career/portfolio").text
    assert ada.post("/career/time", data={"from_on": "2031-05-02", "until_on": "2031-05-01"}).status_code == 422
    ada.post("/career/time", data={"from_on": "2031-05-01", "until_on": "2031-05-05"})
    free = re.search(r"/career/time/\d+/drop", ada.get("/career/time").text)[0]
    assert ada.post(free).status_code == 303


def test_a_resume_comes_in_through_the_page_with_its_report(ada):
    my_profile(ada)
    good = BytesIO(b'{"basics": {"label": "Engineer", "name": "Ada"}, "awards": [{"title": "x"}]}')
    page = ada.post("/career/resume", data={"file": (good, "resume.json")})
    assert page.status_code == 200 and "basics.label" in page.text and "awards" in page.text
    bad = ada.post("/career/resume", data={"file": (BytesIO(b"nope"), "resume.json")})
    assert bad.status_code == 422 and "not a JSON Resume" in bad.text
    assert ada.get("/career/resume.json").get_json()["basics"]["label"] == "Engineer"


def test_a_stranger_finds_nothing_of_anothers_consents(ada, cast, app, at):
    in_pool(ada, "named")
    grant = consent.show_myself(
        cast.harbour, fields=["email"], until_at=clock.now() + DAYS, by=cast.acting(cast.ada), at=clock.now()
    )
    bo, emil = sign_in(app.test_client(), cast.bo), sign_in(app.test_client(), cast.emil)
    assert bo.get(f"/career/grants/{grant.public_id}").status_code == 404
    assert bo.post(f"/career/grants/{grant.public_id}/withdraw").status_code == 404
    assert emil.post(f"/hire/consents/{grant.public_id}/erased").status_code == 404
