"""Working days: Monday to Friday in the platform's zone, less the days off that staff keep. No database, no clock."""

from collections.abc import Container
from datetime import date, datetime, time, timedelta

from coursehub.web.locale import SHOWN_ZONE

DAY = timedelta(days=1)


def local_day(moment: datetime) -> date:
    """The day that a moment falls on in the platform's zone."""
    return moment.astimezone(SHOWN_ZONE).date()


def end_of(day: date) -> datetime:
    """The moment at which a day ends in the platform's zone."""
    return datetime.combine(day + DAY, time.min, SHOWN_ZONE)


def last_day_before(moment: datetime) -> date:
    """The last whole day before a moment: what end_of() turns back into it."""
    return (moment.astimezone(SHOWN_ZONE) - timedelta(microseconds=1)).date()


def is_working(day: date, days_off: Container[date]) -> bool:
    """Whether anybody is expected to answer on this day."""
    return day.weekday() < 5 and day not in days_off


def end_of_working_day(after: datetime, days: int, days_off: Container[date]) -> datetime:
    """The end of the `days`-th working day after the day of a moment; the day itself does not count.

    Raises ValueError for less than one day.
    """
    if days < 1:
        raise ValueError("a clock needs at least one working day")
    day = local_day(after)
    while days:
        day += DAY
        days -= is_working(day, days_off)
    return end_of(day)


def working_days_between(before: datetime, after: datetime, days_off: Container[date]) -> int:
    """How many working days lie after the day of `before`, up to and with the day of `after`; 0 on the same day."""
    day, last, count = local_day(before), local_day(after), 0
    while day < last:
        day += DAY
        count += is_working(day, days_off)
    return count
