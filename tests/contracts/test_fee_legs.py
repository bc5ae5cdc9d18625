"""A fee over several courses: the parts worked by hand, any rebate in any parts, and a book that depends on no order."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursehub.contracts import queries as contracts
from coursehub.contracts.hour_fee import HourTerms
from coursehub.contracts.models import MoneyEvent
from coursehub.contracts.operations.course_parts import release_parts
from coursehub.contracts.operations.hiring import Hire, share_hire, share_rebate
from coursehub.contracts.operations.hours import Week, share_hours
from coursehub.contracts.operations.prices import announce_prices
from coursehub.contracts.placement_fee import Band, PriceList
from coursehub.contracts.price_book import PriceBook, from_data, hash_of, to_data
from coursehub.db import db, transaction
from coursehub.ledger import checks
from coursehub.ledger import queries as ledger
from coursehub.ledger.models import Account, Balance, Journal

from .rig import agree, course_of, terms_data

pytestmark = pytest.mark.usefixtures("app")
DAY = timedelta(days=1)
BOOK = PriceBook(
    PriceList("CNY", (Band(12_000_000, 600_000), Band(None, 900_000)), training_bps=4_000, tax_bps=600), {"non_full_time": 800}
)


def announced(cast, at):
    return announce_prices(BOOK, effective_from=at, by=cast.acting(cast.fay), at=at)


def standing() -> dict[tuple[str, str], int]:
    rows = db.session.execute(
        sa.select(Account.code, Account.party, Balance.posted_minor).join(Balance, Balance.account_id == Account.id)
    )
    return {(code, party): int(minor) for code, party, minor in rows if minor}


def hired(cast, at, prices, weights, price=600_000, key="placement:p1"):
    with transaction():
        return share_hire(Hire(key, at, cast.harbour.public_id, price, at + 90 * DAY, weights), prices, at=at)


@pytest.fixture
def two_courses(cast, at):
    """Two of Northwind's courses under terms that speak of hires."""
    made = []
    for slug in ("sql", "py"):
        course = course_of(cast.northwind, slug, at)
        scope = terms_data(cast.house, cast.northwind, course)["scope"]
        agree(cast, course, at, scope=scope | {"events": ["sale", "hire"]})
        made.append(course)
    return made


def test_courses_share_by_the_weight_of_their_evidence_and_through_their_own_terms(cast, at, two_courses):
    prices, (sql, py) = announced(cast, at), two_courses
    booked = hired(cast, at, prices, {sql.public_id: 3, py.public_id: 1})
    events = contracts.events_of_journal(booked.id)
    assert [event.amount_minor for event in events] == [169_811, 56_604]  # worked by hand in placement_fee.py
    north = cast.northwind.public_id
    theirs = sum(line.amount_minor for event in events for line in event.lines if line.party == north)
    assert standing()["liability:payable:held", north] == -theirs < 0
    assert {event.journal_id for event in events} == {booked.id} and not checks.check_books().faults


def test_the_same_placement_is_booked_once(cast, at, two_courses):
    prices, weights = announced(cast, at), {two_courses[0].public_id: 1}
    assert hired(cast, at, prices, weights).id == hired(cast, at, prices, weights).id
    assert db.session.execute(sa.select(sa.func.count()).select_from(MoneyEvent)).scalar_one() == 1


def test_what_is_let_go_of_is_what_was_held_less_what_went_back(cast, at, two_courses):
    prices = announced(cast, at)
    booked = hired(cast, at, prices, {two_courses[0].public_id: 1})
    with transaction():
        share_rebate(booked, effect_key="placement:p1:rebate", amount_minor=200_000, occurred_at=at, at=at)
    north = cast.northwind.public_id
    held = standing()["liability:payable:held", north]
    with transaction():
        assert release_parts(booked, effect_key="placement:p1:released", at=at + 90 * DAY) is not None
    assert ("liability:payable:held", north) not in standing()
    assert standing()["liability:payable:available", north] == held


@given(
    price=st.integers(1, 10**6),
    weights=st.lists(st.integers(1, 10**6), max_size=2),
    cuts=st.lists(st.integers(1, 10**6), max_size=4),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_rebate_in_any_parts_takes_only_and_a_whole_one_leaves_nothing(cast, at, two_courses, price, weights, cuts):
    prices = contracts.prices_in_force("CNY", at) or announced(cast, at)
    key = f"placement:{db.session.execute(sa.select(sa.func.count()).select_from(Journal)).scalar_one()}"
    before = standing()
    of = {course.public_id: weight for course, weight in zip(two_courses, weights, strict=False)}
    booked = hired(cast, at, prices, of, price=price, key=key)
    left = price
    for n, cut in enumerate([*cuts, price]):
        part = min(cut, left)
        if part == 0:
            break
        with transaction():
            step = share_rebate(booked, effect_key=f"{key}:rebate:{n}", amount_minor=part, occurred_at=at, at=at)
        assert all((leg.amount_minor < 0) == (leg.code == "asset:receivable:member") for leg in ledger.lines_of(step.id))
        left -= part
    assert left == 0 and standing() == before


@given(st.integers(0, 10_000), st.integers(0, 3_000))
def test_the_price_book_is_the_same_however_its_data_is_ordered(training, tax):
    book = PriceBook(PriceList("CNY", (Band(10, 1), Band(None, 2)), training, tax), {"internship": 5, "secondment": 0})
    assert hash_of(from_data(dict(reversed(to_data(book).items())))) == hash_of(book)


def test_a_secondment_cannot_carry_a_fee():
    with pytest.raises(ValueError, match="secondment"):
        PriceBook(BOOK.placements, {"secondment": 1})


def test_a_week_is_let_go_of_once_the_longest_hold_of_its_courses_is_over(cast, at):
    """One journal holds the parts of all courses; each share is held for as long as its own terms say."""
    weights = {}
    for slug, days in (("sql", 7), ("py", 60)):
        course = course_of(cast.northwind, slug, at)
        scope = terms_data(cast.house, cast.northwind, course)["scope"] | {"events": ["sale", "hour"]}
        agree(cast, course, at, scope=scope, hold={"days": days})
        weights[course.public_id] = 1
    prices = announce_prices(
        PriceBook(BOOK.placements, BOOK.hour_fee_bps, 3_000), effective_from=at, by=cast.acting(cast.fay), at=at
    )
    week = Week("week:w1", at, cast.harbour.public_id, "work", HourTerms(8_500, 800), 2_400, weights, {})
    with transaction():
        booked = share_hours(week, prices, at=at).journal
    assert contracts.hours_to_release(at + 8 * DAY) == [] == contracts.hours_to_release(at + 59 * DAY)
    assert [each.id for each in contracts.hours_to_release(at + 60 * DAY)] == [booked.id]
