"""Work of people that no page waits for."""

from datetime import datetime, timedelta

from coursehub.jobs import cron, job
from coursehub.people import operations


@job("people.forget_what_is_over")
def forget_what_is_over(*, at: datetime) -> None:
    """Once a day: let go of what is not needed any more."""
    operations.forget_what_is_over(at=at)


@job("people.answer_sign_up")
def answer_sign_up(*, at: datetime, wish: str) -> None:
    """Open the account that somebody wished for, or tell the holder of the address."""
    operations.answer_sign_up(wish, at=at)


@job("people.answer_reset")
def answer_reset(*, at: datetime, wish: str) -> None:
    """Send the link that somebody asked for, or tell that there is no account."""
    operations.answer_reset(wish, at=at)


cron("people.forget_what_is_over", every=timedelta(days=1))
