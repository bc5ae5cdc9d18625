"""The one place from which approved hours reach the money: book a week, take it back.

What a week costs is arithmetic of `coursehub/contracts/hour_fee.py`. The rules of money stand in
`talent/operations/fees.py`, which is called in the same transaction as the move. An
installation without that module counts hours and pay, and books nothing.
"""

import importlib
import importlib.util
from datetime import datetime

from coursehub.contracts.hour_fee import HourTerms, share_week
from coursehub.talent.models import Engagement, Timesheet
from coursehub.talent.rule_packs import PACKS

FEES = "coursehub.talent.operations.fees"


def pay_of(engagement: Engagement, minutes: int) -> int:
    """What the worker earns by so many minutes, in minor units; no fee ever comes out of it."""
    terms = HourTerms(engagement.hourly_minor, 0, secondment=not PACKS[engagement.form].earns_fee)
    return share_week(terms, minutes)["worker"]


def book(timesheet: Timesheet, engagement: Engagement, *, at: datetime) -> None:
    """A week was approved: the employer owes the pay and the fee on top."""
    _tell("book_week", timesheet, engagement, at=at)


def reverse(timesheet: Timesheet, engagement: Engagement, *, at: datetime) -> None:
    """An approved week goes back, along the same legs."""
    _tell("reverse_week", timesheet, engagement, at=at)


def _tell(name: str, timesheet: Timesheet, engagement: Engagement, *, at: datetime) -> None:
    if importlib.util.find_spec(FEES) is not None and hasattr(importlib.import_module(FEES), name):
        getattr(importlib.import_module(FEES), name)(timesheet, engagement, at=at)
