"""Shifts: how far a side's part of the contributions has moved, and whether a year has passed. Pure: no database, no clock."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction


def parts(weights: Mapping[str, int]) -> dict[str, Fraction]:
    """Each side's part of everything that was contributed; nothing where nobody has contributed."""
    total = sum(weights.values())
    return {party: Fraction(weight, total) for party, weight in weights.items()} if total else {}


def largest_shift(before: Mapping[str, int], now: Mapping[str, int]) -> tuple[str, Fraction, Fraction]:
    """Whose part moved furthest, and from where to where, exactly; ("", 0, 0) where there is nothing to compare.

    By hand. Before: A 80, the house 20. Now: A 80, the house 80. A went from 80 % to 50 %, the house from 20 % to 50 %:
    both moved by 30 points, and the first in order is named.
    """
    was, has, none = parts(before), parts(now), Fraction(0)
    if not was or not has:
        return ("", none, none)
    everybody = dict.fromkeys([*was, *has])
    furthest = max(everybody, key=lambda party: abs(has.get(party, none) - was.get(party, none)))
    return (furthest, was.get(furthest, none), has.get(furthest, none))


def anniversary(began: date, years: int) -> date:
    """The same day so many years later; of the 29th of February the 1st of March where there is none."""
    year = began.year + years
    return date(year, 3, 1) if (began.month, began.day) == (2, 29) and not _is_leap(year) else began.replace(year=year)


def last_anniversary(began: date, today: date) -> date | None:
    """The last day by now on which whole years had passed; None in the first year."""
    years = today.year - began.year
    found = anniversary(began, years)
    if found > today:
        years -= 1
        found = anniversary(began, years)
    return found if years > 0 else None


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
