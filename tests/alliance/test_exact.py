"""Selection rates: the exact probability equals SciPy's, and the ratio never stands alone."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursehub.alliance.exact import Rates, fisher

counts = st.integers(0, 60)


@given(counts, counts, counts, counts)
@settings(max_examples=300, deadline=None)
def test_the_exact_test_equals_scipys(a, b, c, d):
    from scipy.stats import fisher_exact

    if a + b + c + d:
        assert float(fisher(a, b, c, d)) == pytest.approx(fisher_exact([[a, b], [c, d]]).pvalue, abs=1e-9)


def test_the_tea_lady_by_hand():
    """3 of 4 guessed right: tables as rare as (3, 1, 1, 3) are 34 of 70."""
    assert fisher(3, 1, 1, 3) == Fraction(34, 70)


def test_the_ratio_is_the_lower_rate_by_the_higher_whichever_group_it_is():
    assert Rates(3, 10, 6, 10).ratio == Rates(6, 10, 3, 10).ratio == Fraction(1, 2)
    assert Rates(0, 0, 6, 10).ratio is None
    assert Rates(0, 5, 0, 10).ratio is None


def test_one_of_two_against_four_of_four_proves_nothing():
    rates = Rates(1, 2, 4, 4)
    assert rates.ratio == Fraction(1, 2)
    assert rates.probability > 0.3


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="negative"):
        fisher(1, -1, 2, 2)
