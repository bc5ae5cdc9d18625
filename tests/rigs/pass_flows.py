"""The crash rig's flows of passes: banks that take the payment of a month, before it is shared and after, and decide."""

from datetime import datetime, timedelta

from flask import Flask

from coursehub.contracts.clauses import Pool
from coursehub.contracts.operations import list_course
from coursehub.db import db, transaction
from coursehub.learning.operations import note_active
from coursehub.sales.models import PassPeriod, PoolMonth
from coursehub.sales.operations import follow_dispute
from coursehub.sales.passes import operations, queries
from coursehub.sales.passes.months import bounds, month_before
from tests.cast import Cast
from tests.contracts.rig import agree, course_of, terms_data
from tests.rigs.flow import Facts, Flow
from tests.rigs.house_flows import work
from tests.rigs.outside import bank_decides, bank_takes, pay_page
from tests.rigs.world import acting, buyers

RULE = Pool("minutes_each", 5, "house")
SHARED_AFTER = operations.TIME_TO_CONTEST + timedelta(hours=1)


def _prepare_drawn_up(_app: Flask, at: datetime) -> Facts:
    """Somebody paid for a month that is over and was active in the one course of the pass; minutes are fixed."""
    cast = Cast()
    course = course_of(cast.northwind, "async", at)
    rule = {"rule": RULE.rule, "floor_minutes": RULE.floor_minutes, "unused": RULE.unused}
    scope = terms_data(cast.house, cast.northwind, course)["scope"]
    month = month_before(at)
    begins, ends = bounds(month)
    before = begins - timedelta(days=40)
    agree(cast, course, before, scope=scope | {"events": [*scope["events"], "period"]}, pool=rule)
    list_course(course, by=cast.acting(cast.stan), at=at)
    draft = operations.PassDraft(
        slug="all", name="畅学卡", name_en="Learn all", about="", about_en="", price_minor=9_900, currency="CNY", tax_bps=600,
        pool=RULE, trial_days=0,
    )  # fmt: skip
    found = operations.open_pass(draft, by=cast.acting(cast.stan), at=before)
    operations.add_course(found, course, by=cast.acting(cast.stan), at=before)
    (buyer,) = buyers(1, at=at)
    mine = operations.subscribe(found, by=acting(buyer), at=at)
    pay_page(mine.session_id)
    operations.settle(mine, at=at)
    enrolment = operations.open_course(mine, course, by=acting(buyer), at=at)
    for n in range(8):
        note_active(enrolment, by=acting(buyer), at=begins + timedelta(days=3, minutes=n * 4))
    period = queries.periods_of(mine.id)[0]
    with transaction():  # the rail's clock is the wall's: the month that was paid lies behind us
        period.starts_at, period.ends_at = begins, ends - timedelta(hours=1)
    made = operations.draw_up(found, month, at=at)
    assert made is not None
    work(at - timedelta(hours=2))
    return {"period": period.id, "month": made.id, "fay": cast.fay.id, "subscription": mine.id}


def _prepare_shared(app: Flask, at: datetime) -> Facts:
    facts = _prepare_drawn_up(app, at)
    _share(facts, at)
    return facts


def _share(facts: Facts, at: datetime) -> None:
    operations.share_month(db.session.get_one(PoolMonth, facts["month"]), by=acting(facts["fay"]), at=at + SHARED_AFTER)


def _take(facts: Facts, at: datetime) -> str:
    period = db.session.get_one(PassPeriod, facts["period"])
    number = bank_takes(period.rail_charge_id, period.rail_payment_id)
    follow_dispute(number, at=at)
    return number


def _act_comes_late(_app: Flask, facts: Facts, at: datetime) -> None:
    """The bank takes the money, its month is shared without it, and the money comes back and follows its month."""
    number = _take(facts, at)
    work(at)
    _share(facts, at)
    bank_decides(number, "won")
    follow_dispute(number, at=at + SHARED_AFTER)
    work(at + SHARED_AFTER)


def _act_lost(_app: Flask, facts: Facts, at: datetime) -> None:
    """The bank takes money that was shared long ago, and decides for the subscriber."""
    number = _take(facts, at)
    bank_decides(number, "lost")
    follow_dispute(number, at=at + SHARED_AFTER)
    work(at + SHARED_AFTER)


FLOWS = {
    "pass: disputed before its month and given back after it": Flow(_prepare_drawn_up, _act_comes_late, _act_comes_late),
    "pass: disputed after its month": Flow(_prepare_shared, _act_lost, _act_lost),
}
