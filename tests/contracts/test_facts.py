"""The facts register: weights replace, minutes add up, and what is contested counts for no sale."""

from datetime import timedelta

import pytest

from coursehub.contracts import operations, queries
from coursehub.contracts.operations.facts import FactNotOfThisContract, FactSettled, hash_of_fact
from coursehub.contracts.starting_points import joint_development
from coursehub.db import transaction
from coursehub.errors import NotAllowed

from .rig import agree, course_of, draft_of_sale, terms_data


@pytest.fixture
def course(cast, at):
    return course_of(cast.northwind, "async", at)


@pytest.fixture
def agreed(cast, course, at):
    plain = terms_data(cast.house, cast.northwind, course)
    joint = joint_development(plain["parties"], plain["scope"]["courses"], currency="CNY")
    return agree(cast, course, at, split=joint["split"])


def record(cast, contract, course, at, party, value, kind="module_weight", by=None, holds_from=None):
    return operations.record_fact(
        contract, course_id=course.id, kind=kind, party=party.public_id, value=value, holds_from=holds_from or at,
        by=cast.acting(by or cast.pia), at=at,
    )  # fmt: skip


def shares(contract, course, terms, at, key):
    with transaction():
        event = operations.share(draft_of_sale(terms, course, at, key=key), at=at)
    return {line.path: line.amount_minor for line in event.lines if line.path.startswith("/split")}


def test_sales_use_the_weights_and_hours_known_when_they_happen(cast, course, agreed, at):
    """9114 - 30% = 6379.8; makers 55% = 3508.89, teachers 45% = 2870.91."""
    contract, terms = agreed
    assert shares(contract, course, terms, at, "sale:0") == {
        "/split/items/0/then/rest": 3509, "/split/rest/rest": 2871,
    }  # fmt: skip
    record(cast, contract, course, at, cast.northwind, 3)
    record(cast, contract, course, at, cast.house, 1)
    record(cast, contract, course, at, cast.house, 600, kind="approved_minutes")
    assert shares(contract, course, terms, at, "sale:1") == {
        "/split/items/0/then/parties/0": 877, "/split/items/0/then/parties/1": 2632, "/split/rest/parties/0": 2871,
    }  # fmt: skip
    later = at + timedelta(days=1)
    record(cast, contract, course, later, cast.house, 3)
    record(cast, contract, course, later, cast.northwind, 1800, kind="approved_minutes", by=cast.stan)
    known = queries.contribution(contract.id, course.id, later)
    assert known["module_weights"] == {cast.northwind.public_id: 3, cast.house.public_id: 3}
    assert known["approved_minutes"] == {cast.house.public_id: 600, cast.northwind.public_id: 1800}
    assert queries.contribution(contract.id, course.id, at)["module_weights"][cast.house.public_id] == 1


def test_hours_that_a_side_states_of_itself_wait_for_the_yes_of_another(cast, course, agreed, at):
    contract, _terms = agreed
    northwind, stan = cast.northwind.public_id, cast.acting(cast.stan)

    def minutes():
        return queries.contribution(contract.id, course.id, at)["approved_minutes"]

    own = record(cast, contract, course, at, cast.northwind, 1800, kind="approved_minutes")
    assert minutes() == {} and own.approved_at is None
    for wrong in (cast.pia, cast.ada):
        with pytest.raises(NotAllowed):
            operations.approve_fact(own, by=cast.acting(wrong), at=at)
    operations.approve_fact(own, by=stan, at=at)
    assert minutes() == {northwind: 1800} and own.approved_party == cast.house.public_id
    with pytest.raises(FactSettled):
        operations.approve_fact(own, by=stan, at=at)
    record(cast, contract, course, at, cast.northwind, 60, kind="approved_minutes", by=cast.stan)
    assert minutes() == {northwind: 1860}  # said by the other side, so it has its yes
    weight = record(cast, contract, course, at, cast.northwind, 3)
    with pytest.raises(NotAllowed):
        operations.approve_fact(weight, by=stan, at=at)
    assert [e.kind for e in queries.entries_of(contract.id)].count("fact_approved") == 1


def test_a_fact_is_taken_back_by_those_who_recorded_it(cast, course, agreed, at):
    contract, _terms = agreed
    fact = record(cast, contract, course, at, cast.northwind, 9)
    with pytest.raises(NotAllowed):
        operations.take_back_fact(fact, by=cast.acting(cast.stan), at=at)
    operations.take_back_fact(fact, by=cast.acting(cast.pia), at=at)
    assert queries.contribution(contract.id, course.id, at)["module_weights"] == {}
    with pytest.raises(FactSettled):
        operations.take_back_fact(fact, by=cast.acting(cast.pia), at=at)


def test_facts_are_about_the_contracts_own_parties_and_courses_and_by_its_own_people(cast, course, agreed, at):
    contract, _terms = agreed
    other = course_of(cast.northwind, "other", at)
    with pytest.raises(FactNotOfThisContract):
        record(cast, contract, other, at, cast.northwind, 1)
    with pytest.raises(FactNotOfThisContract):
        record(cast, contract, course, at, cast.lumen, 1)
    for stranger in (cast.eve, cast.ada, cast.tara, cast.susi):
        with pytest.raises(NotAllowed):
            record(cast, contract, course, at, cast.northwind, 1, by=stranger)


def test_the_hash_of_a_fact_is_in_the_record(cast, course, agreed, at):
    contract, _terms = agreed
    fact = record(cast, contract, course, at, cast.northwind, 9)
    assert queries.entries_of(contract.id)[-1].body["fact_hash"] == fact.fact_hash == hash_of_fact(contract, fact)
