"""The one place from which a placement reaches the money: book the fee, give part of it back, let go of what was held.

The rules of money stand in `talent/operations/fees.py`, which is called in the same
transaction as the move. An installation without that module places people without a fee.
"""

import importlib
import importlib.util
from datetime import datetime
from typing import Any

from coursehub.talent.models import Placement

FEES = "coursehub.talent.operations.fees"


def book(placement: Placement, *, at: datetime) -> None:
    """Both sides confirmed the start: the fee is due, and what others earn of it is held until the guarantee passes."""
    _tell("book_placement", placement, at=at)


def release(placement: Placement, *, at: datetime) -> None:
    """The guarantee passed: what was held becomes available."""
    _tell("release_placement", placement, at=at)


def refund(placement: Placement, *, left_at: datetime, at: datetime) -> None:
    """The person left inside the guarantee: part goes back along the same legs."""
    _tell("refund_placement", placement, left_at=left_at, at=at)


def _tell(name: str, placement: Placement, **when: Any) -> None:
    if importlib.util.find_spec(FEES) is not None:
        getattr(importlib.import_module(FEES), name)(placement, **when)
