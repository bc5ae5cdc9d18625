"""Work of payouts that the worker does."""

import logging
from datetime import datetime, timedelta

from coursehub import jobs, rails
from coursehub.db import db, transaction
from coursehub.events import on
from coursehub.jobs import cron, job
from coursehub.payouts import letters, operations, queries
from coursehub.payouts.models import Payout, RailAccount

log = logging.getLogger(__name__)


@job("payouts.end_holds")
def end_holds(*, at: datetime) -> None:
    """Let shares whose hold is over become ready to be paid."""
    operations.end_holds(at=at)


@job("payouts.give_up_claims")
def give_up_claims(*, at: datetime) -> None:
    """Let the house bear what is owed for longer than the terms allow."""
    operations.give_up_claims(at=at)


@job("payouts.read_movements")
def read_movements(*, at: datetime) -> None:
    """Ask the rail what moved its balance; an installation without payments has none."""
    try:
        operations.read_movements(at=at)
    except rails.PaymentsNotSetUp:
        log.info("no payments are set up: there is no balance to read")


@job("payouts.open_account")
def open_account(*, at: datetime, account_id: int) -> None:
    """Let the provider open the account that a partner wants."""
    operations.open_account(db.session.get_one(RailAccount, account_id), at=at)


@job("payouts.follow_accounts")
def follow_accounts(*, at: datetime) -> None:
    """Read the partners' accounts at the provider."""
    operations.follow_accounts(at=at)


@job("payouts.follow_account")
def follow_account(*, at: datetime, rail_account_id: str) -> None:
    """Read one of them, since something about it changed."""
    account = queries.account_at_rail(rail_account_id)
    if account is not None:
        operations.follow_account(account, at=at)


@job("payouts.send_transfer")
def send_transfer(*, at: datetime, payout_id: int) -> None:
    """Send a payout that leaves through the provider."""
    operations.send_transfer(db.session.get_one(Payout, payout_id), at=at)


@job("payouts.take_transfer_back")
def take_transfer_back(*, at: datetime, payout_id: int) -> None:
    """Take a transfer back that is wanted back."""
    operations.take_transfer_back(db.session.get_one(Payout, payout_id), at=at)


@on("sales.rail_told")
def hear_the_rail(*, at: datetime, type: str, object_id: str, account: str) -> None:
    """An event of the provider about a partner's account: it changed, or its own payout to its bank failed."""
    with transaction():
        if type == "account.updated":
            jobs.enqueue("payouts.follow_account", at=at, rail_account_id=object_id)
        elif type == "payout.failed" and account:
            jobs.enqueue("payouts.hear_failed_payout", at=at, rail_account_id=account, rail_payout_id=object_id)


@job("payouts.hear_failed_payout")
def hear_failed_payout(*, at: datetime, rail_account_id: str, rail_payout_id: str) -> None:
    """The provider could not send a partner's money on to its bank."""
    operations.hear_failed_payout(rail_account_id, rail_payout_id, at=at)


@job("payouts.settle_mismatches")
def settle_mismatches(*, at: datetime) -> None:
    """What was put right elsewhere is nobody's to look after any more."""
    operations.settle_mismatches(at=at)


@job("payouts.remind_of_mismatches")
def remind_of_mismatches(*, at: datetime) -> None:
    """Once a week, write of what has waited long to whom looks after it, or to all of finance where nobody does."""
    letters.remind_of_mismatches(at=at)


cron("payouts.settle_mismatches", every=timedelta(hours=1))
cron("payouts.remind_of_mismatches", every=timedelta(days=1))
cron("payouts.end_holds", every=timedelta(hours=1))
cron("payouts.give_up_claims", every=timedelta(hours=12))
cron("payouts.read_movements", every=timedelta(hours=6))
cron("payouts.follow_accounts", every=timedelta(hours=6))
