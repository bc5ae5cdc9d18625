"""A cohort's roster as one hash: all enrolments of one course in one calendar month. No database, no clock.

Published on the first day after the month, before anybody can know how the cohort does. An
outcome rate computed later must be over the same people: the denominator cannot shrink.
The hash is over opaque enrolment ids, so it names nobody; who has an enrolment can see that
it is among them.
"""

import hashlib
from collections.abc import Iterable
from datetime import date


def month_of(day: date) -> str:
    """2026-03 for a day in March."""
    return f"{day.year:04d}-{day.month:02d}"


def month_before(day: date) -> str:
    """The month before the one of this day."""
    return month_of(date(day.year - (day.month == 1), 12 if day.month == 1 else day.month - 1, 1))


def roster_hash(course: str, month: str, enrolments: Iterable[str]) -> str:
    """SHA-256 over the course, the month and the sorted ids of its enrolments, one a line."""
    return hashlib.sha256("\n".join([course, month, *sorted(enrolments)]).encode()).hexdigest()
