"""Clocks of part-time work: proposals run out, first days come, weeks pass by time, months are invoiced, disputes climb."""

from datetime import datetime, timedelta

from coursehub import events
from coursehub.jobs import cron, job
from coursehub.talent.operations import disputes, engagements, hour_money, month_invoices, timesheets


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


@job("talent.invoice_month")
def invoice_month(*, at: datetime) -> None:
    """On the first working day of a month the weeks approved in the one before are invoiced."""
    month_invoices.invoice_month(at=at)


@events.on("billing.invoice_paid")
def mark_weeks_paid(*, at: datetime, cause: str, invoice_id: int, **_ids: object) -> None:
    """The employer paid for the weeks of a month."""
    if cause == month_invoices.CAUSE:
        month_invoices.mark_paid(invoice_id, at=at)


@job("talent.release_paid_weeks")
def release_paid_weeks(*, at: datetime) -> None:
    """What courses got of weeks that are paid for."""
    hour_money.release_paid_weeks(at=at)


@job("talent.let_disputes_climb")
def let_disputes_climb(*, at: datetime) -> None:
    """The time on this rung is over."""
    disputes.climb(at=at)


for name in ("let_proposals_expire", "let_work_begin", "let_weeks_pass", "let_disputes_climb"):
    cron(f"talent.{name}", every=timedelta(minutes=30))
cron("talent.invoice_month", every=timedelta(hours=3))
cron("talent.release_paid_weeks", every=timedelta(hours=6))
