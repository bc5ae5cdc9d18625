"""The fee for a placement: one price per pay band, its parts, and what goes back when somebody leaves early.

Pure: no database, no clock. The employer pays; the person placed is in no leg, so there
is nothing from which they could be debited. Nothing here names an employer, past or
present: whoever hires into a band pays the price of that band.

By hand. A list in CNY with tax of 6 % included: up to 120,000.00 a year 6,000.00; above, 9,000.00. The
training share is 40 %. A job of 9,500.00 a month is 114,000.00 a year, so 6,000.00.

    tax        600000 x 600 / 10600      = 33962.26 ->  33962
    left       600000 - 33962            =             566038
    training   566038 x 40 %             = 226415.2 -> 226415
    A          226415 x 3/4              = 169811.25 -> 169811
    B          226415 x 1/4              =  56603.75 ->  56604
    house      566038 - 226415           =             339623
    sum        33962 + 169811 + 56604 + 339623       = 600000

The person leaves 30 days after the start, with a guarantee of 90 days: 60 of 90 days were
not served, so 600000 x 60 / 90 = 400000 goes back, over the same legs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from coursehub.contracts.waterfall import tax_within
from coursehub.ledger.allocation import reversal_step
from coursehub.money import share_out

MONTHS_A_YEAR = 12
WEEKS_A_YEAR = 52


@dataclass(frozen=True, slots=True)
class Band:
    """Yearly pay up to and including `up_to_minor` costs `price_minor`; None is every pay above the band before."""

    up_to_minor: int | None
    price_minor: int


@dataclass(frozen=True, slots=True)
class PriceList:
    """What a placement costs, the same for every member. Raises ValueError unless every pay has exactly one price.

    Amounts in minor units of `currency`; prices include tax at `tax_bps`.
    training_bps: the part of the price without tax that goes to the courses whose evidence counted.
    """

    currency: str
    bands: tuple[Band, ...]
    training_bps: int
    tax_bps: int = 0

    def __post_init__(self) -> None:
        ceilings = [band.up_to_minor for band in self.bands[:-1]]
        if not self.bands or self.bands[-1].up_to_minor is not None or None in ceilings:
            raise ValueError("the last band, and no other, is open above")
        known = [ceiling for ceiling in ceilings if ceiling is not None]
        if any(high <= low for low, high in zip([0, *known], known, strict=False)):
            raise ValueError("each band ends above the one before")
        if min(band.price_minor for band in self.bands) < 0:
            raise ValueError("a price is at least zero")
        if not 0 <= self.training_bps <= 10_000 or self.tax_bps < 0:
            raise ValueError("the training share is a part of the price, and tax is at least zero")


def yearly_pay(pay_minor: int, pay_period: str, *, weekly_hours: int) -> int:
    """Pay of one period as pay of a year: 12 months, or the weekly hours of 52 weeks. Raises ValueError."""
    if pay_minor <= 0:
        raise ValueError("a job pays something")
    if pay_period == "month":
        return pay_minor * MONTHS_A_YEAR
    if pay_period == "hour":
        return pay_minor * weekly_hours * WEEKS_A_YEAR
    raise ValueError(f"pay for one {pay_period} is unknown")


def price_for(prices: PriceList, yearly_minor: int) -> Band:
    """The one band in which this pay lies."""
    return next(band for band in prices.bands if band.up_to_minor is None or yearly_minor <= band.up_to_minor)


def share_fee(prices: PriceList, price_minor: int, weights: Mapping[str, int]) -> dict[str, int]:
    """The legs of a fee; they add up to the price. Keys: "tax", "course:<id>" and "house".

    weights: course -> weight of its evidence, above zero; ties by declared order. Without
    any evidence that counted the training share stays with the house.
    """
    tax = tax_within(price_minor, prices.tax_bps)
    left = price_minor - tax
    training = (2 * left * prices.training_bps + 10_000) // 20_000 if weights else 0
    courses = share_out(training, weights) if weights else {}
    return {"tax": tax, **{f"course:{course}": amount for course, amount in courses.items()}, "house": left - training}


def rebate_due(price_minor: int, *, start_on: date, left_on: date, guarantee_days: int) -> int:
    """What goes back to the employer: the price for the days of the guarantee that were not served, rounded half up.

    Whoever leaves on the first day leaves all of it, whoever stays to the last day of the
    guarantee nothing. Raises ValueError if the last day lies before the first.
    """
    served = (left_on - start_on).days
    if served < 0:
        raise ValueError("nobody leaves before they start")
    missing = max(0, guarantee_days - served)
    return (2 * price_minor * missing + guarantee_days) // (2 * guarantee_days) if missing else 0


def rebate_legs(legs: Mapping[str, int], *, before_minor: int, amount_minor: int) -> dict[str, int]:
    """What each leg of the fee gives back when `amount_minor` more goes back after `before_minor`.

    Webster's rule, as for refunds: no step credits anybody, and all parts together are every leg exactly.
    """
    return reversal_step(legs, before_minor=before_minor, amount_minor=amount_minor)
