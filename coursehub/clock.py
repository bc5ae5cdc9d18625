"""The only module that reads the clock; everywhere else time is an argument `at`."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
