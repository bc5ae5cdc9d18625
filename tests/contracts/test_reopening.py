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
from coursehub.contracts.shifts import largest_shift
from coursehub.contracts.terms import TermsRefused
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


def test_the_day_proposed_is_the_first_of_the_month_after_the_time_to_answer():
    assert next_month(datetime(2026, 12, 31, 17, tzinfo=UTC)) == date(2027, 2, 1)  # January already, in China
    assert next_month(datetime(2026, 12, 31, 15, tzinfo=UTC)) == date(2027, 1, 1)
    assert next_month(datetime(2026, 1, 5, tzinfo=UTC)) == date(2026, 2, 1)
