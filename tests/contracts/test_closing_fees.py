"""A close works rebates of placement fees out anew: over the year's tiers in the right order, whatever arrived first."""

from itertools import permutations

import pytest

from coursehub.contracts.operations.closing import close_month
from coursehub.contracts.operations.hiring import share_rebate
from coursehub.db import transaction

from .rig import course_of, terms_data
from .test_closing import AFTER, DAY, agreed, sound, stood
from .test_fee_legs import announced, hired

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
