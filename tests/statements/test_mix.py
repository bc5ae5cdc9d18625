"""The change of income from month to month: volume, mix and rate, which add up to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursehub.statements import operations, queries
from coursehub.statements.mix import Sold, explain
from tests.cast import sign_in
from tests.contracts.rig import agree, course_of

from .books import MAY, two_months

sold = st.builds(Sold, sales=st.integers(0, 99), paid_minor=st.integers(0, 10**7), income_minor=st.integers(-(10**5), 10**7))
months = st.dictionaries(st.sampled_from(["partner_link", "platform", "coupon", "member"]), sold)


def test_another_mix_at_unchanged_rates_is_mix_alone():
    """The example in the docstring of the arithmetic."""
    before = {"partner_link": Sold(1, 100, 90), "platform": Sold(1, 100, 60)}
    after = {"partner_link": Sold(1, 50, 45), "platform": Sold(1, 150, 90)}
    change = explain(before, after)
    assert (change.volume_minor, change.mix_minor, change.rate_minor) == (0, -15, 0)
    assert [(one.mix_minor, one.rate_minor) for one in change.channels] == [(-7, 0), (-8, 0)]


def test_twice_as_much_of_everything_is_volume_alone():
    before = {"partner_link": Sold(1, 100, 90), "platform": Sold(1, 100, 60)}
    after = {name: Sold(2, 2 * one.paid_minor, 2 * one.income_minor) for name, one in before.items()}
    change = explain(before, after)
    assert (change.volume_minor, change.mix_minor, change.rate_minor) == (150, 0, 0)


def test_other_rates_at_the_same_sales_are_rate_alone():
    before = {"partner_link": Sold(1, 100, 90), "platform": Sold(1, 100, 60)}
    after = before | {"platform": Sold(1, 100, 70)}
    change = explain(before, after)
    assert (change.volume_minor, change.mix_minor, change.rate_minor) == (0, 0, 10)


def test_a_channel_that_is_new_shows_as_mix():
    change = explain({"platform": Sold(1, 100, 60)}, {"platform": Sold(1, 100, 60), "partner_link": Sold(1, 100, 90)})
    assert (change.volume_minor, change.mix_minor, change.rate_minor) == (60, 30, 0)


@given(months, months)
def test_volume_mix_and_rate_add_up_to_the_change_and_channels_to_each(before, after):
    change = explain(before, after)
    was, now = (sum(one.income_minor for one in month.values()) for month in (before, after))
    assert (change.before_minor, change.after_minor) == (was, now)
    assert change.volume_minor + change.mix_minor + change.rate_minor == now - was
    assert sum(one.mix_minor for one in change.channels) == change.mix_minor
    assert sum(one.rate_minor for one in change.channels) == change.rate_minor


@given(months, st.integers(0, 30))
def test_unchanged_rates_never_show_as_rate(before, sevenths):
    half = {name: one.paid_minor // 2 for name, one in before.items()}
    even = {name: Sold(one.sales, 2 * half[name], half[name]) for name, one in before.items()}
    other = {name: Sold(one.sales, 2 * (half[name] * sevenths // 7), half[name] * sevenths // 7) for name, one in before.items()}
    assert explain(even, other).rate_minor == 0


@pytest.fixture
def told(cast, at):
    course = course_of(cast.northwind, "async", at)
    two_months(cast, agree(cast, course, at)[1], course)
    operations.issue_due(at=MAY)
    return cast.northwind


def test_the_page_compares_a_month_with_the_one_before_and_says_what_it_means(told, cast, client):
    sign_in(client, cast.finn)
    page = client.get("/studio/statements/2026-04/CNY/mix").text
    for words in ("Volume", "Mix", "Rate", "own link", "(Q₁ − Q₀) × R₀"):
        assert words in page, words
    first = client.get("/studio/statements/2026-03/CNY/mix").text
    assert "Nothing sold in the month before" in first
    assert "/studio/statements/2026-04/CNY/mix" in client.get("/studio/statements/2026-04/CNY").text
    by_channel = queries.sales_by_channel(told.public_id, "CNY", 0, 4)
    assert {name: one.sales for name, one in by_channel.items()} == {"partner_link": 1, "platform": 2}
