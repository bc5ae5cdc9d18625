"""Whether what terms say of a sale can be said of its parts: a price that is paid month by month is shared as it comes in."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from coursehub.contracts.terms import TermsBody


def may_be_divided(terms: TermsBody, *, discounted: bool) -> bool:
    """False where a clause looks at one whole sale: a fixed amount or a cap, or a price below which a party bears no discount.

    Of three parts each would be taken for a sale of its own, and the fixed amount be paid three times.
    """
    caps = (terms.rates.rest.cap_minor, *(rate.cap_minor for rate in terms.rates.channels))
    whole = bool(terms.fixed) or any(cap is not None for cap in caps)
    floors = discounted and any(choice.floor_price_minor for choice in terms.discount.opted_in)
    return not whole and not floors


def part_words(facts: Mapping[str, Any]) -> str:
    """Which part of a price a sale was, from its facts (instalment, instalment_to, instalments); empty for a price paid whole."""
    if not facts.get("instalments"):
        return ""
    first, last, whole = facts["instalment"], facts["instalment_to"], facts["instalments"]
    if last > first:
        return str(_("parts %(first)s to %(last)s of %(whole)s", first=first, last=last, whole=whole))
    return str(_("part %(n)s of %(whole)s", n=first, whole=whole))
