"""Terms are opened for talk again when contributions have moved as far as they name; once, and nothing changes by it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursehub import clock, jobs
from coursehub.contracts import operations, queries
from coursehub.contracts.compiler import compile_terms
from coursehub.contracts.evidence import entry_data
from coursehub.contracts.operations.reopening import next_month, reopen_terms
from coursehub.contracts.prose import text_of
from coursehub.contracts.record import is_whole
from coursehub.contracts.shifts import anniversary, largest_shift, last_anniversary
from coursehub.contracts.terms import TermsRefused, to_data
from coursehub.db import db
from coursehub.mail import Letter
from tests.cast import sign_in

from .rig import agree, course_of, terms_data
from .test_waterfall import JOINT

DAY = timedelta(days=1)


@pytest.fixture
def agreed(cast, at):
    """Northwind made 80 of the modules when the terms began; a move by more than 20 points opens them."""
    course = course_of(cast.northwind, "async", at)
    governance = terms_data(cast.house, cast.northwind, course)["governance"]
    watching = governance | {"triggers": [{"measure": "modules", "points_bps": 2_000}]}
    contract, _terms = agree(cast, course, at, governance=watching)
    for party, weight in ((cast.northwind, 80), (cast.house, 20)):
        weigh(cast, contract, course, party, weight, at)
    return contract, course


def weigh(cast, contract, course, party, weight, at):
    operations.record_fact(
        contract, course_id=course.id, kind="module_weight", party=party.public_id, value=weight, holds_from=at,
        by=cast.acting(cast.stan), at=at, note="",
    )  # fmt: skip


def opened(contract):
    return [entry for entry in queries.entries_of(contract.id) if entry.kind == "reopened"]


def test_a_shift_beyond_the_named_points_is_written_down_and_told_once(cast, at, agreed):
    contract, course = agreed
    weigh(cast, contract, course, cast.house, 34, at + 3 * DAY)  # 80 of 114 are 70.2 %: 9.8 points
    assert reopen_terms(at=at + 4 * DAY) == 0
    weigh(cast, contract, course, cast.house, 80, at + 5 * DAY)  # 50 %: 30 points
    assert reopen_terms(at=at + 6 * DAY) == 1 and reopen_terms(at=at + 7 * DAY) == 0
    (entry,) = opened(contract)
    assert (entry.body["moved"], entry.body["was_bps"], entry.body["has_bps"]) == (cast.northwind.public_id, 8_000, 5_000)
    assert is_whole(contract.public_id, [entry_data(one) for one in queries.entries_of(contract.id)])
    jobs.run_due(at=at + 6 * DAY, strict=True)
    told = [letter for letter in db.session.query(Letter).all() if letter.key.startswith("contracts.terms_reopened")]
    assert {letter.to for letter in told} >= {"stan@example.org", "pia@example.org"}
    assert any("80%" in letter.body and "50%" in letter.body for letter in told)
    assert queries.terms_in_force(course.id, at + 30 * DAY) is not None, "what holds goes on"


def test_an_objection_alone_opens_nothing(cast, at, agreed):
    """Northwind's new weight would keep everything within 20 points; while the house objects to it the old one stands alone."""
    contract, course = agreed
    weigh(cast, contract, course, cast.house, 60, at + 3 * DAY)
    operations.record_fact(
        contract, course_id=course.id, kind="module_weight", party=cast.northwind.public_id, value=160, holds_from=at + 3 * DAY,
        by=cast.acting(cast.pia), at=at + 3 * DAY,
    )  # fmt: skip
    assert reopen_terms(at=at + 4 * DAY) == 0, "160 of 220 are 72.7 %: 7.3 points"
    fact = max(queries.every_fact(contract), key=lambda each: each.value)
    operations.contest_fact(fact, by=cast.acting(cast.stan), at=at + 5 * DAY, reason="too much")
    assert queries.contribution(contract.id, course.id, at + 6 * DAY)["module_weights"][cast.northwind.public_id] == 80
    assert reopen_terms(at=at + 6 * DAY) == 0, "80 of 140 would be 57.1 %: 22.9 points"
    operations.settle_contest(fact, by=cast.acting(cast.stan), at=at + 7 * DAY)
    assert reopen_terms(at=at + 8 * DAY) == 0 and not opened(contract)


def test_where_nobody_had_contributed_yet_the_first_contributions_are_what_is_compared_with(cast, at):
    course = course_of(cast.northwind, "async", at)
    governance = terms_data(cast.house, cast.northwind, course)["governance"]
    contract, _terms = agree(
        cast, course, at, governance=governance | {"triggers": [{"measure": "modules", "points_bps": 2_000}]}
    )
    weigh(cast, contract, course, cast.northwind, 50, at + DAY)
    assert reopen_terms(at=at + 2 * DAY) == 0
    weigh(cast, contract, course, cast.house, 50, at + 3 * DAY)
    assert reopen_terms(at=at + 4 * DAY) == 1
    assert (opened(contract)[0].body["was_bps"], opened(contract)[0].body["has_bps"]) == (10_000, 5_000)


def test_terms_without_a_trigger_and_without_contributions_stay_closed(cast, at):
    course = course_of(cast.northwind, "async", at)
    contract, _terms = agree(cast, course, at)
    weigh(cast, contract, course, cast.northwind, 5, at + DAY)
    assert reopen_terms(at=at + 2 * DAY) == 0 and opened(contract) == []


@given(st.dictionaries(st.sampled_from("abc"), st.integers(0, 99)), st.dictionaries(st.sampled_from("abc"), st.integers(0, 99)))
def test_the_largest_shift_is_no_smaller_than_any_other(before, now):
    party, was, has = largest_shift(before, now)
    whole_before, whole_now = sum(before.values()), sum(now.values())
    if not whole_before or not whole_now:
        assert party == ""
        return
    for other in "abc":
        moved = abs(now.get(other, 0) * whole_before - before.get(other, 0) * whole_now)
        assert moved <= abs(has - was) * whole_before * whole_now


def test_the_trigger_is_a_sentence_and_stands_once():
    watching = {**JOINT, "governance": {**JOINT["governance"], "triggers": [{"measure": "hours", "points_bps": 1_550}]}}
    body = compile_terms(watching)
    assert "15.5 percentage points" in text_of(body, "en") and "15.5个百分点" in text_of(body, "zh-CN")
    twice = watching["governance"]["triggers"] * 2
    with pytest.raises(TermsRefused, match="Two triggers"):
        compile_terms({**watching, "governance": {**watching["governance"], "triggers": twice}})


def test_the_page_says_what_moved_and_the_editor_opens_with_the_proposed_day(cast, at, agreed, client, monkeypatch):
    contract, course = agreed
    weigh(cast, contract, course, cast.house, 80, at + DAY)
    assert reopen_terms(at=at + 2 * DAY) == 1
    (entry,) = opened(contract)
    begins_on = entry.body["begins_on"]
    assert begins_on.endswith("-01") and begins_on > entry.body["answer_by"][:10]
    monkeypatch.setattr(clock, "now", lambda: at + 3 * DAY)
    sign_in(client, cast.pia)
    page = f"/studio/contracts/{contract.public_id}"
    shown = " ".join(client.get(page).text.split())
    assert "went from 80% to 50%" in shown and "answer hoped for" in shown and "Proposed day for other terms to begin" in shown
    assert f'value="{begins_on}"' in client.get(f"{page}/propose").text
    terms = terms_data(cast.house, cast.northwind, course, hold={"days": 9})
    operations.propose_terms(contract, by=cast.acting(cast.pia), terms=terms, at=at + 3 * DAY)
    assert "answer hoped for" not in client.get(page).text  # somebody answered


@pytest.fixture
def yearly(cast, at):
    """Northwind and the house agreed to talk each year."""
    course = course_of(cast.northwind, "async", at)
    governance = terms_data(cast.house, cast.northwind, course)["governance"] | {"triggers": [{"measure": "yearly"}]}
    contract, _terms = agree(cast, course, at, governance=governance)
    return contract, course, governance


def test_each_year_the_sides_are_asked_to_talk_once_and_what_holds_goes_on(cast, at, yearly):
    contract, course, _governance = yearly
    told = [reopen_terms(at=at + days * DAY) for days in (1, 364, 365, 366, 730, 731, 732)]
    assert told == [0, 0, 1, 0, 0, 1, 0]
    first, second = opened(contract)
    assert (first.body["on"], second.body["on"]) == ("2027-03-02", "2028-03-02")
    assert first.body["begins_on"] == "2027-04-01"
    jobs.run_due(at=at + 366 * DAY, strict=True)
    letters = [letter for letter in db.session.query(Letter).all() if letter.key.startswith("contracts.terms_reopened")]
    assert {letter.to for letter in letters} >= {"stan@example.org", "pia@example.org"}
    assert all("又满一年" in letter.body or "Another year" in letter.body for letter in letters)
    assert queries.terms_in_force(course.id, at + 800 * DAY) is not None


def test_who_talks_already_is_not_asked_and_other_terms_begin_another_year(cast, at, yearly):
    contract, course, governance = yearly
    agreed = agree(cast, course, at + 100 * DAY, contract=contract, governance=governance, note="anew")[1]
    assert reopen_terms(at=at + 366 * DAY) == 0, "the year of these terms is not over"
    data = terms_data(cast.house, cast.northwind, course, governance=governance | {"reply_days": 30})
    day = agreed.effective_from + 365 * DAY
    operations.propose_terms(contract, by=cast.acting(cast.pia), terms=data, at=day - 9 * DAY)
    assert reopen_terms(at=day) == 0
    operations.expire_proposals(at=day + 30 * DAY)
    assert reopen_terms(at=day + 30 * DAY) == 1, "nothing came of it, and nobody has proposed anything since that day"


def test_the_desks_and_the_page_say_that_a_year_has_passed(cast, at, yearly, client, monkeypatch):
    contract, course, governance = yearly
    assert reopen_terms(at=at + 365 * DAY) == 1
    monkeypatch.setattr(clock, "now", lambda: at + 366 * DAY)
    sign_in(client, cast.pia)
    page = client.get(f"/studio/contracts/{contract.public_id}").text
    assert "Open for talk again: a year has passed" in page and "contributions have moved" not in page
    assert "Together is open for talk again" in client.get("/studio").text
    assert 'value="2027-04-01"' in client.get(f"/studio/contracts/{contract.public_id}/propose").text
    sign_in(client, cast.stan)
    assert "1 contract is open for talk again" in client.get("/house").text
    data = terms_data(cast.house, cast.northwind, course, governance=governance, hold={"days": 9})
    operations.propose_terms(contract, by=cast.acting(cast.stan), terms=data, at=at + 366 * DAY)
    assert "open for talk again" not in client.get("/house").text


def test_the_year_is_a_sentence_and_has_no_points():
    def watching(*triggers, **more):
        return {**JOINT, **more, "governance": {**JOINT["governance"], "triggers": list(triggers)}}

    body = compile_terms(watching({"measure": "yearly"}))
    assert "Each time a year has passed" in text_of(body, "en") and "每满一年" in text_of(body, "zh-CN")
    assert to_data(body)["governance"]["triggers"] == [{"measure": "yearly"}]
    dates = {"starts": "2026-01-31T16:00:00Z", "ends": "2027-01-30T16:00:00Z"}
    for data, words in (
        (watching({"measure": "hours"}), "Give the percentage points"),
        (watching({"measure": "yearly", "points_bps": 500}), "not in percentage points"),
        (watching({"measure": "yearly"}, **dates), "before a year has passed"),
    ):
        with pytest.raises(TermsRefused, match=words):
            compile_terms(data)
    compile_terms(watching({"measure": "yearly"}, **dates | {"ends": "2027-02-28T16:00:00Z"}))


@given(st.dates(date(1999, 1, 1), date(2096, 12, 31)), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_the_last_anniversary_is_by_now_and_less_than_a_year_ago(began, today):
    found = last_anniversary(began, today)
    if found is None:
        assert today < anniversary(began, 1)
        return
    assert began < found <= today < anniversary(began, found.year - began.year + 1)
    assert (found.month, found.day) == (began.month, began.day) or (began.month, began.day) == (2, 29)


def test_the_day_proposed_is_the_first_of_the_month_after_the_time_to_answer():
    assert next_month(datetime(2026, 12, 31, 17, tzinfo=UTC)) == date(2027, 2, 1)  # January already, in China
    assert next_month(datetime(2026, 12, 31, 15, tzinfo=UTC)) == date(2027, 1, 1)
    assert next_month(datetime(2026, 1, 5, tzinfo=UTC)) == date(2026, 2, 1)
