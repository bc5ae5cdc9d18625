"""The steps before anything is divided: from what was paid to what the shares are shares of, exactly. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from coursehub.contracts.waterfall import FEE_COST, Line


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the order of the waterfall, in exact minor units; what is taken off is negative.

    what: paid | tax | fee | discount | fixed | rate | recoup | left.
    """

    what: str
    amount: Fraction


def steps_of(lines: Sequence[Line]) -> list[Step]:
    """The steps of a sale, or of a course's part of a fee; nothing for what takes back or closes a month.

    By hand, for the sale in the docstring of the waterfall: paid 10000, tax -566, fee -320, rate -2734.2, left 6379.8.
    """
    rate = next((line for line in lines if line.reason.kind == "rate"), None)
    if rate is None:
        return []
    paid = sum(line.amount_minor for line in lines)
    tax = sum(line.amount_minor for line in lines if line.role == "tax")
    fee = sum(line.amount_minor for line in lines if line.role in ("rail_fee", FEE_COST))
    fixed = [line for line in lines if line.reason.kind == "fixed"]
    back = [line for line in lines if line.reason.kind == "recoup"]
    pot = Fraction(rate.reason.of) + sum(line.reason.exact for line in fixed)
    found = [
        Step("paid", Fraction(paid)),
        Step("tax", Fraction(-tax)),
        Step("fee", Fraction(-fee)),
        Step("discount", pot - (paid - tax - fee)),
        *(Step("fixed", -line.reason.exact) for line in fixed),
        Step("rate", -rate.reason.exact),
        *(Step("recoup", -line.reason.exact) for line in back),
    ]
    left = sum((step.amount for step in found), Fraction(0))
    return [*(step for step in found if step.amount), Step("left", left)]
