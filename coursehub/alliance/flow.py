"""The flow ledger: where people were, where they went, and that nobody gets lost on the way. No database, no clock.

At every moment a person is in exactly one place: learning in a course, at an organisation
(the one where they started last and have not left), outside the alliance, or unknown. For
each place and period: opening + in - out = closing; "outside" and "unknown" are places
like any other, so a figure cannot look better by forgetting somebody.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

NEW, LEARNING, OUTSIDE, UNKNOWN = "new", "learning", "outside", "unknown"
"""Places that are no organisation; "new" is where people come from who were in none before."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a career: what happened, when, and at which organisation (an opaque word of the caller's).

    kind: enrolled | certified | started | moved | left, others change no place. Somebody who "left" is
    outside if `detail` says so, else unknown; "moved" without an organisation likewise.
    """

    person: int
    kind: str
    at: datetime
    organisation: str | None = None
    detail: str = ""


@dataclass(slots=True)
class Line:
    """One place in one period: how many were there at its beginning, who came, who went, how many were there at its end."""

    opening: int = 0
    came: Counter[str] = field(default_factory=Counter)
    went: Counter[str] = field(default_factory=Counter)
    closing: int = 0

    @property
    def balances(self) -> bool:
        """Opening + in - out = closing."""
        return self.opening + self.came.total() - self.went.total() == self.closing


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every place of a period."""

    lines: dict[str, Line]

    def moved(self, before: str, after: str) -> int:
        """How many went from one place to another."""
        return self.lines[before].went[after] if before in self.lines else 0

    @property
    def balances(self) -> bool:
        """Whether every place balances and everybody who went somewhere came there."""
        went = {(a, b): n for a, line in self.lines.items() for b, n in line.went.items()}
        came = {(a, b): n for b, line in self.lines.items() for a, n in line.came.items()}
        return all(line.balances for place, line in self.lines.items() if place != NEW) and went == came


def path(facts: Iterable[Fact]) -> list[tuple[datetime, str]]:
    """One person's places in order, each with the moment from which they were there; facts in any order."""
    places: list[tuple[datetime, str]] = []
    jobs: list[str] = []  # where they work, in the order in which they started
    now = NEW
    for fact in sorted(facts, key=lambda f: (f.at, _ORDER.get(f.kind, 9))):
        place = _after(fact, jobs, now)
        if place != now:
            places.append((fact.at, place))
            now = place
    return places


_ORDER = {"enrolled": 0, "certified": 1, "left": 2, "moved": 3, "started": 4}


def _after(fact: Fact, jobs: list[str], now: str) -> str:
    """Where a fact leaves the person; keeps the list of their jobs."""
    gone = OUTSIDE if fact.detail == OUTSIDE else UNKNOWN
    if fact.kind == "started" and fact.organisation:
        if fact.organisation in jobs:
            jobs.remove(fact.organisation)
        jobs.append(fact.organisation)
        return fact.organisation
    if fact.kind == "left" and fact.organisation in jobs:
        jobs.remove(fact.organisation)
        return jobs[-1] if jobs else gone
    if fact.kind == "moved":
        jobs.clear()
        if fact.organisation:
            jobs.append(fact.organisation)
        return fact.organisation or gone
    if fact.kind in ("enrolled", "certified") and now == NEW:
        return LEARNING
    return now


def paths(facts: Iterable[Fact]) -> dict[int, list[tuple[datetime, str]]]:
    """Everybody's places."""
    by_person: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_person[fact.person].append(fact)
    return {person: path(own) for person, own in by_person.items()}


def ledger(everybody: dict[int, list[tuple[datetime, str]]], begins: datetime, ends: datetime) -> Ledger:
    """What happened from `begins` (included) to `ends` (excluded)."""
    lines: dict[str, Line] = defaultdict(Line)
    for places in everybody.values():
        now = NEW
        for at, place in places:
            if at < begins:
                now = place
        if now != NEW:
            lines[now].opening += 1
        for at, place in places:
            if begins <= at < ends:
                lines[now].went[place] += 1
                lines[place].came[now] += 1
                now = place
        if now != NEW:
            lines[now].closing += 1
    return Ledger(dict(lines))


def matrix(found: Ledger, rows: Sequence[str], columns: Sequence[str]) -> list[list[int]]:
    """How many went from each place to each, those who stayed included on the diagonal."""
    stayed = {place: line.opening - line.went.total() for place, line in found.lines.items()}
    return [
        [max(0, stayed.get(before, 0)) if before == after else found.moved(before, after) for after in columns] for before in rows
    ]


@dataclass(frozen=True, slots=True)
class Spell:
    """One stay inside the alliance: how many days, and how it ended (None while it lasts)."""

    days: int
    exit: str | None


def stays(
    everybody: dict[int, list[tuple[datetime, str]]], members: frozenset[str], now: datetime
) -> tuple[list[Spell], list[Spell]]:
    """Everybody's first stay, with their first employer and inside the alliance as a whole.

    First: from their first start until they are no longer with that employer; it ends by moving inside the
    alliance, leaving it, or unknown. Second: from the same start until they are with no member at all.
    """
    with_employer, inside = [], []
    for places in everybody.values():
        begun = next((n for n, (_at, place) in enumerate(places) if place in members), None)
        if begun is None:
            continue
        since = places[begun][0]
        if since > now:
            continue
        later = [(at, place) for at, place in places[begun + 1 :] if at <= now]
        moved = later[0] if later else None
        with_employer.append(_spell(since, moved, now, members))
        gone = next(((at, place) for at, place in later if place not in members), None)
        inside.append(_spell(since, gone, now, members))
    return with_employer, inside


def _spell(since: datetime, end: tuple[datetime, str] | None, now: datetime, members: frozenset[str]) -> Spell:
    if end is None:
        return Spell((now - since).days, None)
    at, place = end
    return Spell((at - since).days, "moved" if place in members else OUTSIDE if place == OUTSIDE else UNKNOWN)
