"""The least that sharing one kind of sale can cost: this one contract written out in whole numbers, without reasons.

It knows its percentages, its parties and its facts by heart, and says only who gets how much: no clause, no arithmetic
that can be shown again. What ours takes beyond it is the price of terms that are data and of lines that explain themselves.
"""

from collections.abc import Sequence


def share(
    gross: int, fee: int, modules: Sequence[int], hours: Sequence[int], *, tax_bps: int = 600, rate_bps: int = 3_000,
    makers_bps: int = 5_500,
) -> list[int]:  # fmt: skip
    """What the state, the rail, the house, the makers and the teachers get, in this order; largest remainder."""
    whole = 10_000 + tax_bps
    tax = (2 * gross * tax_bps + whole) // (2 * whole)
    pot = gross - tax - fee
    many, hour = sum(modules), sum(hours)
    den = 100_000_000 * many * hour
    parts = [pot * rate_bps * 10_000 * many * hour]
    left = pot * (10_000 - rate_bps)
    parts += [left * makers_bps * weight * hour for weight in modules]
    parts += [left * (10_000 - makers_bps) * weight * many for weight in hours]
    floors = [part // den for part in parts]
    for n in sorted(range(len(parts)), key=lambda n: -(parts[n] % den))[: pot - sum(floors)]:
        floors[n] += 1
    return [tax, fee, *floors]
