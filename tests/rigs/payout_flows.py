"""The crash rig's flows of payouts: a hold ends; a run is confirmed and the bank answers; a paid share is refunded."""

from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from coursehub.billing.operations import set_collection_account
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.payouts import operations, queries
from coursehub.payouts.models import PayoutRun
from coursehub.people.models import Organisation
from coursehub.people.operations.partners import PayeeDetails, give_payee_details
from coursehub.people.queries import members_with_role
from tests.rigs.world import acting

Facts = dict[str, Any]
HOLD = timedelta(days=31)


def end_hold(_app: Flask, _facts: Facts, at: datetime) -> None:
    """What the hourly job does once the hold is over."""
    operations.end_holds(at=at + HOLD)


def prepare_run(facts: Facts, at: datetime) -> Facts:
    """After a sale: its hold ends, and Fay prepares the run that pays it."""
    later = at + HOLD
    northwind = db.session.query(Organisation).filter_by(slug="northwind").one()
    details = PayeeDetails("Northwind", "Bank", "6222020012345678", "91310000MA1K", "CN", "102290000001")
    give_payee_details(northwind, details, by=acting(members_with_role(northwind.id, "owner")[0]), at=at)
    fay = acting(facts["staff"])
    set_collection_account("CNY", holder="House", bank="Bank", number="000011112222", by=fay, at=at)
    operations.end_holds(at=later)
    run = operations.prepare_run("CNY", pay_on=later.date() + timedelta(days=1), by=fay, at=later)
    (payout,) = queries.payouts_of_run(run.id)
    stan = next(each for each in members_with_role(northwind_house(), "staff_finance") if each != facts["staff"])
    return facts | {"run": run.id, "payout": payout.public_id, "minor": payout.amount_minor, "second": stan}


def northwind_house() -> int:
    """The house's number."""
    return db.session.query(Organisation).filter_by(is_house=True).one().id


def confirm_and_answer(_app: Flask, facts: Facts, at: datetime) -> None:
    """Stan confirms, the file goes out, the bank says that it paid."""
    later = at + HOLD
    run = db.session.get_one(PayoutRun, facts["run"])
    second = acting(facts["second"])
    once(lambda: operations.confirm_run(run, by=second, at=later))
    once(lambda: operations.take_file(run, by=second, at=later))
    minor = facts["minor"]
    row = f"{facts['payout']},paid,{later.date()},{minor // 100}.{minor % 100:02d},CNY"
    raw = f"reference,result,date,amount,currency\n{row}\n".encode()
    once(lambda: operations.import_answer("a.csv", raw, by=second, at=later + timedelta(hours=1)))


def once(act: Any) -> None:
    """People who are told that it was done before go on."""
    try:
        act()
    except Refusal as refusal:
        assert isinstance(refusal, (operations.RunDecided, operations.AnswerKnown, operations.BankHasAnswered)), refusal


def decide_first() -> None:
    """A mistake to be planted: the decision is committed before the payouts are booked."""
    from coursehub.payouts.operations import runs

    decide = runs._decide

    def careless(*told: Any) -> None:
        decide(*told)
        db.session.commit()
        db.session.connection().exec_driver_sql("BEGIN IMMEDIATE" if db.engine.dialect.name == "sqlite" else "BEGIN")

    runs._decide = careless
