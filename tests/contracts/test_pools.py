"""The pool of a pass: nothing is lost, nothing is made, and each learner's money follows that learner."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursehub.contracts.clauses import Pool
from coursehub.contracts.pools import RULES, Period, divide, side_by_side

COURSES = ("a", "b", "c")
OWN, TOGETHER, EQUAL = (Pool(rule, 5, "house") for rule in RULES)
ONE = Period("p1", 9_000, {"a": 60, "b": 20, "c": 4})
OTHER = Period("p2", 9_000, {"a": 40, "c": 80})

minutes = st.dictionaries(st.sampled_from(["a", "b", "c", "gone"]), st.integers(0, 90))
paid = st.lists(
    st.builds(Period, st.uuids().map(str), st.integers(0, 30_000), minutes), max_size=12, unique_by=lambda period: period.id
)
rules = st.builds(Pool, st.sampled_from(RULES), st.integers(0, 40), st.sampled_from(["house", "together"]))


def test_a_learner_s_money_follows_that_learner_s_minutes():
    assert divide(OWN, [ONE], COURSES).by_course == {"a": 6_750, "b": 2_250}


def test_by_everybody_s_minutes_who_learns_much_moves_everybody_s_money():
    shared = divide(TOGETHER, [ONE, OTHER], COURSES)
    assert shared.by_period["p1"] == {"a": 4_500, "b": 900, "c": 3_600}
    assert shared.by_period["p1"] == shared.by_period["p2"]


def test_equally_among_courses_an_hour_counts_like_five_minutes():
    assert divide(EQUAL, [ONE], COURSES).by_course == {"a": 4_500, "b": 4_500}


def test_less_than_the_floor_does_not_count():
    assert divide(OWN, [Period("p", 100, {"a": 4})], COURSES).undistributed_minor == 100
    assert divide(OWN, [Period("p", 100, {"a": 5})], COURSES).by_course == {"a": 100}


def test_money_of_somebody_who_learned_nothing_goes_where_the_rule_says():
    idle = Period("idle", 1_000, {})
    assert divide(Pool("minutes_each", 0, "house"), [ONE, idle], COURSES).undistributed_minor == 1_000
    shared = divide(Pool("minutes_each", 0, "together"), [ONE, idle], COURSES)
    assert shared.undistributed_minor == 0 and shared.by_period["idle"] == {"a": 714, "b": 238, "c": 48}
    assert divide(Pool("minutes_each", 0, "together"), [idle], COURSES).undistributed_minor == 1_000


def test_no_course_wins_every_tie():
    periods = [Period(f"p{n}", 100, {"a": 1, "b": 1, "c": 1}) for n in range(3)]
    assert divide(Pool("courses_each", 0, "house"), periods, COURSES).by_course == {"a": 100, "b": 100, "c": 100}


def test_a_pass_without_courses_leaves_everything_with_the_house():
    assert divide(OWN, [ONE], ()).undistributed_minor == 9_000


def test_two_periods_of_one_name_are_a_mistake():
    with pytest.raises(ValueError, match="names of their own"):
        divide(OWN, [ONE, ONE], COURSES)


@given(rules, paid)
def test_distributed_and_undistributed_are_what_was_funded(pool, periods):
    shared = divide(pool, periods, COURSES)
    assert shared.distributed_minor + shared.undistributed_minor == shared.funded_minor == sum(p.amount_minor for p in periods)
    assert shared.undistributed_minor >= 0 and set(shared.by_course) <= set(COURSES)
    for period in periods:
        given_out = shared.by_period[period.id]
        assert sum(given_out.values()) in (0, period.amount_minor) and min(given_out.values(), default=0) >= 0


@given(rules, paid)
def test_no_amount_is_off_by_a_unit(pool, periods):
    shared = divide(pool, periods, COURSES)
    counts = {p.id: {c: m for c, m in p.minutes.items() if c in COURSES and m and m >= pool.floor_minutes} for p in periods}
    everybody = {course: sum(own.get(course, 0) for own in counts.values()) for course in COURSES}
    for period in periods:
        own = counts[period.id]
        if not own:
            weights = everybody if pool.unused == "together" else {}
        else:
            weights = {"minutes_each": own, "minutes_together": everybody, "courses_each": dict.fromkeys(own, 1)}[pool.rule]
        whole = sum(weights.values())
        for course in COURSES:
            exact = Fraction(period.amount_minor * weights.get(course, 0), whole) if whole else 0
            assert abs(shared.by_period[period.id].get(course, 0) - exact) < 1


@given(rules, paid, st.randoms())
def test_the_order_of_periods_changes_nothing(pool, periods, chance):
    mixed = list(periods)
    chance.shuffle(mixed)
    assert divide(pool, mixed, COURSES) == divide(pool, periods, COURSES)


@given(paid)
def test_the_three_rules_stand_side_by_side_over_the_same_money(periods):
    compared = side_by_side(OWN, periods, COURSES)
    assert list(compared) == list(RULES)
    assert len({shared.funded_minor for shared in compared.values()}) == 1
    assert compared[OWN.rule] == divide(OWN, periods, COURSES)


@given(paid)
def test_an_hour_more_never_costs_a_course_money_under_its_learner_s_own_minutes(periods):
    before = divide(Pool("minutes_each", 0, "house"), periods, COURSES)
    for period in periods:
        more = {**period.minutes, "a": period.minutes.get("a", 0) + 60}
        changed = [Period(p.id, p.amount_minor, more) if p is period else p for p in periods]
        after = divide(Pool("minutes_each", 0, "house"), changed, COURSES)
        assert after.by_period[period.id].get("a", 0) >= before.by_period[period.id].get("a", 0)
