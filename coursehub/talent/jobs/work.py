"""Clocks of part-time work: proposals that ran out, first days that came, weeks approved by time, disputes that climb."""

from datetime import datetime, timedelta

from coursehub import events
from coursehub.jobs import cron, job
from coursehub.talent.operations import disputes, engagements, timesheets


@job("talent.let_proposals_expire")
def let_proposals_expire(*, at: datetime) -> None:
    """Nobody answered."""
    engagements.let_proposals_expire(at=at)


@job("talent.let_work_begin")
def let_work_begin(*, at: datetime) -> None:
    """The first day has come."""
    engagements.let_work_begin(at=at)


@job("talent.let_weeks_pass")
def let_weeks_pass(*, at: datetime) -> None:
    """The employer's working days are over."""
    timesheets.let_weeks_pass(at=at)


@events.on("billing.invoice_paid")
def mark_week_paid(*, at: datetime, cause: str, cause_id: str, **_ids: object) -> None:
    """The employer paid for a week."""
    if cause == "work":
        timesheets.mark_paid(cause_id, at=at)


@job("talent.let_disputes_climb")
def let_disputes_climb(*, at: datetime) -> None:
    """The time on this rung is over."""
    disputes.climb(at=at)


for name in ("let_proposals_expire", "let_work_begin", "let_weeks_pass", "let_disputes_climb"):
    cron(f"talent.{name}", every=timedelta(minutes=30))
