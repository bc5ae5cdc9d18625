"""Replay: what past events would have given each party under other terms, and which change did what.

An event is a sale, or a course's part of a placement, of hours or of a pass. Static: people's behaviour is not guessed.
What counts over more than one event (volume, ceilings, costs that come back) begins at nothing with the first, as if the
terms had held from then on. Where terms name another rule for passes than the one by which a month of a pool was shared,
its money is divided by that rule first, over the minutes that were fixed then. What went back is taken back under the
other terms as well; a fee that nothing covers stands with whoever bears it; guarantees are added for every month and year
that lies wholly in between. So what all parties get together is the same under any terms that answer for the same events
by the same rule for passes, but for the odd unit of a part refund's tax.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from coursehub.contracts.closing import shortfall
from coursehub.contracts.counters import moved_back, moved_by, window_of
from coursehub.contracts.division import looks_at_dates
from coursehub.contracts.one_by_one import OneChange, one_by_one
from coursehub.contracts.pool_past import PooledPart
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import FEE_COST, Line, Sale, share_refund, share_sale

KEPT = ("share", "discount", FEE_COST)
"""The roles of lines that make up what a party keeps."""


@dataclass(frozen=True, slots=True)
class Past:
    """An event as it was: its facts, what each party kept of it as booked, and how much of it went back.

    kind: sale, or hire, hour or period for a course's part of a placement, of hours or of a pass. pooled: for the last, the
    month it is a part of, where that may be divided otherwise.
    """

    sale: Sale
    got: Mapping[str, int]
    refunded_minor: int = 0
    kind: str = "sale"
    pooled: PooledPart | None = None

    def divided_by(self, terms: TermsBody) -> "Past":
        """The same as terms would have it: of a pass, what falls to the course by their rule."""
        if self.pooled is None or not self.pooled.month.is_told or terms.pool in (None, self.pooled.month.rule):
            return self
        gross_minor, refunded_minor = self.pooled.under(terms.pool)
        return replace(self, sale=replace(self.sale, gross_minor=gross_minor), refunded_minor=refunded_minor)


@dataclass(frozen=True, slots=True)
class Moved:
    """What one party got from these events, and what it would have got."""

    party: str
    before_minor: int
    after_minor: int

    @property
    def change_minor(self) -> int:
        """More (or less) than before."""
        return self.after_minor - self.before_minor


@dataclass(frozen=True, slots=True)
class Effect:
    """What one change of the terms does to each party, on top of the changes before it."""

    change: OneChange
    by_party: Mapping[str, int]


def sale_from(facts: dict[str, Any], contribution: dict[str, Any], moment: str = "") -> Sale:
    """A sale as the book keeps its facts; moment: when it was, as terms write it."""
    return Sale(
        gross_minor=int(facts["gross_minor"]),
        tax_bps=int(facts.get("tax_bps", 0)),
        fee_minor=int(facts.get("fee_minor", 0)),
        channel=str(facts.get("channel", "platform")),
        attributed=facts.get("attributed"),
        discount_minor=int(facts.get("discount_minor", 0)),
        discount_borne_by=facts.get("discount_borne_by"),
        joined=tuple(facts.get("joined", ())),
        module_weights=contribution.get("module_weights", {}),
        approved_minutes=contribution.get("approved_minutes", {}),
        occurred_at=moment,
    )


def replay(past: Iterable[Past], terms: TermsBody, parties: Sequence[str]) -> list[Moved]:
    """Run events again under other terms, the oldest first; what went back is taken off on both sides."""
    events = list(past)
    before = dict.fromkeys(parties, 0)
    for each in events:
        for party, amount in each.got.items():
            before[party] = before.get(party, 0) + amount
    by_month = replay_by_month(events, terms)
    after = totals(by_month)
    return [Moved(party, before[party], after.get(party, 0)) for party in before]


def replay_by_month(past: Iterable[Past], terms: TermsBody) -> dict[tuple[str, str], int]:
    """What each party would have got, by month and party; guarantees stand in the last month of their window."""
    found: dict[tuple[str, str], int] = {}
    counters: dict[str, int] = {}
    known: dict[tuple[Any, ...], dict[str, int]] = {}
    counts = bool(terms.rates.rest.ladder or terms.rates.ceiling or terms.recoup)
    dated = bool(terms.rates.rest.later) or looks_at_dates(terms.split)
    months: list[str] = []
    for each in (event.divided_by(terms) for event in past):
        month = window_of("month", each.sale.occurred_at) if each.sale.occurred_at else ""
        if not months or months[-1] != month:
            months.append(month)
        if counts:
            got = _counted(each, terms, counters)
        else:  # equal sales have equal answers, and most sales are equal
            key = _key(each, dated=dated)
            got = known[key] if key in known else known.setdefault(key, _net(each, terms, {})[0])
        for party, amount in got.items():
            found[month, party] = found.get((month, party), 0) + amount
    for guarantee in terms.guarantees:
        for window, last in _whole_windows(guarantee.window, months):
            earned = sum(n for (month, who), n in found.items() if who == guarantee.party and month.startswith(window))
            missing = shortfall(guarantee, earned)
            found[last, guarantee.party] = found.get((last, guarantee.party), 0) + missing
            found[last, guarantee.funder] = found.get((last, guarantee.funder), 0) - missing
    return found


def totals(by_month: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """What each party gets in all."""
    found: dict[str, int] = {}
    for (_month, party), amount in by_month.items():
        found[party] = found.get(party, 0) + amount
    return found


def effects(past: Iterable[Past], old: TermsBody, new: TermsBody) -> list[Effect]:
    """Which change does what: the changes are made one after another, in the order of the waterfall.

    Their effects add up to the difference between the old terms and the new ones, to the cent.
    """
    events = list(past)
    found: list[Effect] = []
    standing: dict[str, int] | None = None
    for change in one_by_one(old, new):
        if not change.moves_money:
            found.append(Effect(change, {}))
            continue
        if standing is None:
            standing = totals(replay_by_month(events, old))
        after = totals(replay_by_month(events, change.after))
        moved = {party: after.get(party, 0) - standing.get(party, 0) for party in dict.fromkeys([*standing, *after])}
        found.append(Effect(change, moved))
        standing = after
    return found


def kept_of(lines: Sequence[Line]) -> dict[str, int]:
    """What each party has of these lines, less the fees that it bears."""
    kept: dict[str, int] = {}
    for line in lines:
        if line.role in KEPT and line.party:
            kept[line.party] = kept.get(line.party, 0) + line.amount_minor
    return kept


def _counted(past: Past, terms: TermsBody, counters: dict[str, int]) -> dict[str, int]:
    got, moved = _net(past, terms, counters)
    for name, step in moved.items():
        counters[name] = counters.get(name, 0) + step
    return got


def _net(past: Past, terms: TermsBody, counters: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """What each party keeps of an event when what went back is taken off, and how far the counters move.

    A part that these terms do not speak of stays with the house, as at the time; a sale they do not speak of is none.
    """
    if past.kind not in terms.scope.events:
        return ({} if past.kind == "sale" else {terms.house.id: past.sale.gross_minor - past.refunded_minor}), {}
    sale = replace(past.sale, counted=counters) if counters else past.sale
    lines = share_sale(terms, sale)
    got, moved = kept_of(lines), moved_by(terms, lines, sale.occurred_at)
    if past.refunded_minor:
        for party, amount in kept_of(share_refund(terms, lines, before_minor=0, amount_minor=past.refunded_minor)).items():
            got[party] = got.get(party, 0) + amount
        gross = past.sale.gross_minor
        for name, step in moved_back(moved, gross_minor=gross, before_minor=0, amount_minor=past.refunded_minor).items():
            moved[name] -= step
    return got, moved


def _key(past: Past, *, dated: bool) -> tuple[Any, ...]:
    """Everything that the answer for an event under terms without counters depends on."""
    sale = past.sale
    return (
        past.kind, sale.gross_minor, sale.tax_bps, sale.fee_minor, sale.channel, sale.attributed, sale.discount_minor,
        sale.discount_borne_by, sale.joined, sale.occurred_at if dated else "", past.refunded_minor,
        *sorted(sale.module_weights.items()), None, *sorted(sale.approved_minutes.items()),
    )  # fmt: skip


def _whole_windows(window: str, months: Sequence[str]) -> list[tuple[str, str]]:
    """The windows that lie wholly between the first and the last month, sold in or not, each with its last month."""
    known = [month for month in months if month]
    if not known:
        return []
    between = _months_between(min(known), max(known))
    if window == "month":
        return [(month, month) for month in between]
    return [(month[:4], month) for month in between if month.endswith("-12") and f"{month[:4]}-01" in {*between, min(known)}]


def _months_between(first: str, last: str) -> list[str]:
    """Every month after the first and before the last, as terms write them: 2026-03."""
    begin, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(begin + 1, end)]
