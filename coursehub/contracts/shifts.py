"""Shifts: how far a side's part of the contributions has moved. Pure: no database, no clock."""

from collections.abc import Mapping
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
