"""Whether two groups are chosen at different rates, or only by chance: Fisher's exact test and the four-fifths ratio.

The ratio alone misleads in small samples, so it never stands without the probability and
the numbers. Source: Fisher 1922; two-sided by the sum of all tables no more likely than
the one seen.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import comb

FOUR_FIFTHS = Fraction(4, 5)
_NEARLY = 1 + Fraction(1, 10**7)  # tables as likely as ours but for rounding elsewhere; SciPy counts them in, too


@dataclass(frozen=True, slots=True)
class Rates:
    """Two groups at one stage: how many there were and how many were chosen."""

    chosen: int
    of: int
    other_chosen: int
    of_others: int

    @property
    def ratio(self) -> Fraction | None:
        """The lower rate by the higher one; None where a group is empty or nobody was chosen."""
        if not self.of or not self.of_others or not (self.chosen or self.other_chosen):
            return None
        rates = sorted((Fraction(self.chosen, self.of), Fraction(self.other_chosen, self.of_others)))
        return rates[0] / rates[1]

    @property
    def probability(self) -> float:
        """How often chance alone would make a difference at least as great, between 0 and 1."""
        return float(fisher(self.chosen, self.of - self.chosen, self.other_chosen, self.of_others - self.other_chosen))


def fisher(a: int, b: int, c: int, d: int) -> Fraction:
    """The two-sided probability of the table [[a, b], [c, d]] under no difference, exactly.

    Raises ValueError for a negative count.
    """
    if min(a, b, c, d) < 0:
        raise ValueError("counts are not negative")
    row, column, total = a + b, a + c, a + b + c + d
    low, high = max(0, row + column - total), min(row, column)
    weights = {k: comb(column, k) * comb(total - column, row - k) for k in range(low, high + 1)}
    limit = weights[a] * _NEARLY
    return min(Fraction(1), Fraction(sum(w for w in weights.values() if w <= limit), comb(total, row)))
