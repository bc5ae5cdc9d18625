"""When payouts are made, and from which amount: the platform's rule where the terms have none. No database, no clock."""

from collections.abc import Container
from datetime import date

from coursehub.talent.working_days import DAY, is_working

DAY_OF_MONTH = 15
"""Payouts leave on this day of the month, or on the next working day."""

MINIMUM_MINOR = {"CNY": 10_000, "EUR": 2_000, "USD": 2_000, "HKD": 20_000, "JPY": 3_000, "GBP": 2_000, "SGD": 3_000}
"""Below this a share stays where it is until the next month, in minor units."""

REST_DAYS = 3
"""So many working days pass before money goes to an account that was newly given."""


def minimum_minor(currency: str) -> int:
    """The smallest payout in a currency."""
    return MINIMUM_MINOR.get(currency, 1)


def payday(year: int, month: int, days_off: Container[date]) -> date:
    """The day on which payouts of a month leave."""
    day = date(year, month, DAY_OF_MONTH)
    while not is_working(day, days_off):
        day += DAY
    return day


def next_payday(today: date, days_off: Container[date]) -> date:
    """The first such day that is not past."""
    found = payday(today.year, today.month, days_off)
    if found >= today:
        return found
    return payday(today.year + today.month // 12, today.month % 12 + 1, days_off)
