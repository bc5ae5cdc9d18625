"""Clocks of hiring: answers that never came, what ran out, guarantees that passed, and news that may go out."""

from datetime import datetime, timedelta

from coursehub.jobs import cron, job
from coursehub.talent.operations import advancing, applications, introductions, offers, placements


@job("talent.tell_of_batch")
def tell_of_batch(*, at: datetime, batch_id: int) -> None:
    """The time to undo is over."""
    advancing.tell_of_batch(batch_id, at=at)


@job("talent.let_applications_lapse")
def let_applications_lapse(*, at: datetime) -> None:
    """Employers who were silent for too long lose the application."""
    applications.let_applications_lapse(at=at)


@job("talent.let_offers_expire")
def let_offers_expire(*, at: datetime) -> None:
    """The time to decide is over."""
    offers.let_offers_expire(at=at)


@job("talent.let_introductions_end")
def let_introductions_end(*, at: datetime) -> None:
    """Nobody answered."""
    introductions.let_introductions_end(at=at)


@job("talent.let_guarantees_pass")
def let_guarantees_pass(*, at: datetime) -> None:
    """The last day of the guarantee is over."""
    placements.let_guarantees_pass(at=at)


for name in ("let_applications_lapse", "let_offers_expire", "let_introductions_end", "let_guarantees_pass"):
    cron(f"talent.{name}", every=timedelta(minutes=30))
