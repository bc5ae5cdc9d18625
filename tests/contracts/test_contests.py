"""Contests of facts: a reason, an answer, a clock on each, and an end that says whether the fact counts."""

from datetime import timedelta

import pytest

from coursehub import clock, jobs
from coursehub.contracts import operations, queries
from coursehub.contracts.evidence import bundle, entry_data
from coursehub.contracts.operations.contests import (
    ANSWER_TIME,
    NotAnsweredYet,
    NothingContested,
    NothingToAnswer,
    run_out_contests,
)
from coursehub.contracts.operations.facts import FactSettled
from coursehub.contracts.record import is_whole
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.mail import Letter

from ..cast import sign_in
from .rig import agree, course_of

DAY = timedelta(days=1)


@pytest.fixture
def course(cast, at):
    return course_of(cast.northwind, "async", at)


@pytest.fixture
def contract(cast, course, at):
    return agree(cast, course, at)[0]


@pytest.fixture
def fact(cast, course, contract, at):
    """Pia states 3 for Northwind, then 9."""
    pia, fact = cast.acting(cast.pia), None
    for value in (3, 9):
        fact = operations.record_fact(
            contract, course_id=course.id, kind="module_weight", party=cast.northwind.public_id, value=value, holds_from=at,
            by=pia, at=at,
        )  # fmt: skip
    return fact


@pytest.fixture
def sides(cast):
    return cast.acting(cast.pia), cast.acting(cast.stan)


def weight(contract, course, at):
    return list(queries.contribution(contract.id, course.id, at)["module_weights"].values())


def told(at):
    jobs.run_due(at=at, strict=True)
    return {(letter.key.split(":")[0].removeprefix("contracts."), letter.to) for letter in db.session.query(Letter).all()}


def test_a_contested_fact_counts_for_no_sale_until_it_is_accepted(contract, course, fact, sides, at):
    pia, stan = sides
    with pytest.raises(NotAllowed):
        operations.contest_fact(fact, by=pia, at=at, reason="?")
    contest = operations.contest_fact(fact, by=stan, at=at, reason="Module 4 is ours")
    assert weight(contract, course, at) == [3] and contest.due_at == at + ANSWER_TIME
    with pytest.raises(FactSettled):
        operations.contest_fact(fact, by=stan, at=at, reason="again")
    with pytest.raises(NotAnsweredYet):
        operations.uphold_contest(fact, by=stan, at=at)
    operations.settle_contest(fact, by=stan, at=at)
    assert weight(contract, course, at) == [9] and contest.outcome == "accepted"
    with pytest.raises(NothingContested):
        operations.settle_contest(fact, by=stan, at=at)


def test_the_side_that_stated_it_answers_and_the_other_says_whether_that_convinces(contract, course, fact, sides, at):
    pia, stan = sides
    with pytest.raises(NothingToAnswer):
        operations.answer_contest(fact, by=pia, at=at, answer="Which contest?")
    contest = operations.contest_fact(fact, by=stan, at=at, reason="Module 4 is ours")
    with pytest.raises(NotAllowed):
        operations.answer_contest(fact, by=stan, at=at, answer="I answer myself")
    operations.answer_contest(fact, by=pia, at=at + 2 * DAY, answer="See release 1.1.0")
    assert contest.due_at == at + 2 * DAY + ANSWER_TIME and weight(contract, course, at) == [3]
    with pytest.raises(NothingToAnswer):
        operations.answer_contest(fact, by=pia, at=at + 2 * DAY, answer="And again")
    with pytest.raises(NotAllowed):
        operations.uphold_contest(fact, by=pia, at=at + 3 * DAY)
    operations.uphold_contest(fact, by=stan, at=at + 3 * DAY)
    assert contest.outcome == "upheld" and fact.withdrawn_at == at + 3 * DAY and weight(contract, course, at) == [3]
    kinds = [entry.kind for entry in queries.entries_of(contract.id)]
    assert kinds[-3:] == ["fact_contested", "fact_answered", "fact_upheld"]
    assert is_whole(contract.public_id, [entry_data(one) for one in queries.entries_of(contract.id)])


@pytest.mark.parametrize(("answered", "outcome", "counts"), [(False, "unanswered", [3]), (True, "let_stand", [9])])
def test_whoever_lets_the_clock_run_out_has_given_way(contract, course, fact, sides, at, answered, outcome, counts):
    pia, stan = sides
    contest = operations.contest_fact(fact, by=stan, at=at, reason="Module 4 is ours")
    if answered:
        operations.answer_contest(fact, by=pia, at=at, answer="See release 1.1.0")
    over = at + ANSWER_TIME
    assert run_out_contests(at=over - DAY) == 0 and contest.settled_at is None
    assert run_out_contests(at=over) == 1 and run_out_contests(at=over) == 0
    assert contest.outcome == outcome and weight(contract, course, over) == counts
    assert queries.entries_of(contract.id)[-1].body["counts"] is answered
    with pytest.raises(NothingToAnswer):
        operations.answer_contest(fact, by=pia, at=over, answer="Too late")
    with pytest.raises(NothingContested):
        operations.settle_contest(fact, by=stan, at=over)


def test_a_fact_waits_on_the_desk_of_the_side_whose_word_is_next(client, cast, contract, course, fact, sides, at, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at + DAY)
    pia, stan = sides
    house, northwind = cast.house.public_id, cast.northwind.public_id

    def waiting():
        return {party: queries.facts_waiting_for(party) for party in (house, northwind, cast.lumen.public_id)}

    assert not any(waiting().values())
    operations.contest_fact(fact, by=stan, at=at, reason="Module 4 is ours")
    (one,) = waiting()[northwind]
    assert (one.contract.id, one.count, one.since, one.due_at) == (contract.id, 1, at, at + ANSWER_TIME)
    assert not waiting()[house] and not waiting()[cast.lumen.public_id]
    sign_in(client, cast.pia)
    desk = client.get("/studio", headers={"Accept-Language": "en"}).text
    assert "1 fact about a contribution to" in desk and f"/studio/contracts/{contract.public_id}/facts" in desk
    operations.answer_contest(fact, by=pia, at=at + DAY, answer="See release 1.1.0")
    hours = operations.record_fact(
        contract, course_id=course.id, kind="approved_minutes", party=cast.northwind.public_id, value=90, holds_from=at, by=pia,
        at=at + DAY,
    )  # fmt: skip
    (one,) = waiting()[house]
    assert (one.count, one.due_at) == (2, at + DAY + ANSWER_TIME) and not waiting()[northwind]
    sign_in(client, cast.stan)
    desk = client.get("/house", headers={"Accept-Language": "en"}).text
    assert "2 facts about contributions" in desk and f"/house/contracts/{contract.public_id}/facts" in desk
    operations.settle_contest(fact, by=stan, at=at + DAY)
    operations.approve_fact(hours, by=stan, at=at + DAY)
    assert not any(waiting().values())


def test_an_answer_after_the_clock_is_over_comes_too_late_even_before_the_job_has_run(fact, sides, at):
    pia, stan = sides
    operations.contest_fact(fact, by=stan, at=at, reason="Module 4 is ours")
    with pytest.raises(NothingToAnswer):
        operations.answer_contest(fact, by=pia, at=at + ANSWER_TIME, answer="Too late")


def test_every_turn_is_told_to_the_side_whose_turn_it_is(contract, fact, sides, at):
    pia, stan = sides
    assert ("fact_recorded", "stan@example.org") in told(at)
    operations.contest_fact(fact, by=stan, at=at, reason="Module 4 is ours")
    assert ("fact_contested", "pia@example.org") in told(at) and ("fact_contested", "stan@example.org") not in told(at)
    run_out_contests(at=at + 12 * DAY)
    letters = told(at + 12 * DAY)
    assert ("contest_ends_soon", "pia@example.org") in letters and ("contest_ends_soon", "stan@example.org") not in letters
    operations.answer_contest(fact, by=pia, at=at + 13 * DAY, answer="See release 1.1.0")
    letters = told(at + 13 * DAY)
    assert ("contest_answered", "stan@example.org") in letters and ("contest_answered", "pia@example.org") not in letters
    operations.settle_contest(fact, by=stan, at=at + 14 * DAY)
    letters = told(at + 14 * DAY)
    assert {("contest_closed", "stan@example.org"), ("contest_closed", "pia@example.org")} <= letters


def test_taking_a_contested_fact_back_ends_the_contest(fact, sides, at):
    pia, stan = sides
    contest = operations.contest_fact(fact, by=stan, at=at, reason="Module 4 is ours")
    operations.take_back_fact(fact, by=pia, at=at)
    assert contest.outcome == "taken_back" and contest.settled_at == at


def test_the_evidence_bundle_says_what_each_fact_states_and_what_became_of_it(contract, fact, sides, at):
    pia, stan = sides
    operations.contest_fact(fact, by=stan, at=at, reason="Module 4 is ours")
    operations.answer_contest(fact, by=pia, at=at, answer="See release 1.1.0")
    told_of = bundle(contract, party=None)["facts"][-1]
    assert told_of["statement"]["value"] == 9 and told_of["fact_hash"] == fact.fact_hash
    assert (told_of["contests"][0]["reason"], told_of["contests"][0]["answer"]) == ("Module 4 is ours", "See release 1.1.0")
