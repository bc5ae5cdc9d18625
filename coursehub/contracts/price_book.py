"""The price book: what a placement and an hour cost, as data with one canonical form and one hash.

Pure: no database, no clock. It is the house's one-sided contract with every member, so it names
no member, and nobody who was hired: what it says holds for all alike.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import rfc8785

from coursehub.contracts.hour_fee import HourTerms
from coursehub.contracts.placement_fee import Band, PriceList

SEMANTICS = "coursehub-prices/1"
AT_COST = ("secondment",)
"""Forms of work that may earn nothing for whoever lends the people."""


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Placements by pay band, and the fee on hours by form of work in bps; a form that is not named has no fee.

    hour_training_bps: the part of the fee on hours, without tax, that goes to the courses whose evidence counted.
    Raises ValueError, MarginOnSecondment when the parts do not hold together.
    """

    placements: PriceList
    hour_fee_bps: Mapping[str, int] = field(default_factory=dict)
    hour_training_bps: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.hour_training_bps <= 10_000:
            raise ValueError("the training share is a part of the fee")
        for form, fee_bps in self.hour_fee_bps.items():
            HourTerms(hourly_minor=1, fee_bps=fee_bps, secondment=form in AT_COST)

    @property
    def currency(self) -> str:
        """In what all its amounts are."""
        return self.placements.currency

    @property
    def for_hours(self) -> PriceList:
        """The same list for the fee on hours: its tax, and its own training share."""
        return replace(self.placements, training_bps=self.hour_training_bps)


def to_data(book: PriceBook) -> dict[str, Any]:
    """Plain JSON data. A part of hours for courses is named only where there is one: lists without it keep their hash."""
    prices = book.placements
    hours = {"hour_training_bps": book.hour_training_bps} if book.hour_training_bps else {}
    return {
        "semantics": SEMANTICS,
        "currency": prices.currency,
        "bands": [{"up_to_minor": band.up_to_minor, "price_minor": band.price_minor} for band in prices.bands],
        "training_bps": prices.training_bps,
        "tax_bps": prices.tax_bps,
        "hour_fee_bps": dict(book.hour_fee_bps),
        **hours,
    }


def from_data(data: Mapping[str, Any]) -> PriceBook:
    """The book that `to_data` wrote. Raises ValueError, KeyError for anything else."""
    if data["semantics"] != SEMANTICS:
        raise ValueError(f"prices in {data['semantics']} cannot be read")
    bands = tuple(Band(band["up_to_minor"], band["price_minor"]) for band in data["bands"])
    placements = PriceList(data["currency"], bands, data["training_bps"], data["tax_bps"])
    return PriceBook(placements, dict(data["hour_fee_bps"]), data.get("hour_training_bps", 0))


def hash_of(book: PriceBook) -> str:
    """SHA-256 of the canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(to_data(book))).hexdigest()
