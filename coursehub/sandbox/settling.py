"""In which currency we are settled: some are exchanged at the rate of the day, and a movement says at which."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from coursehub.sandbox.store import Store


class Settled(NamedTuple):
    """An amount as it reaches our balance. rate: minor units for one of the presented currency, or nothing."""

    amount: int
    currency: str
    rate: Any


def exchange_at(store: Store, rates: dict[str, Any], into: str) -> None:
    """From now on what is presented in these currencies is settled in another one; none of them ends it."""
    store.keep("exchange", {"into": into, "rates": rates})


def settled(store: Store, amount: int, currency: str) -> Settled:
    """What an amount becomes: itself, unless its currency is exchanged; half a unit goes up."""
    found = store.setting("exchange", {"into": "", "rates": {}})
    rate = found["rates"].get(currency)
    if rate is None or found["into"] == currency:
        return Settled(amount, currency, None)
    whole = (abs(amount) * Decimal(str(rate))).quantize(Decimal(1), ROUND_HALF_UP)
    return Settled(int(whole) if amount >= 0 else -int(whole), found["into"], rate)
