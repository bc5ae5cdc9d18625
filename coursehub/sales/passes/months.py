"""Months and days of periods, in the platform's zone. Pure."""

from datetime import date, datetime, timedelta

from coursehub.web.locale import SHOWN_ZONE, local_time


def month_of(ends_at: datetime) -> str:
    """The month in which a period ends, as 2026-11; one that ends with a month belongs to it."""
    return f"{local_time(ends_at - timedelta(seconds=1)):%Y-%m}"


def bounds(month: str) -> tuple[datetime, datetime]:
    """The first moment of a month and the first after it."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=SHOWN_ZONE)
    return first, (first + timedelta(days=32)).replace(day=1)


def month_before(at: datetime) -> str:
    """The last month that is over."""
    return f"{local_time(at).replace(day=1) - timedelta(days=1):%Y-%m}"


def days_of(starts_at: datetime, ends_at: datetime) -> tuple[date, date]:
    """The first day of a period and the first that is not its own: the day of a renewal belongs to what it begins."""
    return local_time(starts_at).date(), local_time(ends_at).date()
