"""Taking a sale back in parts: whole numbers, each leg near its share, never beyond itself.

Sales are divided by `coursehub.money.share_out` (largest remainder). That method is
not monotone, so refunds use another: the running total taken back is apportioned over
the original legs by Webster's rule (Sainte-Laguë), and a step is the difference of two
such targets. A step is therefore never negative, and the whole taken back is every leg
exactly, in however many parts it came. Decision 0004. What a bank took and gives back
goes the same way backwards: what is gone of each leg stands at its target always. Decision 0049.
"""

from collections.abc import Mapping
from fractions import Fraction


def webster_target(legs: Mapping[str, int], taken_back_minor: int) -> dict[str, int]:
    """How much of each leg is taken back once `taken_back_minor` of their total is.

    legs: original amounts in minor units, not negative; the order declared decides ties.
    Unit number k goes to the leg whose amount divided by 2, 6, 10, ... comes next: the
    first k places of one fixed queue, so targets only grow with k.
    """
    whole = sum(legs.values())
    if min(legs.values(), default=0) < 0:
        raise ValueError("legs are amounts of at least zero")
    if not 0 <= taken_back_minor <= whole:
        raise ValueError(f"{taken_back_minor} of {whole} cannot be taken back")
    if whole == 0:
        return dict.fromkeys(legs, 0)
    # Rounding the exact shares half up is a prefix of the queue; a few places correct its length.
    target = {name: (2 * amount * taken_back_minor + whole) // (2 * whole) for name, amount in legs.items()}
    order = {name: place for place, name in enumerate(legs)}
    missing = taken_back_minor - sum(target.values())
    for _unit in range(missing):
        target[max(legs, key=lambda n: (Fraction(legs[n], 2 * target[n] + 1), -order[n]))] += 1
    for _unit in range(-missing):
        taken = (name for name in legs if target[name])
        target[min(taken, key=lambda n: (Fraction(legs[n], 2 * target[n] - 1), -order[n]))] -= 1
    return target


def reversal_step(legs: Mapping[str, int], *, before_minor: int, amount_minor: int) -> dict[str, int]:
    """What each leg gives back when `amount_minor` more is taken back after `before_minor`."""
    if amount_minor < 0:
        raise ValueError("a step takes back, it does not give")
    before = webster_target(legs, before_minor)
    after = webster_target(legs, before_minor + amount_minor)
    return {name: after[name] - before[name] for name in legs}


def way_to_target(legs: Mapping[str, int], gone: Mapping[str, int], *, amount_minor: int) -> dict[str, int]:
    """What each leg gives back when `amount_minor` more goes back, or gets again (negative) when as much comes again.

    gone: what is booked as gone of each leg, at most the leg. Each goes the way from there to its target, none the other
    way. Where what is gone is the target already, which this rule keeps so, that is the difference of two targets. Where
    books stand beside their targets the ways may add up to more than the amount, and Webster's rule divides it over them.
    """
    sign = 1 if amount_minor > 0 else -1
    target = webster_target(legs, sum(gone.values()) + amount_minor)
    ways = {name: max(0, sign * (target[name] - gone[name])) for name in legs}
    return {name: sign * units for name, units in webster_target(ways, abs(amount_minor)).items()}
