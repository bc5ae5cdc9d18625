"""What an approved week costs: the worker's pay whole, the platform's fee on top, both owed by the employer.

Pure: no database, no clock. The fee never comes out of the pay. A secondment is charged
at cost: an organisation that lends its own people may earn nothing from it.

By hand. 12 h 20 min at 85.00 an hour: 8500 x 740 / 60 = 104833.33 -> 104833. Fee of 8 %: 8386.64 -> 8387.
The employer owes 104833 + 8387 = 113220.
"""

from dataclasses import dataclass


class MarginOnSecondment(ValueError):
    """A secondment is charged at cost; these terms would earn from it."""


@dataclass(frozen=True, slots=True)
class HourTerms:
    """Pay of one hour in minor units, and the fee on top in bps. Raises MarginOnSecondment, ValueError."""

    hourly_minor: int
    fee_bps: int
    secondment: bool = False

    def __post_init__(self) -> None:
        if self.hourly_minor <= 0 or self.fee_bps < 0:
            raise ValueError("an hour pays something, and a fee is at least zero")
        if self.secondment and self.fee_bps:
            raise MarginOnSecondment(f"a fee of {self.fee_bps} bps on a secondment")


def share_week(terms: HourTerms, approved_minutes: int) -> dict[str, int]:
    """The legs of an approved week, in minor units, each rounded half up: "worker" and "fee"; the employer owes their sum."""
    if approved_minutes < 0:
        raise ValueError("minutes are at least zero")
    pay = (2 * terms.hourly_minor * approved_minutes + 60) // 120
    return {"worker": pay, "fee": (2 * pay * terms.fee_bps + 10_000) // 20_000}
