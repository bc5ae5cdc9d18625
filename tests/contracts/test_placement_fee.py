"""The fee for a placement and for hours: one price per band, parts that add up, and a way back that leaves nothing over."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursehub.contracts.hour_fee import HourTerms, MarginOnSecondment, share_week
from coursehub.contracts.placement_fee import Band, PriceList, price_for, rebate_due, rebate_legs, share_fee, yearly_pay

CNY = PriceList("CNY", (Band(12_000_000, 600_000), Band(None, 900_000)), training_bps=4_000, tax_bps=600)
WEIGHTS = st.dictionaries(st.text("abcdef", min_size=1, max_size=4), st.integers(1, 10**7), max_size=6)
PRICES = st.integers(0, 10**9)
START = date(2026, 4, 1)


@st.composite
def price_lists(draw):
    """Any list that is accepted."""
    ceilings = sorted(draw(st.sets(st.integers(1, 10**9), max_size=5)))
    bands = [Band(ceiling, draw(PRICES)) for ceiling in [*ceilings, None]]
    return PriceList("CNY", tuple(bands), training_bps=draw(st.integers(0, 10_000)), tax_bps=draw(st.integers(0, 3_000)))


def test_the_fee_worked_by_hand_in_the_docstring():
    band = price_for(CNY, yearly_pay(950_000, "month", weekly_hours=40))
    assert band.price_minor == 600_000
    legs = share_fee(CNY, band.price_minor, {"a": 3, "b": 1})
    assert legs == {"tax": 33_962, "course:a": 169_811, "course:b": 56_604, "house": 339_623}
    back = rebate_due(600_000, start_on=START, left_on=START + timedelta(days=30), guarantee_days=90)
    assert back == 400_000
    assert rebate_legs(legs, before_minor=0, amount_minor=back) == {
        "tax": 22_641, "course:a": 113_207, "course:b": 37_736, "house": 226_416,
    }  # fmt: skip


def test_a_band_ends_with_its_ceiling():
    assert [price_for(CNY, pay).price_minor for pay in (1, 12_000_000, 12_000_001)] == [600_000, 600_000, 900_000]
    assert yearly_pay(8_500, "hour", weekly_hours=10) == 8_500 * 520


@pytest.mark.parametrize(
    "bands", [(), (Band(5, 1),), (Band(None, 1), Band(None, 2)), (Band(5, 1), Band(5, 2), Band(None, 3)), (Band(None, -1),)]
)
def test_a_list_that_leaves_a_pay_without_its_one_price_is_refused(bands):
    with pytest.raises(ValueError, match=r"band|price"):
        PriceList("CNY", bands, training_bps=0)


@given(price_lists(), st.integers(1, 10**12))
def test_every_pay_has_one_price(prices, yearly):
    below = [band for band in prices.bands if band.up_to_minor is None or band.up_to_minor >= yearly]
    assert price_for(prices, yearly) == below[0]


@given(price_lists(), PRICES, WEIGHTS)
def test_the_parts_of_a_fee_add_up_and_nobody_owes(prices, price, weights):
    legs = share_fee(prices, price, weights)
    assert sum(legs.values()) == price
    assert min(legs.values()) >= 0
    assert set(legs) == {"tax", "house"} | {f"course:{course}" for course in weights}


@given(price_lists(), PRICES, WEIGHTS)
def test_each_course_is_within_one_unit_of_its_exact_part(prices, price, weights):
    legs = share_fee(prices, price, weights)
    training = sum(amount for name, amount in legs.items() if name.startswith("course:"))
    for course, weight in weights.items():
        assert abs(legs[f"course:{course}"] * sum(weights.values()) - training * weight) < sum(weights.values())


@given(price_lists(), PRICES, WEIGHTS)
def test_other_names_for_the_courses_change_no_amount(prices, price, weights):
    renamed = {f"z{n}": weight for n, weight in enumerate(weights.values())}
    assert list(share_fee(prices, price, weights).values()) == list(share_fee(prices, price, renamed).values())


@given(price_lists(), PRICES, WEIGHTS, st.lists(st.integers(0, 10**9), max_size=8))
def test_a_fee_given_back_in_any_parts_leaves_nothing_and_credits_nobody(prices, price, weights, wishes):
    legs = share_fee(prices, price, weights)
    left, before = dict(legs), 0
    for wish in [*wishes, price]:
        amount = min(wish, price - before)
        step = rebate_legs(legs, before_minor=before, amount_minor=amount)
        assert min(step.values()) >= 0
        left = {name: left[name] - step[name] for name in left}
        assert min(left.values()) >= 0
        before += amount
    assert set(left.values()) == {0}


@given(PRICES, st.integers(0, 180), st.integers(0, 400))
def test_whoever_stays_a_day_longer_gives_no_more_back(price, guarantee, served):
    today, tomorrow = (
        rebate_due(price, start_on=START, left_on=START + timedelta(days=days), guarantee_days=guarantee)
        for days in (served, served + 1)
    )
    assert price >= today >= tomorrow >= 0
    assert today == 0 or served < guarantee
    assert rebate_due(price, start_on=START, left_on=START, guarantee_days=guarantee) == (price if guarantee else 0)


def test_nobody_leaves_before_they_start():
    with pytest.raises(ValueError, match="before they start"):
        rebate_due(1, start_on=START, left_on=START - timedelta(days=1), guarantee_days=90)


def test_a_week_worked_by_hand_in_the_docstring():
    assert share_week(HourTerms(8_500, 800), 740) == {"worker": 104_833, "fee": 8_387}


@given(st.integers(1, 10**7), st.integers(0, 5_000), st.integers(0, 60 * 60))
def test_the_fee_for_hours_stands_on_top_of_the_pay(hourly, fee_bps, minutes):
    legs = share_week(HourTerms(hourly, fee_bps), minutes)
    assert legs["worker"] == share_week(HourTerms(hourly, 0), minutes)["worker"]
    assert min(legs.values()) >= 0


def test_a_secondment_earns_nothing():
    with pytest.raises(MarginOnSecondment):
        HourTerms(8_500, 1, secondment=True)
    assert share_week(HourTerms(8_500, 0, secondment=True), 60) == {"worker": 8_500, "fee": 0}
