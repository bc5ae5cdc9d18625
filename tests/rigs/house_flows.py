"""The crash rig's flows that no rail takes part in: months, statements, runs and claims of partners, fees and hours of members.

Nobody answers for another system here, so `again` is: whoever acted tries once more and is told what was done already, and the
worker comes back until nothing is left to do. These flows live in a spring of their own, whatever day it is.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flask import Flask

from coursehub import jobs
from coursehub.contracts.operations.closing import close_months
from coursehub.contracts.operations.sharing import release_reserves
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.ledger.operations import seal_days
from coursehub.payouts import operations as payouts
from coursehub.payouts import queries as payout_queries
from coursehub.payouts.models import PayoutRun
from coursehub.people.models import Organisation, PayeeRecord
from coursehub.people.operations.partners import give_payee_details
from coursehub.statements import operations as statements
from coursehub.statements.models import MonthPreparation
from coursehub.statements.months import Month
from tests.cast import Cast
from tests.contracts.rig import agree, course_of, terms_data
from tests.payouts.rig import CNY, World
from tests.rigs.flow import Facts, Flow
from tests.rigs.world import acting
from tests.statements.books import APRIL, DAY, MARCH, MAY, refund, sell

BEGUN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STEPS = (1, 10, 40, 90)
"""So many minutes after it acted the worker looks again: leases have run out by then."""


def work(at: datetime) -> None:
    """The worker comes back until nothing is left to do."""
    for minutes in STEPS:
        jobs.run_due(at=at + timedelta(minutes=minutes))


def tried(*acts: Callable[[], object]) -> None:
    """People who are told that it was done before go on."""
    for act in acts:
        try:
            act()
        except Refusal:
            db.session.rollback()


def flow(prepare: Callable[[], Facts], act: Callable[[Facts], datetime]) -> Flow:
    """A flow whose second try is the first one over again; `act` gives the moment at which the worker comes."""
    return Flow(
        lambda _app, _at: prepare(),
        lambda _app, facts, _at: _act_once(act, facts),
        lambda app, facts, _at: _again(app, act, facts),
    )


def _act_once(act: Callable[[Facts], datetime], facts: Facts) -> None:
    jobs.run_due(at=act(facts) + timedelta(minutes=1))


def _again(_app: Flask, act: Callable[[Facts], datetime], facts: Facts) -> None:
    """Twice: what comes round every few hours sees what the worker finished meanwhile."""
    for _round in range(2):
        db.session.remove()
        work(act(facts))


# A month of a contract whose terms count and promise: what arrived out of order is put right, what is missing added


def _prepare_month() -> Facts:
    cast = Cast()
    course = course_of(cast.northwind, "async", BEGUN - 9 * DAY)
    plain = terms_data(cast.house, cast.northwind, course)["rates"]
    rungs = [{"above_minor": 15_000, "share_bps": 1_000}]
    rest = {**plain["rest"], "ladder": {"kind": "slab", "window": "year", "rungs": rungs}}
    promise = {
        "party": cast.northwind.public_id,
        "window": "month",
        "amount_minor": 30_000,
        "cap_minor": 9_000,
        "funder": cast.house.public_id,
    }
    terms = agree(cast, course, BEGUN - 8 * DAY, rates={**plain, "channels": [], "rest": rest}, guarantees=[promise])[1]
    for n, day in enumerate((3, 1, 2)):  # the last ones happened before the first
        sell(terms, course, BEGUN + day * DAY, str(n))
    refund(course, BEGUN + 4 * DAY, 3_333, "1", "1")
    return {}


def _close_month(_facts: Facts) -> datetime:
    at = APRIL
    close_months(at=at)
    return at


# A reserve whose days are over


def _prepare_reserve() -> Facts:
    cast = Cast()
    course = course_of(cast.northwind, "async", BEGUN - 9 * DAY)
    terms = agree(cast, course, BEGUN - 8 * DAY, reserve={"share_bps": 5_000, "days": 60})[1]
    for n in range(2):
        sell(terms, course, BEGUN + n * DAY, str(n))
    return {}


def _release_reserve(_facts: Facts) -> datetime:
    at = BEGUN + 70 * DAY
    release_reserves(at=at)
    return at


# Statements of two months, and the month that two persons close


def _prepare_statements() -> Facts:
    cast = Cast()
    course = course_of(cast.northwind, "async", BEGUN)
    terms = agree(cast, course, BEGUN)[1]
    for n in range(3):
        sell(terms, course, MARCH + n * DAY, str(n))
    refund(course, MARCH + 3 * DAY, 3_333, "1", "1")
    sell(terms, course, APRIL, "4")
    return {"first": cast.fay.id, "second": cast.stan.id}


def _issue_statements(_facts: Facts) -> datetime:
    seal_days(at=MAY)
    statements.issue_due(at=MAY)
    return MAY


def _prepare_two() -> Facts:
    facts = _prepare_statements()
    _issue_statements(facts)
    work(MAY)
    return facts


def _close_by_two(facts: Facts) -> datetime:
    at = MAY + DAY
    first, second = acting(facts["first"]), acting(facts["second"])
    prepared = db.session.query(MonthPreparation).first()
    if prepared is None:
        prepared = statements.prepare_close(Month(2026, 3), named="", by=first, at=at)
    tried(lambda: statements.close_month(prepared, by=second, at=at))
    return at


# Runs: prepared and confirmed with a claim set against it, sent back by the bank, and a claim that nobody can collect


def claimed(cast: Cast) -> World:
    """Northwind was paid for a sale of which a part went back afterwards."""
    world = World(cast, BEGUN)
    first = world.sell()
    run = world.prepare()
    world.confirm(run)
    (payout,) = payout_queries.payouts_of_run(run.id)
    world.answer((payout.public_id, "paid", payout.amount_minor))
    world.refund(first, 30_000)
    return world


def _prepare_claim() -> Facts:
    claimed(Cast())
    return {}


def _give_up(_facts: Facts) -> datetime:
    at = BEGUN + 400 * DAY
    payouts.give_up_claims(at=at)
    return at


def _prepare_offset() -> Facts:
    cast = Cast()
    claimed(cast).sell()
    return {"first": cast.fay.id, "second": cast.stan.id, "runs": 1, "day": 40}


def _prepare_bounce() -> Facts:
    cast = Cast()
    world = World(cast, BEGUN)
    world.sell()
    run = world.prepare()
    world.confirm(run)
    (payout,) = payout_queries.payouts_of_run(run.id)
    people = {"first": cast.fay.id, "second": cast.stan.id, "finn": cast.finn.id, "northwind": cast.northwind.id}
    return {**people, "payout": payout.public_id, "minor": payout.amount_minor, "runs": 1, "day": 60}


def _set_off(facts: Facts) -> datetime:
    """Fay prepares the next run, Stan confirms it and takes the file."""
    at = BEGUN + facts["day"] * DAY
    first, second = acting(facts["first"]), acting(facts["second"])
    if db.session.query(PayoutRun).count() == facts["runs"]:
        payouts.prepare_run("CNY", pay_on=at.date() + DAY, by=first, at=at)
    run = db.session.query(PayoutRun).order_by(PayoutRun.id.desc()).first()
    assert run is not None
    tried(lambda: payouts.confirm_run(run, by=second, at=at))
    tried(lambda: payouts.take_file(run, by=second, at=at))
    return at


def _bounce(facts: Facts) -> datetime:
    """The bank sends a payout back, Finn gives another account, and it is paid with the next run."""
    at = BEGUN + 35 * DAY
    minor = facts["minor"]
    row = f"{facts['payout']},bounced,{at.date()},{minor // 100}.{minor % 100:02d},CNY"
    raw = f"reference,result,date,amount,currency\n{row}\n".encode()
    tried(lambda: payouts.import_answer("back.csv", raw, by=acting(facts["first"]), at=at))
    if db.session.query(PayeeRecord).count() == 1:
        northwind = db.session.get_one(Organisation, facts["northwind"])
        give_payee_details(northwind, replace(CNY, account="6222020087654321"), by=acting(facts["finn"]), at=at)
    return _set_off(facts)


FLOWS = {
    "close of a month with a true-up": flow(_prepare_month, _close_month),
    "release of a reserve": flow(_prepare_reserve, _release_reserve),
    "statements issued": flow(_prepare_statements, _issue_statements),
    "close of a month by two": flow(_prepare_two, _close_by_two),
    "run with a claim set off": flow(_prepare_offset, _set_off),
    "payout sent back and paid again": flow(_prepare_bounce, _bounce),
    "claim given up": flow(_prepare_claim, _give_up),
}
