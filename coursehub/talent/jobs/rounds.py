"""Clocks of matching rounds: what is due is sealed, run and closed, and old lists are deleted."""

from datetime import datetime, timedelta

from coursehub.jobs import cron, job
from coursehub.talent.letters.rounds import ask_to_rank
from coursehub.talent.operations import round_running


@job("talent.advance_rounds")
def advance_rounds(*, at: datetime) -> None:
    """Take every round as far as its timetable says."""
    round_running.advance_rounds(at=at)
    ask_to_rank(at=at)


@job("talent.delete_old_lists")
def delete_old_lists(*, at: datetime) -> None:
    """The time for an audit is over."""
    round_running.delete_old_lists(at=at)


cron("talent.advance_rounds", every=timedelta(minutes=15))
cron("talent.delete_old_lists", every=timedelta(hours=6))
