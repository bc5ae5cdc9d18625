"""Work of payouts that the worker does."""

import logging
from datetime import datetime, timedelta

from coursehub import rails
from coursehub.jobs import cron, job
from coursehub.payouts import operations

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


cron("payouts.end_holds", every=timedelta(hours=1))
cron("payouts.give_up_claims", every=timedelta(hours=12))
cron("payouts.read_movements", every=timedelta(hours=6))
