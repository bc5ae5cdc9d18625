"""Amounts: integers in minor units and a currency, and how to divide and show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.core import get_global
from babel.numbers import format_currency

_FRACTIONS = get_global("currency_fractions")


@dataclass(frozen=True)
class Money:
    """An amount in minor units (cents, fen) of one currency (ISO 4217)."""

    minor: int
    currency: str


def currency_exponent(currency: str) -> int:
    """How many decimal places a currency has (CNY 2, JPY 0). Source: CLDR through Babel."""
    return int(_FRACTIONS.get(currency, _FRACTIONS["DEFAULT"])[0])


def as_decimal(minor: int, currency: str) -> Decimal:
    """Minor units as a decimal number of major units, exactly."""
    return Decimal(minor).scaleb(-currency_exponent(currency))


@lru_cache(maxsize=4_096)
def format_money(minor: int, currency: str, locale: str) -> str:
    """An amount as people of that language write it, with its currency."""
    return str(format_currency(as_decimal(minor, currency), currency, locale=locale.replace("-", "_")))


def share_out(amount_minor: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Divide an amount so that the parts add up to the whole, exactly.

    amount_minor: minor units, not negative. weights: whole numbers, not negative,
    not all zero. Floors first; left-over units go to the largest fractions, ties by
    declared order, so two people computing one split agree.
    Source: largest-remainder (Hamilton) method.
    """
    total = sum(weights.values())
    if amount_minor < 0 or total <= 0 or min(weights.values()) < 0:
        raise ValueError("share_out needs an amount >= 0 and weights >= 0 that are not all zero")
    parts = {name: amount_minor * weight // total for name, weight in weights.items()}
    remainders = {name: amount_minor * weight % total for name, weight in weights.items()}
    left_over = amount_minor - sum(parts.values())
    for name in sorted(weights, key=lambda n: -remainders[n])[:left_over]:
        parts[name] += 1
    return parts
