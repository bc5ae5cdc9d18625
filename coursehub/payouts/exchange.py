"""A payment in one currency that the provider settled in another: does what it says fit together? Pure."""

from decimal import Decimal

RATE_PLACES = 6
"""So many places of a rate are told, whatever was reckoned with: half a unit of the last one is no difference."""


def fits(presented_minor: int, rate: str, settled_minor: int) -> bool:
    """Whether an amount at this rate is what was settled, within one minor unit and what the places of the rate leave open.

    rate: as the provider tells it, minor units of the settled currency for one of the presented currency.
    """
    allowed = 1 + abs(presented_minor) * Decimal(5).scaleb(-RATE_PLACES - 1)
    return abs(presented_minor * Decimal(rate) - settled_minor) <= allowed


def in_presented(fee_minor: int, presented_minor: int, settled_minor: int) -> int:
    """A fee that was taken in the settled currency, in the presented one, at the rate of this very movement; half up."""
    presented, settled = abs(presented_minor), abs(settled_minor)
    return (2 * fee_minor * presented + settled) // (2 * settled)
