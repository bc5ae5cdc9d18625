"""The waterfall: from what the buyer paid to what each party gets, line by line.

Pure: no database, no clock. The order is part of the meaning (`terms.SEMANTICS`):
gross, tax, enumerated deductions, fixed amounts, channel rate with its cap, costs that come
back first, nested splits, discount, rounding. (Holding is a date, not an amount: see `held_until`.)
Everything is exact fractions until one rounding at the end, by largest remainder,
ties by declared order.

By hand. A learner pays 100.00 through the platform, tax of 6 % included, fee 3.20;
terms: the house 30 % for the platform, then makers 60 % by modules (partner A 3, the
house 1), the rest to the teacher B.

    tax        10000 x 600 / 10600            =  566.04 ->  566
    rail fee                                             320
    base       10000 - 566 - 320              =         9114
    house      9114 x 30 %                    = 2734.2  -> 2734
    left       9114 - 2734.2                  = 6379.8
    A          6379.8 x 60 % x 3/4            = 2870.91 -> 2871
    house      6379.8 x 60 % x 1/4            =  956.97 ->  957
    B          6379.8 x 40 %                  = 2551.92 -> 2552
    sum        566 + 320 + 2734 + 2871 + 957 + 2552 = 10000
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import repeat
from math import lcm
from typing import NamedTuple

from coursehub.contracts.clauses import Ladder
from coursehub.contracts.counters import window_of
from coursehub.contracts.division import divided, moment_of
from coursehub.contracts.reasons import Factor, Reason
from coursehub.contracts.terms import Borne, Rate, TermsBody
from coursehub.ledger.allocation import way_to_target, webster_target
from coursehub.money import share_out

FEE_COST = "fee_cost"


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale as the waterfall needs to know it: amounts in minor units, facts already settled.

    gross_minor: what the buyer paid, tax included, after the discount.
    attributed: the party whose link brought the buyer, or None.
    discount_borne_by: the party whose campaign the discount was, or None.
    joined: the parties that had joined the campaign of the discount when the order was placed.
    module_weights, approved_minutes: contribution per party, as known at the sale.
    occurred_at: the moment as terms write it; needed by terms that look at dates or windows.
    counted: where the counters of `counters.names_for` stood before this sale.
    """

    gross_minor: int
    tax_bps: int = 0
    fee_minor: int = 0
    channel: str = "platform"
    attributed: str | None = None
    discount_minor: int = 0
    discount_borne_by: str | None = None
    joined: tuple[str, ...] = ()
    module_weights: Mapping[str, int] = field(default_factory=dict)
    approved_minutes: Mapping[str, int] = field(default_factory=dict)
    occurred_at: str = ""
    counted: Mapping[str, int] = field(default_factory=dict)


class Line(NamedTuple):
    """One amount of a money event, its clause and its arithmetic.

    role: tax and rail_fee go to the state and to the rail (party None); share and
    discount make up what a party gets; fee_cost is a fee that a party bears itself.
    """

    role: str
    party: str | None
    amount_minor: int
    path: str
    reason: Reason


_LINE = partial(tuple.__new__, Line)  # as Line(*each), for many in a third of the time


class _Leaf(NamedTuple):
    """One amount before rounding."""

    party: str
    path: str
    reason: Reason


def tax_within(gross_minor: int, tax_bps: int) -> int:
    """The tax inside a price that includes it, rounded half up to a minor unit.

    10600 at 600 bps holds 600; 9900 at 600 bps holds 560.377, so 560.
    """
    whole = 10_000 + tax_bps
    return (2 * gross_minor * tax_bps + whole) // (2 * whole)


def share_sale(terms: TermsBody, sale: Sale) -> tuple[Line, ...]:
    """Every line of a sale; their amounts add up to what the buyer paid.

    A fee larger than what the base may lose, or one the base does not deduct at all,
    is borne by the house as its own cost, so no share is ever negative.
    """
    tax = tax_within(sale.gross_minor, sale.tax_bps)
    after_tax = sale.gross_minor - tax
    covered = min(sale.fee_minor, after_tax) if "rail_fee" in terms.base.deduct else 0
    bearers = _bearers_of(terms, sale)
    list_price = sale.gross_minor + sale.discount_minor
    discount = list_price - tax_within(list_price, sale.tax_bps) - after_tax if bearers else 0
    pot = after_tax - covered + discount
    taxed = (Factor("tax", sale.tax_bps, 10_000 + sale.tax_bps),)
    lines = [Line("tax", None, tax, "/base", Reason("tax", sale.gross_minor, taxed))]
    lines.append(Line("rail_fee", None, sale.fee_minor, "/base", Reason("rail_fee", sale.fee_minor)))
    lines += _shared(terms, sale, pot)
    if discount:
        lines += _discount_lines(lines, bearers, discount)
    if uncovered := sale.fee_minor - covered:
        cost = Reason("fee_cost", Fraction(uncovered))
        lines.append(Line(FEE_COST, terms.house.id, -uncovered, "/base", cost))
    return tuple(lines)


def rate_for(terms: TermsBody, sale: Sale) -> tuple[Rate, str]:
    """The rate that answers for the sale's channel, and its clause.

    A link counts as a partner's own only if that partner is a party of these terms.
    """
    if sale.channel != "partner_link" or any(party.id == sale.attributed for party in terms.parties):
        for n, rate in enumerate(terms.rates.channels):
            if rate.channel == sale.channel:
                return Rate(rate.share_bps, rate.cap_minor), f"/rates/channels/{n}"
    return terms.rates.rest, "/rates/rest"


def _bearers_of(terms: TermsBody, sale: Sale) -> dict[str, str]:
    """Who bears the discount out of its own share, each by which clause; nobody if everybody does, at the lower price.

    Whose campaign it is, else those who joined it, else whom the rest rule names.
    """
    if not sale.discount_minor:
        return {}
    joined = {}
    for n, choice in enumerate(terms.discount.opted_in):
        if sale.gross_minor < choice.floor_price_minor:
            continue
        if choice.party == sale.discount_borne_by:
            return {choice.party: f"/discount/opted_in/{n}"}
        if choice.campaigns == "joined" and choice.party in sale.joined:
            joined[choice.party] = f"/discount/opted_in/{n}"
    rest = terms.discount.rest
    return joined or ({rest.party: "/discount/rest"} if isinstance(rest, Borne) else {})


def _shared(terms: TermsBody, sale: Sale, pot: int) -> Iterator[Line]:
    """Who gets what part of the pot, in declared order, rounded at once."""
    leaves, rest = _before_division(terms, sale, pot)
    division = divided(terms.split, sale)
    num, den = rest.numerator, rest.denominator * division.whole
    ratios = [leaf.reason.ratio for leaf in leaves]
    common = lcm(den, *(den for _num, den in ratios))
    exact = [num * (common // den) for num, den in ratios]
    num *= common // den
    amounts = iter(_rounded([*exact, *[num * part for part in division.parts]], common, pot))
    for leaf in leaves:
        yield Line("share", leaf.party, next(amounts), leaf.path, leaf.reason)
    reasons = Reason.of_parts("split", rest, division.factors)
    yield from map(_LINE, zip(repeat("share"), division.parties, amounts, division.paths, reasons, strict=False))


def _before_division(terms: TermsBody, sale: Sale, pot: int) -> tuple[list[_Leaf], Fraction | int]:
    """What goes before the rest is divided, exactly: fixed amounts, the platform, costs that come back first; and that rest."""
    found = []
    left = pot
    for n, fixed in enumerate(terms.fixed):
        amount = min(fixed.amount_minor, left)
        left -= amount
        cap = left + amount if amount < fixed.amount_minor else None
        found.append(_Leaf(fixed.party, f"/fixed/{n}", Reason("fixed", fixed.amount_minor, cap_minor=cap)))
    rate, path = rate_for(terms, sale)
    reason = _capped(_rated(rate, sale, left), _most_of(terms, rate, sale))
    found.append(_Leaf(terms.rates.party, path, reason))
    rest = left - reason.exact
    for n, cost in enumerate(terms.recoup):
        still = max(0, cost.amount_minor - sale.counted.get(f"recouped:{cost.id}", 0))
        back = _capped(Reason("recoup", rest, (Factor("recoup", cost.share_bps, 10_000),)), still)
        if exact := back.exact:
            found.append(_Leaf(cost.party, f"/recoup/{n}", back))
            rest -= exact
    return found, rest


def _rated(rate: Rate, sale: Sale, left: int) -> Reason:
    """The platform's part before any ceiling: by volume, by date, or one percentage."""
    if rate.ladder:
        volume = sale.counted.get(f"volume:{window_of(rate.ladder.window, moment_of(sale))}", 0)
        rungs = _climbed(rate, rate.ladder, volume, left)
        return Reason("rate", left, channel=sale.channel, rungs=rungs)
    share_bps = rate.share_bps
    for later in rate.later:
        if later.begins <= moment_of(sale):
            share_bps = later.share_bps
    return Reason("rate", left, (Factor("rate", share_bps, 10_000),), channel=sale.channel)


def _climbed(rate: Rate, ladder: Ladder, volume: int, left: int) -> tuple[tuple[int, int], ...]:
    """How much of what is left counts at which percentage, from the volume that was there before."""
    starts = [(0, rate.share_bps), *((rung.above_minor, rung.share_bps) for rung in ladder.rungs)]
    if ladder.kind == "slab":
        reached = [share_bps for above, share_bps in starts if above <= max(0, volume)]
        return ((left, reached[-1]),)
    ends = [above for above, _bps in starts[1:]] + [max(volume, 0) + left + 1]
    parts = []
    low, high = max(0, volume), max(0, volume) + left
    for (begin, share_bps), end in zip(starts, ends, strict=True):
        part = min(high, end) - max(low, begin)
        if part > 0:
            parts.append((part, share_bps))
    return tuple(parts) or ((0, rate.share_bps),)


def _most_of(terms: TermsBody, rate: Rate, sale: Sale) -> int | None:
    """The most that the platform may get of this sale: per sale, and of what is left of its window."""
    most = rate.cap_minor
    if terms.rates.ceiling:
        name = f"platform:{window_of(terms.rates.ceiling.window, moment_of(sale))}"
        still = max(0, terms.rates.ceiling.amount_minor - sale.counted.get(name, 0))
        most = still if most is None else min(most, still)
    return most


def _capped(reason: Reason, most: int | None) -> Reason:
    return reason._replace(cap_minor=most) if most is not None and reason.exact > most else reason


def _rounded(exact: Sequence[int], whole: int, pot: int) -> list[int]:
    """Round exact amounts, in parts of a `whole`, so that they add up to the pot: largest remainder, ties by declared order.

    Whole numbers over one denominator: exact, and several times quicker than fractions.
    """
    amounts, remainders = [part // whole for part in exact], [part % whole for part in exact]
    if left_over := pot - sum(amounts):
        for n in sorted(range(len(exact)), key=remainders.__getitem__, reverse=True)[:left_over]:
            amounts[n] += 1
    return amounts


def _discount_lines(lines: Sequence[Line], bearers: Mapping[str, str], discount: int) -> list[Line]:
    """Take the discount from its bearers in proportion to their shares; what exceeds these, from the others so.

    By hand: 30.00 off, borne by A, who gets 20.00, and B, who gets 40.00: 10.00 and 20.00. 90.00 off: 20.00 and 40.00,
    and 30.00 from the others.
    """
    got = shares_of(lines)
    own = {party: got.get(party, 0) for party in bearers}
    whole = min(discount, sum(own.values()))
    borne = share_out(whole, own) if whole else {}
    if excess := discount - whole:
        borne |= share_out(excess, {party: amount for party, amount in got.items() if party not in bearers})
    reason, first = Reason("discount", Fraction(discount)), next(iter(bearers.values()))
    return [Line("discount", party, -amount, bearers.get(party, first), reason) for party, amount in borne.items() if amount]


def shares_of(lines: Sequence[Line]) -> dict[str, int]:
    """What each party gets from these lines, fees it bears left aside; in order of appearance."""
    got: dict[str, int] = {}
    for line in lines:
        if line.role in ("share", "discount") and line.party:
            got[line.party] = got.get(line.party, 0) + line.amount_minor
    return got


def legs_of(lines: Sequence[Line]) -> dict[str, int]:
    """The legs a refund of this sale runs over; they add up to what the buyer paid.

    Keys: "tax", "share:<party>" and "rail_fee" (the part of the fee that the base lost).
    """
    tax = sum(line.amount_minor for line in lines if line.role == "tax")
    fee = sum(line.amount_minor for line in lines if line.role in ("rail_fee", FEE_COST))
    shares = {f"share:{party}": amount for party, amount in shares_of(lines).items()}
    return {"tax": tax, **shares, "rail_fee": fee}


def gone_of(taken: Iterable[Line]) -> dict[str, int]:
    """What lines of refunds, disputes and returns took of each leg of their sale, by the names of `legs_of`."""
    gone: dict[str, int] = {}
    for line in taken:
        name = "rail_fee" if line.role == FEE_COST else f"{line.role}:{line.party}" if line.party else line.role
        gone[name] = gone.get(name, 0) - line.amount_minor
    return gone


def share_refund(terms: TermsBody, sold: Sequence[Line], *, before_minor: int, amount_minor: int) -> tuple[Line, ...]:
    """Every line of a refund; their amounts add up to minus what goes back to the buyer.

    sold: the lines of the sale. before_minor: what was refunded of it before.
    Webster's rule over the running total: no step credits anybody, and a full refund in
    any parts takes back every leg exactly. The rail keeps its fee: that part stands with
    the party the terms name.

    By hand, half of the sale in this module's docstring: 5000 over the legs tax 566, house
    3691, A 2871, B 2552, fee 320. Halves are 283, 1845.5, 1435.5, 1276 and 160; Webster
    gives the one unit between house and A to the larger leg: 283, 1846, 1435, 1276, 160.
    """
    return share_back(terms, sold, webster_target(legs_of(sold), before_minor), amount_minor=amount_minor)


def share_back(terms: TermsBody, sold: Sequence[Line], gone: Mapping[str, int], *, amount_minor: int) -> tuple[Line, ...]:
    """Every line of what goes back of a sale now or, with a negative amount, comes again: a bank gave back what it had taken.

    gone: what is booked as gone of each leg (`gone_of`). Each leg goes from there to its target, decision 0049.
    """
    legs = legs_of(sold)
    booked = {name: gone.get(name, 0) for name in legs}
    part = (Factor("refunded", sum(booked.values()) + amount_minor, sum(legs.values()) or 1),)
    lines = []
    for name, amount in way_to_target(legs, booked, amount_minor=amount_minor).items():
        role, _sep, party = name.partition(":")
        reason = Reason("refund", Fraction(legs[name]), part, already_minor=booked[name])
        if role == "rail_fee":
            role, party, path, reason = FEE_COST, terms.refund_fee.bearer, "/refund_fee", reason._replace(kind="fee_cost")
        else:
            path = "/clawback"
        if amount_minor < 0:
            reason = Reason("reinstated", Fraction(-amount))
        lines.append(Line(role, party or None, -amount, path, reason))
    return tuple(lines)
