"""Reasons: the arithmetic of a line, kept as exact numbers so that it can be shown again.

A reason says from what amount a line started, by which factors it was multiplied, and
the exact result before rounding to minor units.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple


class Factor(NamedTuple):
    """One multiplication: `num` of `den` parts, and what decided it."""

    by: str  # after_rate | label of a pot | rest | modules | hours | refunded
    num: int
    den: int

    @property
    def value(self) -> Fraction:
        """The factor as a fraction."""
        return Fraction(self.num, self.den)


class Reason(NamedTuple):
    """Why a line has its amount.

    kind: tax | rail_fee | fixed | rate | recoup | split | discount | fee_cost | refund | reinstated | reshared | true_up |
    guarantee | guarantee_put_right.
    of: what it started from, minor units, exact. cap_minor: the ceiling that cut it, if one did.
    already_minor: for a refund, what was taken back before this step.
    rungs: for a rate by volume, how much of `of` (minor units) counted at which percentage (bps), instead of factors.
    A named tuple, as a line is: a sale among twelve makes thirty of them, and they are made several times quicker.
    """

    kind: str
    of: Fraction | int
    factors: tuple[Factor, ...] = ()
    channel: str | None = None
    cap_minor: int | None = None
    already_minor: int = 0
    rungs: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of_parts(cls, kind: str, of: Fraction | int, factors: Iterable[tuple[Factor, ...]]) -> "Iterator[Reason]":
        """Reasons that differ in nothing but their factors; all at once takes a third of the time."""
        return map(partial(tuple.__new__, cls), zip(repeat(kind), repeat(of), factors, *map(repeat, (None, None, 0, ()))))

    @property
    def exact(self) -> Fraction:
        """The result before rounding, in minor units."""
        return Fraction(*self.ratio)

    @property
    def uncut(self) -> Fraction:
        """The result before any ceiling."""
        return Fraction(*self._uncut)

    @property
    def ratio(self) -> tuple[int, int]:
        """The result before rounding as numerator and denominator, not in lowest terms: quick to make, exact to compare."""
        return self._uncut if self.cap_minor is None else (self.cap_minor, 1)

    @property
    def _uncut(self) -> tuple[int, int]:
        if self.rungs:
            return sum(part * bps for part, bps in self.rungs), 10_000
        num, den = self.of.numerator, self.of.denominator
        for factor in self.factors:
            num *= factor.num
            den *= factor.den
        return num, den

    def as_data(self) -> dict[str, Any]:
        """Plain JSON data; fractions as "numerator/denominator"."""
        return {
            "kind": self.kind,
            "of": f"{self.of.numerator}/{self.of.denominator}",
            "factors": [[factor.by, factor.num, factor.den] for factor in self.factors],
            "channel": self.channel,
            "cap_minor": self.cap_minor,
            "already_minor": self.already_minor,
            **({"rungs": [list(rung) for rung in self.rungs]} if self.rungs else {}),
        }


def from_data(data: dict[str, Any]) -> Reason:
    """The reason that `as_data` wrote."""
    return Reason(
        kind=data["kind"],
        of=Fraction(data["of"]),
        factors=tuple(Factor(by, num, den) for by, num, den in data["factors"]),
        channel=data["channel"],
        cap_minor=data["cap_minor"],
        already_minor=data["already_minor"],
        rungs=tuple((part, bps) for part, bps in data.get("rungs", ())),
    )
