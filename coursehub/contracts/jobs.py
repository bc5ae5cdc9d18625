"""Scheduled work of contracts: proposals that run out, listings that follow their terms."""

from datetime import datetime, timedelta

from coursehub.contracts import operations
from coursehub.contracts.operations import closing, comments, contests, last_days, putting_right, reopening, sharing
from coursehub.jobs import cron, job


@job("contracts.expire_proposals")
def expire_proposals(*, at: datetime) -> None:
    """Close proposals that nobody answered in time."""
    operations.expire_proposals(at=at)


@job("contracts.follow_terms")
def follow_terms(*, at: datetime) -> None:
    """Close or move listings whose terms have ended."""
    operations.follow_terms(at=at)


@job("contracts.release_reserves")
def release_reserves(*, at: datetime) -> None:
    """Let go of what terms kept against late refunds, once its days are over."""
    sharing.release_reserves(at=at)


@job("contracts.reopen_terms")
def reopen_terms(*, at: datetime) -> None:
    """Ask the sides to talk where contributions have moved as far as their terms name."""
    reopening.reopen_terms(at=at)


@job("contracts.remind_of_last_days")
def remind_of_last_days(*, at: datetime) -> None:
    """Remind every side before terms end by themselves."""
    last_days.remind_of_last_days(at=at)


@job("contracts.run_out_contests")
def run_out_contests(*, at: datetime) -> None:
    """End contests of facts whose time is over, and bring to mind what nearly ran out."""
    contests.run_out_contests(at=at)


@job("contracts.put_facts_right")
def put_facts_right(*, at: datetime) -> None:
    """Share anew what was shared otherwise while a fact was contested that stands, or by one that never counted."""
    putting_right.put_facts_right(at=at)


@job("contracts.remind_of_proposals")
def remind_of_proposals(*, at: datetime) -> None:
    """Bring to mind what nearly ran out."""
    comments.remind_of_proposals(at=at)


@job("contracts.close_months")
def close_months(*, at: datetime) -> None:
    """True up the month that is over, and add what guarantees promise."""
    closing.close_months(at=at)


cron("contracts.reopen_terms", every=timedelta(days=1))
cron("contracts.remind_of_last_days", every=timedelta(days=1))
cron("contracts.run_out_contests", every=timedelta(hours=1))
cron("contracts.put_facts_right", every=timedelta(hours=1))
cron("contracts.remind_of_proposals", every=timedelta(hours=6))
cron("contracts.close_months", every=timedelta(days=1))
cron("contracts.release_reserves", every=timedelta(hours=6))
cron("contracts.expire_proposals", every=timedelta(minutes=15))
cron("contracts.follow_terms", every=timedelta(minutes=15))
