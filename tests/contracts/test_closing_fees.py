"""A close works rebates of placement fees out anew: over the year's tiers in the right order, whatever arrived first."""

from itertools import permutations

import pytest

from coursehub.contracts.hour_fee import HourTerms
from coursehub.contracts.operations.closing import close_month
from coursehub.contracts.operations.hiring import share_rebate
from coursehub.contracts.operations.hours import Week, share_hours, take_hours_back
from coursehub.contracts.operations.prices import announce_prices
from coursehub.contracts.price_book import PriceBook
from coursehub.db import transaction

from .rig import course_of, draft_of_refund, terms_data
from .test_closing import AFTER, DAY, agreed, sale, share, sound, stood
from .test_fee_legs import BOOK, announced, hired

pytestmark = pytest.mark.usefixtures("app")
TIERS = {"kind": "marginal", "window": "year", "rungs": [{"above_minor": 150_000, "share_bps": 1_000}]}
PART = 226_415
"""What falls to the one course of a fee of 6,000.00: 40 % of it without its tax."""


@pytest.fixture
def course(cast, at):
    return course_of(cast.northwind, "sql", at - 9 * DAY)


@pytest.fixture
def contract(cast, course, at):
    scope = terms_data(cast.house, cast.northwind, course)["scope"] | {"events": ["sale", "hire"]}
    return agreed(cast, course, at, rates={"rest": {"ladder": TIERS}}, scope=scope)[0]


def hire(cast, course, prices, at, n):
    return hired(cast, at + n * DAY, prices, {course.public_id: 1}, key=f"placement:p{n}")


@pytest.mark.parametrize("parts", [(600_000,), (250_000, 350_000), (100_001, 199_999, 300_000)])
@pytest.mark.parametrize("order", list(permutations((1, 2))))
def test_a_fee_that_went_back_whole_leaves_what_the_other_gives_in_the_right_order(cast, course, contract, at, order, parts):
    """The first hire climbs the tiers: 150,000 at 30 %, the rest at 10 %. So all of the second is at 10 %: 22,641.5.

    Where the second arrived first it was booked at 30 % and the first at 10 %; taking the first back must not leave that.
    """
    prices = announced(cast, at)
    booked = {n: hire(cast, course, prices, at, n) for n in order}
    for n, amount in enumerate(parts):
        with transaction():
            share_rebate(
                booked[1], effect_key=f"placement:p1:rebate:{n}", amount_minor=amount, occurred_at=at + (5 + n) * DAY,
                at=at + (5 + n) * DAY,
            )  # fmt: skip
    close_month(contract, "2026-03", at=AFTER)
    assert -stood(cast, "income:share") in (22_641, 22_642)
    assert -stood(cast, "memo:volume:2026", contract.public_id) == PART
    assert not close_month(contract, "2026-03", at=AFTER)
    sound()


def test_a_rebate_of_a_fee_in_the_right_order_stands_as_it_was_booked(cast, course, contract, at):
    prices = announced(cast, at)
    booked = hire(cast, course, prices, at, 1)
    with transaction():
        share_rebate(
            booked, effect_key="placement:p1:rebate", amount_minor=123_457, occurred_at=at + 5 * DAY, at=at + 5 * DAY
        )  # fmt: skip
    before = stood(cast, "income:share")
    assert not close_month(contract, "2026-03", at=AFTER)
    assert stood(cast, "income:share") == before
    sound()


def test_a_week_that_goes_back_after_a_close_may_leave_less_than_nothing_counted_and_no_limit_is_passed(cast, course, at):
    """Up to 50.00 of volume the house gets 30 %, above it 10 %, and 40.00 at most in all. The course's part of a week is 76.98.

    The week is booked first, at 30 %: 23.09. A sale of the day before, 100.00, comes late, at 10 %, and goes back. In the right
    order the week came after it, at 10 %: 7.70, so the close takes 15.39. Then the week goes back as it was booked: the house
    has got 15.39 less than nothing, which is what the counter says. The next sale gives it these and its 40.00.
    """
    slab = {"kind": "slab", "window": "year", "rungs": [{"above_minor": 5_000, "share_bps": 1_000}]}
    scope = terms_data(cast.house, cast.northwind, course)["scope"] | {"events": ["sale", "hour"]}
    limited = {"rest": {"ladder": slab}, "ceiling": {"window": "contract", "amount_minor": 4_000}}
    contract, terms = agreed(cast, course, at, rates=limited, scope=scope)
    prices = announce_prices(
        PriceBook(BOOK.placements, BOOK.hour_fee_bps, 3_000), effective_from=at, by=cast.acting(cast.fay), at=at
    )  # fmt: skip
    week = Week(
        "week:1", at + 2 * DAY, cast.harbour.public_id, "work", HourTerms(8_500, 800), 2_400, {course.public_id: 1}, {}
    )  # fmt: skip
    with transaction():
        booked = share_hours(week, prices, at=at + 2 * DAY).journal
    share(sale(terms, course, at + DAY, 1), at + 3 * DAY)
    share(draft_of_refund(course, at + 4 * DAY, 10_000), at + 4 * DAY)
    assert counted(cast, contract) == -stood(cast, "income:share") == 2_309
    close_month(contract, "2026-03", at=AFTER)
    assert counted(cast, contract) == -stood(cast, "income:share") == 770
    with transaction():
        take_hours_back(booked, effect_key="week:1:reversed", at=AFTER + DAY)
    assert counted(cast, contract) == -stood(cast, "income:share") == 770 - 2_309
    share(sale(terms, course, AFTER + 2 * DAY, 2, gross=100_000), AFTER + 2 * DAY)
    assert counted(cast, contract) == -stood(cast, "income:share") == 4_000
    assert not close_month(contract, "2026-04", at=AFTER + 30 * DAY), "nothing is left to put right"
    sound()


def counted(cast, contract):
    return -stood(cast, "memo:platform:all", contract.public_id)
