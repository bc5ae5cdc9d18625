"""Parts of a pool, of a placement fee and of the fee on hours are put right like sales, before and after they are let go of."""

from dataclasses import replace

import pytest

from coursehub.contracts import queries
from coursehub.contracts.hour_fee import HourTerms
from coursehub.contracts.operations.course_parts import release_parts
from coursehub.contracts.operations.hiring import share_rebate
from coursehub.contracts.operations.hours import Week, share_hours, take_hours_back
from coursehub.contracts.operations.maturing import released_key
from coursehub.contracts.operations.pool_returns import ReturnedPeriod, return_period
from coursehub.contracts.operations.pooling import fund_pool
from coursehub.contracts.operations.prices import announce_prices
from coursehub.db import transaction
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_OWES, PARTNER_READY

from .facts_rig import DAY, Register, sound
from .test_fee_legs import BOOK, hired
from .test_pooling import paid, shared

pytestmark = pytest.mark.usefixtures("app")
ACCOUNTS = (PARTNER_HELD, PARTNER_READY, PARTNER_OWES)
PART = 226_415
"""What falls to the one course of a placement fee of 6,000.00."""


@pytest.fixture
def register(cast, at):
    return Register(cast, at)


@pytest.fixture
def prices(cast, at):
    book = replace(BOOK, hour_training_bps=4_000)
    return announce_prices(book, effective_from=at, by=cast.acting(cast.fay), at=at)


def stands(register, at):
    """A weight of Northwind's that was contested: from here on a fee is shared without it."""
    fact = register.state(1_000, at)
    register.contest(fact, at + DAY)
    return fact


def test_a_part_of_a_pool_is_put_right_and_what_goes_back_of_it_later_follows(register, at):
    fact = stands(register, at)
    with transaction():
        fund_pool(paid(at), at=at)
    booked = shared([register.course], at + 2 * DAY, {register.course.id: 8_853}, 8_853)
    (part,) = queries.events_of_journal(booked.id)
    assert register.got(part) == 0
    register.end(fact, "accepted", at + 3 * DAY)
    assert register.put_right(at + 4 * DAY) == 1 and register.stood(*ACCOUNTS) == [8_853, 0, 0]
    with transaction():
        month = "pool:pass1:2026-11"
        wish = ReturnedPeriod(
            "refund",
            "refund:r1",
            {"refund": "r1"},
            at + 5 * DAY,
            paid(at),
            9_900,
            (),
            [month],
            {register.course.id: 8_853},
            8_853,
        )
        return_period(wish, at=at + 5 * DAY)
    assert register.stood(*ACCOUNTS) == [0, 0, 0]
    sound()


def rebate(booked, at, amount, n=1):
    with transaction():
        share_rebate(booked, effect_key=f"placement:p1:rebate:{n}", amount_minor=amount, occurred_at=at, at=at)


def release(booked, key, at):
    with transaction():
        return release_parts(booked, effect_key=released_key(key), at=at)


@pytest.mark.parametrize("is_released", [False, True])
def test_a_part_of_a_placement_fee_is_put_right_on_hold_or_ready_to_be_paid(cast, register, prices, at, is_released):
    fact = stands(register, at)
    other = register.state(1_000, at, own=False)
    booked = hired(cast, at + 2 * DAY, prices, {register.course.public_id: 1})
    (part,) = queries.events_of_journal(booked.id)
    assert (part.amount_minor, register.got(part)) == (PART, 0) and other.value
    if is_released:
        release(booked, "placement:p1", at + 3 * DAY)
    register.end(fact, "accepted", at + 4 * DAY)
    assert register.put_right(at + 5 * DAY) == 1 and register.stood(*ACCOUNTS) == [113_207, 0, 0]
    release(booked, "placement:p1", at + 6 * DAY)
    assert register.stood(*ACCOUNTS) == [0, 113_207, 0] and register.got(part) == 113_207
    sound()


@pytest.mark.parametrize("parts", [(600_000,), (250_000, 350_000), (100_001, 199_999, 300_000)])
@pytest.mark.parametrize("before", [0, 1])
def test_a_fee_that_goes_back_in_parts_leaves_nobody_with_anything_once_it_is_put_right(
    cast, register, prices, at, parts, before
):
    fact = stands(register, at)
    booked = hired(cast, at + 2 * DAY, prices, {register.course.public_id: 1})
    for n, amount in enumerate(parts[:before]):
        rebate(booked, at + 3 * DAY, amount, n)
    register.end(fact, "accepted", at + 4 * DAY)
    register.put_right(at + 5 * DAY)
    for n, amount in enumerate(parts[before:], start=before):
        rebate(booked, at + 6 * DAY, amount, n)
    (part,) = queries.events_of_journal(booked.id)
    assert register.got(part) == 0 and register.stood(*ACCOUNTS) == [0, 0, 0]
    sound()


def a_week(cast, register, prices, at):
    """40 hours at 100.00; the courses get 40 % of the fee of 8 % less its tax."""
    week = Week(
        "week:w1", at, cast.beacon.public_id, "work1", HourTerms(10_000, 800, secondment=False), 2_400,
        {register.course.public_id: 1}, {"timesheet": "w1"},
    )  # fmt: skip
    with transaction():
        return share_hours(week, prices, at=at).journal


@pytest.mark.parametrize("when", ["before", "after", "never"])
def test_a_part_of_the_fee_on_hours_goes_back_with_its_week_after_it_was_put_right(cast, register, prices, at, when):
    """What was put right before it was let go of is let go of with it; what was afterwards, is ready at once."""
    fact = stands(register, at)
    booked = a_week(cast, register, prices, at + 2 * DAY)
    (part,) = queries.events_of_journal(booked.id)
    house = register.state(1, at, own=False)
    assert register.got(part) == 0 and house.value == 1
    register.end(fact, "accepted", at + 3 * DAY)
    if when == "after":
        release(booked, "week:w1", at + 3 * DAY)
    register.put_right(at + 4 * DAY)
    if when == "before":
        release(booked, "week:w1", at + 5 * DAY)
    share = register.got(part)
    assert share > 0 and sum(register.stood(*ACCOUNTS)) == share
    with transaction():
        take_hours_back(booked, effect_key="week:w1:reversed", at=at + 6 * DAY)
    assert register.got(part) == 0 and register.stood(*ACCOUNTS) == [0, 0, 0]
    sound()


def test_what_a_week_was_let_go_of_and_lost_again_by_a_fact_that_fell_is_not_owed_twice(cast, register, prices, at):
    """Northwind had it, ready to be paid; its weight falls; then the week goes back."""
    fact = register.state(1_000, at)
    booked = a_week(cast, register, prices, at + DAY)
    (part,) = queries.events_of_journal(booked.id)
    release(booked, "week:w1", at + 2 * DAY)
    assert register.stood(*ACCOUNTS) == [0, register.got(part), 0]
    register.contest(fact, at + 3 * DAY)
    register.end(fact, "upheld", at + 4 * DAY)
    assert register.put_right(at + 5 * DAY) == 1 and register.stood(*ACCOUNTS) == [0, 0, 0]
    with transaction():
        take_hours_back(booked, effect_key="week:w1:reversed", at=at + 6 * DAY)
    assert register.got(part) == 0 and register.stood(*ACCOUNTS) == [0, 0, 0]
    sound()
