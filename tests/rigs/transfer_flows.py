"""The crash rig's flows at the payment provider: a run that pays by a transfer, and a bank that takes a payment and gives it back."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from coursehub.db import db
from coursehub.payouts import operations
from coursehub.payouts.models import Payout, PayoutRun, RailAccount
from coursehub.people.models import Organisation
from coursehub.people.queries import members_with_role
from coursehub.sales import operations as sales
from coursehub.sales import queries
from tests.rigs import payout_flows
from tests.rigs.outside import bank_decides, bank_takes, post
from tests.rigs.world import acting

Facts = dict[str, Any]
HOLD = payout_flows.HOLD


def prepare_transfer(facts: Facts, at: datetime) -> Facts:
    """Northwind is paid through the provider, which knows it; Fay has prepared the run."""
    northwind = db.session.query(Organisation).filter_by(slug="northwind").one()
    owner = acting(members_with_role(northwind.id, "owner")[0])
    account = operations.choose_rail("GB", by=owner, at=at)
    page = operations.onboarding_page(account, return_url="http://x/", refresh_url="http://x/", by=owner, at=at)
    post(page, answer="all")
    operations.follow_account(account, at=at)
    return payout_flows.prepare_run(facts, at)


def confirm(facts: Facts, at: datetime) -> None:
    """Stan confirms; the worker sends the transfer."""
    run = db.session.get_one(PayoutRun, facts["run"])
    payout_flows.once(lambda: operations.confirm_run(run, by=acting(facts["second"]), at=at + HOLD))


def send_again(at: datetime) -> None:
    """A job that was done comes again."""
    for payout in db.session.query(Payout).all():
        operations.send_transfer(payout, at=at + HOLD)
    for account in db.session.query(RailAccount).all():
        operations.follow_account(account, at=at + HOLD)


def dispute(facts: Facts, at: datetime) -> None:
    """The buyer's bank takes the payment, we read it, the bank gives it back, we read it again."""
    payment = queries.sold_payment(facts["order"])
    assert payment is not None
    number = bank_takes(payment.rail_charge_id, payment.rail_payment_id)
    sales.follow_dispute(number, at=at)
    bank_decides(number, "won")
    sales.follow_dispute(number, at=at + timedelta(minutes=1))


def forget_the_transfer(_app: Flask | None = None) -> None:
    """A mistake to be planted: each try takes a new key and does not look for the one before."""
    from coursehub.db import new_public_id
    from coursehub.rails.stripe import StripeRail

    transfer = StripeRail.transfer
    StripeRail.transfer = lambda self, wish: transfer(  # type: ignore[method-assign]
        self, replace(wish, key=new_public_id(), again=False)
    )
