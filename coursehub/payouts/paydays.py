"""When payouts are made, and from which amount: the platform's rule where the terms have none. No database, no clock."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import date

from coursehub.talent.working_days import DAY, is_working

DAY_OF_MONTH = 15
MINIMUM_MINOR = {"CNY": 10_000, "EUR": 2_000, "USD": 2_000, "HKD": 20_000, "JPY": 3_000, "GBP": 2_000, "SGD": 3_000}
"""What holds before finance decides otherwise; amounts in minor units."""

REST_DAYS = 3
"""So many working days pass before money goes to an account that was newly given."""


@dataclass(frozen=True)
class Calendar:
    """The rule in force. day: of the month, 1 to 28. minimum_minor: below it a share waits for the next month."""

    day: int = DAY_OF_MONTH
    minimum_minor: Mapping[str, int] = field(default_factory=lambda: dict(MINIMUM_MINOR))

    def minimum_in(self, currency: str) -> int:
        """The smallest payout in a currency, in minor units."""
        return self.minimum_minor.get(currency, 1)


def payday(calendar: Calendar, year: int, month: int, days_off: Container[date]) -> date:
    """The day on which payouts of a month leave: the calendar's, or the next working day."""
    day = date(year, month, calendar.day)
    while not is_working(day, days_off):
        day += DAY
    return day


def next_payday(calendar: Calendar, today: date, days_off: Container[date]) -> date:
    """The first such day that is not past; that of the month before may have moved into this one."""
    first = today.replace(day=1)
    months = (first - DAY, first, first + 31 * DAY, first + 62 * DAY)
    return min(day for month in months if (day := payday(calendar, month.year, month.month, days_off)) >= today)
