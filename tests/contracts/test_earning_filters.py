"""Earnings between two days: the list, its sum and the table for spreadsheets say the same, and no filter shows another's."""

import csv
import io
from datetime import timedelta

import pytest

from coursehub import clock
from coursehub.contracts import operations
from coursehub.db import transaction
from coursehub.ledger.sealing import begin_of
from coursehub.talent.working_days import local_day

from ..cast import sign_in
from .rig import agree, course_of, draft_of_sale

DAY = timedelta(days=1)


@pytest.fixture
def sold(cast):
    """Sales of the last ten days, one each day, the n-th of n yuan; the first day."""
    first = local_day(clock.now()) - 10 * DAY
    at = begin_of(first)
    course = course_of(cast.northwind, "async", at - 30 * DAY)
    terms = agree(cast, course, at - 20 * DAY)[1]
    for n in range(10):
        moment = begin_of(first + n * DAY) + (timedelta(0) if n % 2 else timedelta(hours=23, minutes=59))
        with transaction():
            operations.share(draft_of_sale(terms, course, moment, f"sale:{n}", gross_minor=100 * (n + 1), fee_minor=0), at=moment)
    return first


def table(client, query):
    return list(csv.DictReader(io.StringIO(client.get(f"/studio/earnings/csv{query}").data.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("since", "until", "prices"),
    [(2, 4, [5, 4, 3]), (0, 0, [1]), (8, None, [10, 9]), (None, 1, [2, 1]), (None, None, list(range(10, 0, -1))), (5, 4, [])],
)
def test_both_days_are_included_and_the_list_its_sum_and_the_table_agree(client, cast, sold, since, until, prices):
    pia = sign_in(client, cast.pia)
    days = {"since": since, "until": until}
    query = "?" + "&".join(f"{name}={sold + n * DAY}" for name, n in days.items() if n is not None)
    rows = table(pia, query)
    assert [row["Price"] for row in rows] == [f"{price}.00" for price in prices]
    page = pia.get(f"/studio/earnings{query}").text
    assert page.count('data-label="Your share"') >= len(prices)
    together = sum(round(float(row["Your share"]) * 100) for row in rows)
    assert (f"CN¥{together / 100:.2f} for you." in page) is (query != "?" and bool(prices))
    if not prices:
        assert "Nothing fits these filters" in page


@pytest.mark.parametrize("query", ["?since=yesterday", "?until=2026-02-31", "?since=0001-01-01", "?until=9999-12-31", "?kind=x"])
def test_what_cannot_be_meant_leaves_nothing_out(client, cast, sold, query):
    assert len(table(sign_in(client, cast.pia), query)) == 10


def test_another_partner_gets_an_empty_table(client, cast, sold):
    assert table(sign_in(client, cast.eve), "") == []
