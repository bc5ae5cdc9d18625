"""A share becomes ready after its hold; a refund that comes later takes it from there, or is owed back."""

import textwrap
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursehub.contracts import operations
from coursehub.contracts.operations.maturing import mature_sale
from coursehub.db import transaction
from coursehub.ledger import checks
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import NOT_GIVEN_BACK, PARTNER_HELD, PARTNER_ON_ITS_WAY, PARTNER_OWES, PARTNER_READY
from coursehub.ledger.operations import AccountRef, Leg, post

from .rig import agree, course_of, draft_of_refund, draft_of_sale

HOLD = timedelta(days=30)
_numbers = count(1)  # examples share a database


def share(draft, at):
    with transaction():
        return operations.share(draft, at=at)


def standing(cast, *, currency="CNY"):
    """What stands on Northwind's accounts, as (held, ready, owed, borne by the house), amounts owed to it positive."""
    party = cast.northwind.public_id
    codes = (PARTNER_HELD, PARTNER_READY, PARTNER_OWES, NOT_GIVEN_BACK)
    held, ready, owes, lost = (ledger.balance_of(code, currency, party=party) for code in codes)
    return -held, -ready, owes, lost


def pay(cast, amount, key="payout:1", *, at):
    """Money leaves: what is ready goes on its way."""
    party = cast.northwind.public_id
    legs = [Leg(AccountRef(PARTNER_READY, party), amount), Leg(AccountRef(PARTNER_ON_ITS_WAY, party), -amount)]
    with transaction():
        post(kind="payout", effect_key=key, occurred_at=at, at=at, postings=legs, currency="CNY")


@pytest.fixture
def course(cast, at):
    return course_of(cast.northwind, "async", at)


@pytest.fixture
def terms(cast, course, at):
    return agree(cast, course, at)[1]


def test_after_its_hold_a_share_is_ready(cast, course, terms, at):
    """
    liability:payable:held northwind 63.80 CNY
    liability:payable:available northwind -63.80 CNY
    """
    sale = share(draft_of_sale(terms, course, at), at)
    booked = mature_sale(sale, at=at + HOLD)
    told = ledger.as_text(booked.id).replace(cast.northwind.public_id, "northwind")
    assert [" ".join(line.split()) for line in told.splitlines()] == textwrap.dedent(
        test_after_its_hold_a_share_is_ready.__doc__
    ).strip().splitlines()
    assert mature_sale(sale, at=at + HOLD + HOLD) == booked, "once"
    assert standing(cast) == (0, 6380, 0, 0)


def test_nothing_is_ready_before(cast, course, terms, at):
    sale = share(draft_of_sale(terms, course, at), at)
    with pytest.raises(ValueError, match="hold"):
        mature_sale(sale, at=at + HOLD - timedelta(seconds=1))


def test_what_was_refunded_before_does_not_mature(cast, course, terms, at):
    sale = share(draft_of_sale(terms, course, at), at)
    share(draft_of_refund(course, at, 5_000), at)
    mature_sale(sale, at=at + HOLD)
    assert standing(cast) == (0, 3190, 0, 0)
    other = share(draft_of_sale(terms, course, at, key="sale:2"), at)
    share(draft_of_refund(course, at, 10_000, key="refund:2", sale="sale:2"), at)
    assert mature_sale(other, at=at + HOLD) is None


def test_a_refund_after_the_hold_takes_what_is_ready(cast, course, terms, at):
    sale = share(draft_of_sale(terms, course, at), at)
    mature_sale(sale, at=at + HOLD)
    share(draft_of_refund(course, at + HOLD, 5_000), at + HOLD)
    assert standing(cast) == (0, 3190, 0, 0)


def test_a_refund_after_the_payout_is_owed_back(cast, course, terms, at):
    sale = share(draft_of_sale(terms, course, at), at)
    mature_sale(sale, at=at + HOLD)
    pay(cast, 5_000, at=at + HOLD)
    later = at + HOLD + timedelta(days=1)
    draft = draft_of_refund(course, later, 10_000)
    first = share(draft, later)
    assert standing(cast) == (0, 0, 5_000, 0)
    assert share(draft, later) is first, "again changes nothing"
    assert standing(cast) == (0, 0, 5_000, 0)


def test_where_terms_set_nothing_against_payouts_the_house_bears_it(cast, course, at):
    terms = agree(cast, course, at, clawback={"offset_limit_bps": 0, "max_age_days": 0})[1]
    sale = share(draft_of_sale(terms, course, at), at)
    mature_sale(sale, at=at + HOLD)
    pay(cast, 6_380, at=at + HOLD)
    share(draft_of_refund(course, at + HOLD, 10_000), at + HOLD)
    assert standing(cast) == (0, 0, 0, 6_380)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(["sale", "mature", "refund", "pay"]), st.integers(1, 9_999)), max_size=14))
def test_in_any_history_what_was_earned_is_held_ready_paid_or_owed(cast, course, terms, at, steps):
    sales, back, paid, earned = [], {}, 0, 0
    before = standing(cast)
    for what, number in steps:
        n, later = next(_numbers), at + HOLD
        if what == "sale":
            sale = share(draft_of_sale(terms, course, at, key=f"sale:h{n}"), at)
            sales.append(sale)
            earned += 6_380
        elif what == "mature" and sales:
            mature_sale(sales[number % len(sales)], at=later)
        elif what == "refund" and sales:
            sale = sales[number % len(sales)]
            amount = min(number, 10_000 - back.get(sale.id, 0))
            if amount > 0:
                event = share(draft_of_refund(course, later, amount, key=f"refund:h{n}", sale=sale.effect_key), later)
                back[sale.id] = back.get(sale.id, 0) + amount
                earned += sum(line.amount_minor for line in event.lines if line.party == cast.northwind.public_id)
        elif what == "pay" and (ready := standing(cast)[1]) > 0:
            amount = min(number, ready)
            pay(cast, amount, f"payout:h{n}", at=later)
            paid += amount
    held, ready, owed, _lost = standing(cast)
    assert held >= 0 and ready >= 0 and owed >= 0
    assert held + ready + paid - owed == earned + before[0] + before[1] - before[2]
    assert checks.check_books().faults == ()
