"""Amounts as people type them."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from coursehub.money import currency_exponent


def minor_of(amount: Decimal, currency: str) -> int:
    """A typed amount in minor units. Raises ValidationError if it has more decimals than the currency."""
    scaled = amount.scaleb(currency_exponent(currency))
    if scaled != scaled.to_integral_value():
        raise ValidationError(_l("This has more decimal places than the currency."))
    return int(scaled)
