"""Scheduled work of people."""

from datetime import datetime, timedelta

from coursehub.jobs import cron, job
from coursehub.people import operations


@job("people.forget_what_is_over")
def forget_what_is_over(*, at: datetime) -> None:
    """Once a day: let go of what is not needed any more."""
    operations.forget_what_is_over(at=at)


cron("people.forget_what_is_over", every=timedelta(days=1))
