"""Why income changed from one month to the next: volume, mix of channels, rate. Pure; exact until one rounding at the end.

For each channel: what buyers paid (q) and what the party got of it (y); its rate is r = y/q, its part of all sales is s.
Q, Y and R = Y/Q are the same for all channels together; 0 is the earlier month, 1 the later.

    volume = (Q1 - Q0) * R0                      more or less sold, at the old mix and the old rates
    mix    = sum of Q1 * (s1 - s0) * (r0 - R0)   another mix of channels, at unchanged rates
    rate   = sum of q1 * (r1 - r0)               other rates, by terms, prices or what others contributed

The three add up to Y1 - Y0. A channel that sold nothing before has no old rate: its new one stands for it, so that it
shows as mix. Nothing sold in one of the months: all of the change is volume.

By hand. Before: 100 through the own link at 90 %, 100 through the platform at 60 %, so 150 of 200. Then: 50 and 150 at
the same rates, so 135 of 200. Volume 0; mix 200 * (1/4 - 1/2) * (9/10 - 3/4) + 200 * (3/4 - 1/2) * (6/10 - 3/4) = -15; rate 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Sold:
    """The sales of one channel in one month, in minor units: how many, what buyers paid, what the party got."""

    sales: int = 0
    paid_minor: int = 0
    income_minor: int = 0


@dataclass(frozen=True, slots=True)
class ChannelEffect:
    """What one channel contributed to the change of mix and of rates."""

    channel: str
    before: Sold
    after: Sold
    mix_minor: int
    rate_minor: int


@dataclass(frozen=True, slots=True)
class Change:
    """The change of income between two months, in whole minor units that add up."""

    before_minor: int
    after_minor: int
    volume_minor: int
    mix_minor: int
    rate_minor: int
    channels: tuple[ChannelEffect, ...]


def explain(before: Mapping[str, Sold], after: Mapping[str, Sold]) -> Change:
    """Divide the change of income into volume, mix and rate. Amounts paid are not negative."""
    names = list(dict.fromkeys([*before, *after]))
    old, new = ({name: month.get(name, Sold()) for name in names} for month in (before, after))
    paid_old, paid_new = (sum(one.paid_minor for one in month.values()) for month in (old, new))
    income_old, income_new = (sum(one.income_minor for one in month.values()) for month in (old, new))
    mix, rate = dict.fromkeys(names, Fraction(0)), dict.fromkeys(names, Fraction(0))
    if paid_old and paid_new:
        whole = Fraction(income_old, paid_old)
        for name in names:
            was, now = old[name], new[name]
            own = _rate(was) if was.paid_minor else _rate(now)
            moved = Fraction(now.paid_minor, paid_new) - Fraction(was.paid_minor, paid_old)
            mix[name] = paid_new * moved * (own - whole)
            rate[name] = (
                now.income_minor
                - now.paid_minor * own
                + (0 if was.paid_minor else -Fraction(was.income_minor * paid_new, paid_old))
            )
        volume = (paid_new - paid_old) * whole
    else:
        volume = Fraction(income_new - income_old)
    exact = [volume, sum(mix.values(), Fraction(0)), sum(rate.values(), Fraction(0))]
    if sum(exact) != income_new - income_old:
        raise ArithmeticError("volume, mix and rate do not add up")
    in_volume, in_mix, in_rate = _rounded(exact, income_new - income_old)
    mixes, rates = _rounded([*mix.values()], in_mix), _rounded([*rate.values()], in_rate)
    channels = [ChannelEffect(name, old[name], new[name], mixes[n], rates[n]) for n, name in enumerate(names)]
    return Change(income_old, income_new, in_volume, in_mix, in_rate, tuple(channels))


def _rate(sold: Sold) -> Fraction:
    return Fraction(sold.income_minor, sold.paid_minor) if sold.paid_minor else Fraction(0)


def _rounded(parts: Sequence[Fraction], whole: int) -> list[int]:
    """Whole units that add up to the whole: floors, then one more for the largest remainders, ties by order."""
    floors = [part.__floor__() for part in parts]
    order = sorted(range(len(parts)), key=lambda n: floors[n] - parts[n])
    left = whole - sum(floors)
    for turn in range(left):
        floors[order[turn % len(order)]] += 1
    for turn in range(-left):
        floors[order[-1 - turn % len(order)]] -= 1
    return floors
