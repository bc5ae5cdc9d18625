"""Work of payouts that the worker does."""

from datetime import datetime, timedelta

from coursehub.jobs import cron, job
from coursehub.payouts import operations


@job("payouts.end_holds")
def end_holds(*, at: datetime) -> None:
    """Let shares whose hold is over become ready to be paid."""
    operations.end_holds(at=at)


@job("payouts.give_up_claims")
def give_up_claims(*, at: datetime) -> None:
    """Let the house bear what is owed for longer than the terms allow."""
    operations.give_up_claims(at=at)


cron("payouts.end_holds", every=timedelta(hours=1))
cron("payouts.give_up_claims", every=timedelta(hours=12))
