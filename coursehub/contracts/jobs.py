"""Scheduled work of contracts: proposals that run out, listings that follow their terms."""

from datetime import datetime, timedelta

from coursehub.contracts import operations
from coursehub.jobs import cron, job


@job("contracts.expire_proposals")
def expire_proposals(*, at: datetime) -> None:
    """Close proposals that nobody answered in time."""
    operations.expire_proposals(at=at)


@job("contracts.follow_terms")
def follow_terms(*, at: datetime) -> None:
    """Close or move listings whose terms have ended."""
    operations.follow_terms(at=at)


cron("contracts.expire_proposals", every=timedelta(minutes=15))
cron("contracts.follow_terms", every=timedelta(minutes=15))
