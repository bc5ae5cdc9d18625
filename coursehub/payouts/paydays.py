"""When payouts are made, and from which amount: the platform's rule where the terms have none. No database, no clock."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from coursehub.contracts.clauses import Payday
from coursehub.talent.working_days import DAY, is_working

DAY_OF_MONTH = 15
MINIMUM_MINOR = {"CNY": 10_000, "EUR": 2_000, "USD": 2_000, "HKD": 20_000, "JPY": 3_000, "GBP": 2_000, "SGD": 3_000}
"""What holds before finance decides otherwise; amounts in minor units."""

REST_DAYS = 3
"""So many working days pass before money goes to an account that was newly given."""


@dataclass(frozen=True)
class Calendar:
    """The rule in force. day: of the month, 1 to 28; weekly: every Monday too. minimum_minor: below it a share waits."""

    day: int = DAY_OF_MONTH
    weekly: bool = False
    minimum_minor: Mapping[str, int] = field(default_factory=lambda: dict(MINIMUM_MINOR))

    def minimum_in(self, currency: str) -> int:
        """The smallest payout in a currency, in minor units."""
        return self.minimum_minor.get(currency, 1)

    def with_promises(self, promises: Iterable[Payday], currency: str) -> "Calendar":
        """The same rule for a partner whose terms promise more: of several promises, the soonest day and the smallest amount."""
        known = list(promises)
        if not known:
            return self
        smallest = max(1, min(one.minimum_minor for one in known))
        weekly = any(one.every == "week" for one in known)
        return replace(self, weekly=weekly, minimum_minor={**self.minimum_minor, currency: smallest})


def payday(calendar: Calendar, year: int, month: int, days_off: Container[date]) -> date:
    """The day on which payouts of a month leave: the calendar's, or the next working day."""
    return next_working(date(year, month, calendar.day), days_off)


def next_payday(calendar: Calendar, today: date, days_off: Container[date]) -> date:
    """The first such day that is not past; that of the month before may have moved into this one."""
    return min(day for day in _paydays(calendar, today, days_off) if day >= today)


def last_payday(calendar: Calendar, today: date, days_off: Container[date]) -> date:
    """The latest such day that has come."""
    return max(day for day in _paydays(calendar, today, days_off) if day <= today)


def _paydays(calendar: Calendar, today: date, days_off: Container[date]) -> list[date]:
    """The paydays around a day: of the months before and after, and of the weeks where that is promised."""
    first = today.replace(day=1)
    months = (first - 40 * DAY, first - DAY, first, first + 31 * DAY, first + 62 * DAY)
    found = [payday(calendar, month.year, month.month, days_off) for month in months]
    if calendar.weekly:
        monday = today - today.weekday() * DAY
        found += [next_working(monday + timedelta(weeks=n), days_off) for n in range(-4, 5)]
    return found


def next_working(day: date, days_off: Container[date]) -> date:
    """The day itself, or the next on which anybody works."""
    while not is_working(day, days_off):
        day += DAY
    return day
