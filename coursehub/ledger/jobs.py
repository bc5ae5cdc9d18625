"""Scheduled work of the ledger: every day that is over gets its root."""

from datetime import datetime, timedelta

from coursehub.jobs import cron, job
from coursehub.ledger import operations


@job("ledger.seal_days")
def seal_days(*, at: datetime) -> None:
    """Seal the days that are over; a second run finds nothing left."""
    operations.seal_days(at=at)


cron("ledger.seal_days", every=timedelta(hours=1))
