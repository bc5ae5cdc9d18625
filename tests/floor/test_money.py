"""Amounts divide exactly and are written as their readers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursehub.money import currency_exponent, format_money, share_out

WEIGHTS = st.dictionaries(st.text(min_size=1, max_size=4), st.integers(0, 10_000), min_size=1, max_size=8).filter(
    lambda w: sum(w.values()) > 0
)


@given(st.integers(0, 10**12), WEIGHTS)
def test_the_parts_add_up_and_each_is_within_one_unit_of_its_share(amount, weights):
    parts = share_out(amount, weights)
    total = sum(weights.values())
    assert sum(parts.values()) == amount
    for name, weight in weights.items():
        assert abs(parts[name] * total - amount * weight) < total


def test_a_tie_goes_to_the_first_declared():
    assert share_out(1, {"b": 1, "a": 1}) == {"b": 1, "a": 0}


def test_nothing_can_be_shared_by_nobody():
    with pytest.raises(ValueError, match="weights"):
        share_out(1, {"a": 0})


def test_amounts_are_written_as_readers_write_them():
    assert format_money(123450, "CNY", "zh-CN") == "¥1,234.50"
    assert format_money(123450, "CNY", "en") == "CN¥1,234.50"
    assert currency_exponent("JPY") == 0
