"""Closing: what a contract's events come to when they are taken in their one right order. Pure: no database, no clock.

While a period is open, sales are shared in the order in which they arrive, and clauses that count (volume, ceilings,
costs that come back) look at what came before. Late and repeated deliveries change that order. At the close everything
is replayed by the moment at which it happened, then by its effect; the difference to what was booked is one visible
true-up for each party. So after a close nothing depends on the order of arrival or on how events were batched.

What a bank took and gave back moves no counter there: the sale was one all along, and a limit that it had filled was not
free for another sale meanwhile.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from coursehub.contracts.clauses import Guarantee
from coursehub.contracts.counters import moved_back, moved_by, window_of
from coursehub.contracts.terms import TermsBody
from coursehub.contracts.waterfall import Line, Sale, share_refund, share_sale, shares_of


@dataclass(frozen=True, slots=True)
class Happened:
    """A money event as its replay needs it.

    sale: for what gave something, without counters. reverses and amount_minor: for what took part of it back, the effect
    that it takes from and how much; below zero for what a bank gave back. passing_minor: what of it is a dispute of which the
    bank gave the money back, or that return (below zero). fixed: what each party got, for events that are
    not worked out again (a true-up stands as it is). A rebate has both: it ran over a whole fee, so it stands as it is
    while what it takes from comes to what it came to then (`was`); else it is worked out anew over the right lines.
    """

    effect_key: str
    moment: str
    terms: TermsBody
    sale: Sale | None = None
    reverses: str = ""
    amount_minor: int = 0
    passing_minor: int = 0
    fixed: Mapping[str, int] | None = None
    was: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """What a replay comes to: per window of a month each party's total, and where the counters stand at the end."""

    by_month: Mapping[tuple[str, str], int]
    counters: Mapping[str, int]

    def totals(self) -> dict[str, int]:
        """What each party got in all."""
        found: dict[str, int] = {}
        for (_month, party), amount in self.by_month.items():
            found[party] = found.get(party, 0) + amount
        return found

    def earned(self, party: str, window: str) -> int:
        """What a party got in a month (2026-03) or in a year (2026)."""
        return sum(amount for (month, who), amount in self.by_month.items() if who == party and month.startswith(window))


def replayed(events: Iterable[Happened]) -> Closed:
    """Work out every event anew, by moment and then by effect, whatever order they are given in.

    What takes something back comes after what it takes it from, whatever its clock said. Raises ValueError if that is missing.
    """
    every = list(events)
    moments = {event.effect_key: event.moment for event in every}
    known = _at_once(every, moments)
    counters: dict[str, int] = {}
    sold: dict[str, tuple[TermsBody, Sale, tuple[Line, ...], dict[str, int]]] = {}
    refunded: dict[str, int] = {}
    passing: dict[str, int] = {}
    by_month: dict[tuple[str, str], int] = {}
    for event in sorted(known, key=lambda each: _place(each, moments)):
        got: Mapping[str, int]
        if event.fixed is not None and not event.reverses:
            got, moved = event.fixed, dict[str, int]()
        elif event.sale is not None:
            lines = share_sale(event.terms, replace(event.sale, counted=counters))
            moved = moved_by(event.terms, lines, event.moment)
            sold[event.effect_key] = (event.terms, event.sale, lines, moved)
            got = shares_of(lines)
        elif event.reverses in sold:
            terms, sale, lines, were = sold[event.reverses]
            before = refunded.get(event.reverses, 0)
            refunded[event.reverses] = before + event.amount_minor
            first, sign = min(before, before + event.amount_minor), 1 if event.amount_minor > 0 else -1
            if event.fixed is not None and event.was == shares_of(lines):
                got = event.fixed
            else:
                moved_lines = share_refund(terms, lines, before_minor=first, amount_minor=abs(event.amount_minor))
                got = {party: sign * amount for party, amount in shares_of(moved_lines).items()}
            stays, lasting = before - passing.get(event.reverses, 0), event.amount_minor - event.passing_minor
            passing[event.reverses] = passing.get(event.reverses, 0) + event.passing_minor
            back = moved_back(were, gross_minor=sale.gross_minor, before_minor=stays, amount_minor=lasting)
            moved = {name: -step for name, step in back.items()}
        else:
            raise ValueError(f"{event.effect_key} takes back {event.reverses}, which is not there")
        for name, step in moved.items():
            counters[name] = counters.get(name, 0) + step
        for party, amount in got.items():
            place = (window_of("month", event.moment), party)
            by_month[place] = by_month.get(place, 0) + amount
    return Closed(by_month, counters)


def _at_once(events: Iterable[Happened], moments: Mapping[str, str]) -> list[Happened]:
    """What was taken from one sale and given back at one moment, as one step: by name they may stand in no possible order.

    Steps follow one queue of units, so one step over the sum gives what the single ones give together.
    """
    found: dict[tuple[str, ...], Happened] = {}
    for event in sorted(events, key=lambda each: each.effect_key):
        place: tuple[str, ...] = (event.effect_key,)
        if event.reverses and event.fixed is None:
            place = (event.reverses, _place(event, moments)[0])
        before = found.get(place)
        found[place] = event if before is None else _both(before, event)
    return list(found.values())


def _both(one: Happened, other: Happened) -> Happened:
    amount, passing = one.amount_minor + other.amount_minor, one.passing_minor + other.passing_minor
    return replace(one, amount_minor=amount, passing_minor=passing)


def _place(event: Happened, moments: Mapping[str, str]) -> tuple[str, bool, str]:
    return (max(event.moment, moments.get(event.reverses, "")), bool(event.reverses), event.effect_key)


def true_up(right: Mapping[str, int], booked: Mapping[str, int], *, house: str) -> dict[str, int]:
    """What each party still has to get, or has got too much, in minor units; it adds up to nothing.

    The house gets what the others do not: tax and the rail's fee stay as they were booked, and a refund in parts may have
    rounded them by a unit in another way than the right order would.
    """
    due = {
        party: right.get(party, 0) - booked.get(party, 0)
        for party in dict.fromkeys([*right, *booked])
        if party != house and right.get(party, 0) != booked.get(party, 0)
    }
    rest = -sum(due.values())
    return due | ({house: rest} if rest else {})


def shortfall(guarantee: Guarantee, earned_minor: int) -> int:
    """What is missing to a guarantee, at most its limit; nothing if enough was earned.

    By hand: 10,000.00 guaranteed, at most 4,000.00 added. Earned 7,500.00: 2,500.00. Earned 3,000.00: 4,000.00.
    """
    missing = max(0, guarantee.amount_minor - earned_minor)
    return missing if guarantee.cap_minor is None else min(missing, guarantee.cap_minor)
