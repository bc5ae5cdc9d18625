"""Which facts count for a sale, as it is known in the end: plain cases and what must hold of any register."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursehub.contracts.standing import SILENCE_AGREES, Heard, Stated, contribution_by, counts_until

pytestmark = pytest.mark.once
T = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
days = st.integers(0, 60).map(lambda n: T + n * DAY)


def until(*contests, withdrawn_at=None, is_agreed=False):
    return counts_until(recorded_at=T, is_agreed=is_agreed, contests=contests, withdrawn_at=withdrawn_at)


def test_a_fact_counts_unless_a_contest_is_open_and_again_once_it_outlived_that():
    assert until() is None
    assert until(Heard(T + DAY, None)) == T + DAY
    assert until(Heard(T + DAY, True)) is None
    assert until(Heard(T + DAY, True), Heard(T + 2 * DAY, None)) == T + 2 * DAY


@pytest.mark.parametrize(("after", "since"), [(SILENCE_AGREES, T), (SILENCE_AGREES + timedelta(seconds=1), None)])
def test_two_weeks_to_the_second_make_a_fact_that_falls_never_to_have_counted(after, since):
    doubted, gone = T + after, T + after + 9 * DAY
    assert until(Heard(doubted, False), withdrawn_at=gone) == (since or doubted)
    assert until(withdrawn_at=doubted) == (since or doubted)
    assert until(Heard(doubted, False), withdrawn_at=gone, is_agreed=True) == doubted
    assert until(Heard(T, True), Heard(doubted, False), withdrawn_at=gone) == doubted


facts = st.builds(
    Stated, kind=st.sampled_from(["module_weight", "approved_minutes"]), party=st.sampled_from("ab"), value=st.integers(0, 9),
    holds_from=days, known_at=days, until=st.none() | days,
)  # fmt: skip


@given(st.lists(facts, max_size=6), days, days)
def test_facts_that_do_not_count_might_as_well_not_be_there(register, sold_at, booked_at):
    register.sort(key=lambda one: one.holds_from)
    counting = [one for one in register if one.counts(sold_at=sold_at, booked_at=booked_at)]
    found = contribution_by(register, sold_at=sold_at, booked_at=booked_at)
    assert found == contribution_by(counting, sold_at=sold_at, booked_at=booked_at)
    assert all(one.holds_from <= sold_at and one.known_at <= booked_at for one in counting)
    hours = sum(one.value for one in counting if one.kind == "approved_minutes")
    assert sum(found["approved_minutes"].values()) == hours


@given(st.lists(st.tuples(days, st.booleans()), max_size=4), st.none() | days)
def test_contests_that_a_fact_outlives_take_nothing_from_it(contests, withdrawn_at):
    heard = [Heard(at, stands) for at, stands in contests]
    kept = [one for one in heard if not one.stands]
    agreed = any(one.stands for one in heard)
    if not heard or heard[-1].stands is False:
        assert until(*heard, withdrawn_at=withdrawn_at) == until(*kept, withdrawn_at=withdrawn_at, is_agreed=agreed)
    elif withdrawn_at is None:
        assert until(*heard) is None
