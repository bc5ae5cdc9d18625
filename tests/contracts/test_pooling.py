"""Money of a pass: it waits in the pool, each course's part runs its own terms, and a refund finds its way back."""

from datetime import timedelta

import pytest

from coursehub.contracts import queries
from coursehub.contracts.operations import mature_sale
from coursehub.contracts.operations.pool_returns import ReturnedPeriod, return_period
from coursehub.contracts.operations.pooling import PaidPeriod, SharedMonth, fund_pool, share_pool
from coursehub.db import transaction
from coursehub.ledger import queries as ledger
from coursehub.ledger.accounts import PARTNER_HELD, PARTNER_OWES, PARTNER_READY, POOL
from tests.contracts.rig import agree, course_of, terms_data

DAY = timedelta(days=1)
RULE = {"rule": "minutes_each", "floor_minutes": 5, "unused": "house"}


def paid(at, n=1, gross=9_900):
    return PaidPeriod(f"period:pi_{n}", at, "pass1", "CNY", gross, 600, 487)


@pytest.fixture
def courses(cast, at):
    """Two of Northwind's courses whose terms speak of passes."""
    made = [course_of(cast.northwind, slug, at) for slug in ("sql", "py")]
    for course in made:
        scope = terms_data(cast.house, cast.northwind, course)["scope"]
        agree(cast, course, at, scope=scope | {"events": ["sale", "period"]}, pool=RULE)
    return made


def shared(courses, at, by_course, funded, key="pool:pass1:2026-11"):
    terms = {course.id: queries.terms_in_force(course.id, at).terms_hash for course in courses}
    with transaction():
        return share_pool(
            SharedMonth(key, at, "pass1", "CNY", funded, by_course, terms, "d" * 64, {"pass": "pass1", "month": "2026-11"}), at=at
        )


def back(at, amount, *, effects=(), period=None, month="pool:pass1:2026-11", shares=None, refund="r1"):
    with transaction():
        wish = ReturnedPeriod(
            "refund", f"refund:{refund}", {"refund": refund}, at, period or paid(at), amount, effects, [month] if month else [],
            shares or {}, 8_853 if shares else 0,
        )  # fmt: skip
        return return_period(wish, at=at)


def standing(code, party=None):
    return ledger.balance_of(code, "CNY", party=party)


def test_a_paid_period_waits_in_the_pool_less_tax_and_fee(cast, at):
    with transaction():
        fund_pool(paid(at), at=at)
        fund_pool(paid(at), at=at)  # the same payment told twice
    assert standing("liability:tax") == -560
    assert standing(POOL, "pass1") == -(9_900 - 560 - 487)


def test_each_course_s_part_runs_its_own_terms_in_one_journal(cast, courses, at):
    sql, py = courses
    with transaction():
        fund_pool(paid(at), at=at)
    booked = shared(courses, at, {sql.id: 6_000, py.id: 2_000}, 8_853)
    assert standing(POOL, "pass1") == 0 and standing("income:pool") == -853
    assert standing(PARTNER_HELD, cast.northwind.public_id) == -5_600  # 70 % of what both courses got
    assert standing("income:share") == -2_400
    events = queries.events_of_journal(booked.id)
    assert [(event.kind, event.amount_minor, event.channel) for event in events] == [
        ("period", 6_000, "platform"), ("period", 2_000, "platform"),
    ]  # fmt: skip
    assert shared(courses, at, {sql.id: 6_000, py.id: 2_000}, 8_853).id == booked.id


def test_terms_that_say_nothing_of_passes_get_nothing(cast, at):
    course = course_of(cast.northwind, "old", at)
    agree(cast, course, at)
    with pytest.raises(ValueError, match="do not answer for a pass"):
        shared([course], at, {course.id: 100}, 100)


def test_no_month_gives_more_than_it_has(courses, at):
    with pytest.raises(ValueError, match="more than it has"):
        shared(courses, at, {courses[0].id: 101}, 100)


def test_a_refund_before_the_month_is_shared_empties_the_pool(cast, at):
    with transaction():
        fund_pool(paid(at), at=at)
    back(at, 9_900, month=None)
    assert standing(POOL, "pass1") == standing("liability:tax") == 0
    assert standing("expense:rail_fee") == 487 == -standing("asset:rail:stripe")


@pytest.mark.parametrize("parts", [[9_900], [1, 9_899], [3_300, 3_300, 3_300], [7, 4_000, 2, 5_891]])
def test_a_refund_after_the_close_takes_every_share_back_and_no_more(cast, courses, at, parts):
    sql, py = courses
    with transaction():
        fund_pool(paid(at), at=at)
        fund_pool(paid(at, 2), at=at)
    shared(courses, at, {sql.id: 9_000, py.id: 8_000}, 2 * 8_853)
    kept = (standing(PARTNER_HELD, cast.northwind.public_id), standing("income:share"), standing("income:pool"))
    held = kept[0]
    for n, part in enumerate(parts):
        effects = [f"refund:r{before}" for before in range(n)]
        for _told_twice in range(2):
            back(at, part, effects=effects, shares={sql.id: 5_000, py.id: 3_500}, refund=f"r{n}")
        now = standing(PARTNER_HELD, cast.northwind.public_id)
        assert now >= held, "a refund credits nobody"
        held = now
        assert standing(POOL, "pass1") == 0
    assert standing("liability:tax") == -560  # what is left is the other period, to the last unit
    rest = {sql.id: 9_000 - 5_000, py.id: 8_000 - 3_500}
    assert standing("income:pool") == -(8_853 - sum(rest.values()))
    assert standing(PARTNER_HELD, cast.northwind.public_id) + standing("income:share") == -sum(rest.values())


def test_what_was_ready_is_taken_back_and_what_was_paid_is_owed(cast, courses, at):
    sql, py = courses
    with transaction():
        fund_pool(paid(at), at=at)
    booked = shared(courses, at, {sql.id: 6_000, py.id: 2_000}, 8_853)
    first, second = queries.events_of_journal(booked.id)
    later = at + 40 * DAY
    mature_sale(first, at=later)
    assert standing(PARTNER_READY, cast.northwind.public_id) == -4_200
    assert standing(PARTNER_HELD, cast.northwind.public_id) == -1_400
    back(later, 9_900, period=paid(at), shares={sql.id: 6_000, py.id: 2_000})
    assert standing(PARTNER_READY, cast.northwind.public_id) == standing(PARTNER_HELD, cast.northwind.public_id) == 0
    assert standing(PARTNER_OWES, cast.northwind.public_id) == 0
    assert mature_sale(second, at=later) is None
