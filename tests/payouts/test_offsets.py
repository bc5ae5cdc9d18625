"""How much of a payout is set against what is owed: never more than the terms allow, never more than is owed."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from coursehub.contracts.clauses import Payday
from coursehub.payouts.offsets import Claim, set_against
from coursehub.payouts.paydays import Calendar, last_payday, next_payday, payday

START = datetime(2026, 1, 1, tzinfo=UTC)
claims = st.lists(
    st.builds(
        lambda n, days, left, limit: Claim(n, START + timedelta(days=days), left, limit),
        st.integers(1, 10**6), st.integers(0, 400), st.integers(1, 10**7), st.integers(0, 10_000),
    ),
    unique_by=lambda claim: claim.journal_id, max_size=6,
)  # fmt: skip


@given(st.integers(1, 10**8), claims)
def test_nothing_is_taken_beyond_a_claim_a_limit_or_the_payout(ready, owed):
    taken = set_against(ready, owed)
    assert sum(taken.values()) <= ready
    assert sum(taken.values()) <= max((ready * claim.limit_bps // 10_000 for claim in owed), default=0)
    for claim in owed:
        assert 0 <= taken.get(claim.journal_id, 0) <= claim.left_minor
        assert claim.limit_bps or claim.journal_id not in taken


@given(st.integers(1, 10**8), claims)
def test_the_order_in_which_claims_are_told_changes_nothing(ready, owed):
    assert set_against(ready, owed) == set_against(ready, owed[::-1])


@given(st.integers(1, 10**7), st.integers(0, 10**7), claims)
def test_more_that_is_ready_never_takes_less(ready, more, owed):
    assert sum(set_against(ready, owed).values()) <= sum(set_against(ready + more, owed).values())


def test_half_of_each_payout_until_it_is_given_back():
    claim = Claim(7, START, 900, limit_bps=5_000)
    assert set_against(1_000, [claim]) == {7: 500}
    assert set_against(1_000, [Claim(7, START, 400, limit_bps=5_000)]) == {7: 400}


def test_the_oldest_claim_is_served_first_and_a_fee_whole():
    old, fee = Claim(9, START, 300, limit_bps=5_000), Claim(3, START + timedelta(days=1), 900, what="fee")
    assert set_against(1_000, [fee, old]) == {9: 300, 3: 700}


def test_of_several_promises_the_soonest_day_and_the_smallest_amount_count():
    rule = Calendar().with_promises([Payday("month", 50_000), Payday("week", 80_000)], "CNY")
    assert (rule.weekly, rule.minimum_in("CNY"), rule.minimum_in("EUR")) == (True, 50_000, 2_000)
    assert Calendar().with_promises([], "CNY") == Calendar()
    assert Calendar().with_promises([Payday("month", 0)], "CNY").minimum_in("CNY") == 1
    friday, monday = date(2026, 1, 9), date(2026, 1, 12)
    assert next_payday(rule, friday, set()) == monday
    assert next_payday(rule, friday, {monday}) == date(2026, 1, 13)
    assert next_payday(rule, date(2026, 1, 13), set()) == date(2026, 1, 15), "the month's own day comes first"
    assert [last_payday(rule, day, {monday}) for day in (monday, date(2026, 1, 13))] == [date(2026, 1, 5), date(2026, 1, 13)]
    assert last_payday(Calendar(), friday, set()) == date(2025, 12, 15)


def test_payday_is_the_fifteenth_or_the_next_working_day():
    rule = Calendar()
    assert payday(rule, 2026, 1, set()) == date(2026, 1, 15)
    assert payday(rule, 2026, 8, set()) == date(2026, 8, 17), "the fifteenth is a Saturday"
    assert payday(rule, 2026, 1, {date(2026, 1, 15), date(2026, 1, 16)}) == date(2026, 1, 19)
    assert next_payday(rule, date(2026, 12, 16), set()) == date(2027, 1, 15)
    assert next_payday(rule, date(2026, 1, 15), set()) == date(2026, 1, 15)
    assert next_payday(Calendar(day=28), date(2026, 2, 3), set()) == date(2026, 3, 2), "a Saturday goes over the month's end"
    assert next_payday(Calendar(day=28), date(2026, 3, 1), set()) == date(2026, 3, 2)
    assert next_payday(Calendar(day=28), date(2026, 3, 3), set()) == date(2026, 3, 30), "the 28th is a Saturday again"
