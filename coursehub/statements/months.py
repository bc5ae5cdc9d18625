"""Months as statements know them: calendar months in the platform's zone. No database, no clock."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from coursehub.ledger.sealing import DAY, begin_of, day_of

_WRITTEN = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One calendar month."""

    year: int
    number: int

    def __str__(self) -> str:
        """As it is written in addresses and in data: 2026-10."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def next(self) -> "Month":
        """The month after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def before(self) -> "Month":
        """The month before it."""
        return month_of(self.first - DAY)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - DAY

    @property
    def begins(self) -> datetime:
        """The moment at which it begins, in UTC."""
        return begin_of(self.first)

    @property
    def ends(self) -> datetime:
        """The moment at which the next one begins, in UTC."""
        return begin_of(self.next.first)

    def is_over(self, at: datetime) -> bool:
        """Whether nothing more can happen in it."""
        return at >= self.ends


def month_of(day: date) -> Month:
    """The month of a day."""
    return Month(day.year, day.month)


def month_at(moment: datetime) -> Month:
    """The month of a moment in the platform's zone."""
    return month_of(day_of(moment))


def read_month(written: str) -> Month | None:
    """The month that `str` wrote, or None."""
    found = _WRITTEN.fullmatch(written)
    return Month(int(found[1]), int(found[2])) if found else None


def months_between(first: Month, last: Month) -> list[Month]:
    """Every month from the first to the last, both with them."""
    found = []
    while first <= last:
        found.append(first)
        first = first.next
    return found
