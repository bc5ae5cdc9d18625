"""A suggested division: the Shapley value of what groups of parties can earn together. Pure and exact.

The value function is declared as a list of groups, each with what its members earn together beyond what smaller groups
listed earn already: what a set of parties is worth is the sum over all listed groups within it (Harsanyi's dividends).
Under such a function the Shapley value divides each group's amount equally among its members.
Sources: L. S. Shapley, A Value for n-Person Games (1953); J. C. Harsanyi, A Simplified Bargaining Model (1963).

By hand. A alone could sell notes for 2,000; A and B together make a course that earns 9,000 more; with C, who teaches it
live, 6,000 on top. A: 2000 + 9000/2 + 6000/3 = 8500. B: 4500 + 2000 = 6500. C: 2000. Sum 17,000: 50 %, 38.24 %, 11.76 %.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from coursehub.money import share_out

MOST_PARTIES = 8


@dataclass(frozen=True, slots=True)
class Group:
    """Some parties, and what they earn together beyond what smaller groups earn, in any unit."""

    parties: frozenset[str]
    amount: int


def worth(groups: Sequence[Group], parties: Collection[str]) -> int:
    """What these parties earn together: everything that groups within them earn."""
    return sum(group.amount for group in groups if group.parties <= set(parties))


def shapley(groups: Sequence[Group]) -> dict[str, Fraction]:
    """What each party adds on average, over every order in which they could come together.

    Raises ValueError for a group of nobody, an amount below nothing, or more than MOST_PARTIES parties.
    """
    everybody = sorted({party for group in groups for party in group.parties})
    if len(everybody) > MOST_PARTIES or any(not group.parties or group.amount < 0 for group in groups):
        raise ValueError("groups have members and amounts, and at most eight parties in all")
    return {
        party: sum((Fraction(group.amount, len(group.parties)) for group in groups if party in group.parties), Fraction(0))
        for party in everybody
    }


def as_percentages(values: dict[str, Fraction]) -> dict[str, int]:
    """The same as basis points of the whole, adding up to 10,000; nothing where there is nothing to divide."""
    weights = {party: value for party, value in values.items() if value}
    if not weights:
        return {}
    common = 1
    for value in weights.values():
        common *= value.denominator
    return share_out(10_000, {party: int(value * common) for party, value in weights.items()})
