"""A suggested division: the Shapley value of what groups of parties can earn together. Pure and exact.

The value function is declared as a list of groups, each with what its members earn together beyond what smaller groups
listed earn already: what a set of parties is worth is the sum over all listed groups within it (Harsanyi's dividends).
Under such a function the Shapley value divides each group's amount equally among its members.
Sources: L. S. Shapley, A Value for n-Person Games (1953); J. C. Harsanyi, A Simplified Bargaining Model (1963).

By hand. A alone could sell notes for 2,000; A and B together make a course that earns 9,000 more; with C, who teaches it
live, 6,000 on top. A: 2000 + 9000/2 + 6000/3 = 8500. B: 4500 + 2000 = 6500. C: 2000. Sum 17,000: 50 %, 38.24 %, 11.76 %.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, get_args

from coursehub.contracts.terms import Label
from coursehub.money import share_out

MOST_PARTIES = 8
LABELS: tuple[str, ...] = get_args(Label)
WHOLE = 10_000  # basis points


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
    return share_out(WHOLE, {party: int(value * common) for party, value in weights.items()})


def as_division(shares: Mapping[str, int]) -> dict[str, Any]:
    """Percentages (basis points) as a division of terms, the largest first; parties with nothing are left out.

    A division has one share for each label and a rest, so five parties stand exactly as suggested; with more, the smallest
    divide that rest among them, each to the nearest hundredth of a percent of it. Raises ValueError where nobody has anything.
    """
    found = sorted((party for party, share in shares.items() if share > 0), key=lambda party: -shares[party])
    if not found:
        raise ValueError("a division gives something to somebody")
    if len(found) == 1:
        return {"kind": "pay", "party": found[0]}
    named = found[: min(len(LABELS), len(found) - 1)]
    items = [
        {"label": label, "share_bps": shares[party], "then": {"kind": "pay", "party": party}}
        for label, party in zip(LABELS, named, strict=False)
    ]
    last = {party: shares[party] for party in found[len(named) :]}
    return {"kind": "shares", "items": items, "rest": as_division(share_out(WHOLE, last))}
