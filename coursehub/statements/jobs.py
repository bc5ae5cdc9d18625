"""Scheduled work of statements."""

from datetime import datetime, timedelta

from coursehub.jobs import cron, job
from coursehub.ledger.operations import seal_days
from coursehub.statements import operations


@job("statements.issue")
def issue_statements(*, at: datetime) -> None:
    """Seal what is over, then issue what is due; on most days that is nothing."""
    seal_days(at=at)
    operations.issue_due(at=at)


cron("statements.issue", every=timedelta(hours=24))
