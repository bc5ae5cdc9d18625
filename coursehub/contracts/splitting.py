"""Splitting: the division of what is left, between terms as data and form fields named by their place.

A division is a tree: a branch goes to one party, is divided by modules or by hours, into
shares, or by date, and each share or time is a branch again. Its fields are named `split`, `split-0` (the
first share), `split-rest` and so on, so that a plain form can hold a tree of any depth.
Pure: neither database nor request.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from flask_babel import lazy_gettext as _l

from coursehub.contracts.counters import day_of, midnight
from coursehub.contracts.shape import Problem
from coursehub.contracts.terms import ByDate, Label, Node, Pay, Shares

ROOT = "split"
BY_MODULES, BY_HOURS, SHARES, BY_DATE = "by_modules", "by_hours", "shares", "by_date"
LISTED = {SHARES: "items", BY_DATE: "steps"}
"""Ways to divide that list parts, each with what terms call that list."""
LABELS: tuple[str, ...] = get_args(Label)
MOST_SHARES = 8
MOST_BRANCHES = 120  # twice what the compiler allows: it says better than we can what is too much
_NEEDED = _l("Fill this in.")


@dataclass
class Item:
    """One share or one time: what it is for and how much, or until which day, as typed, and where it goes."""

    label: str
    percent: str
    then: "Branch"
    ends_on: str = ""
    problems: list[Any] = field(default_factory=list)


@dataclass
class Branch:
    """One point of a division as the form shows it. `to` is a party's id or a way to divide.

    parties: in their order, by which a tie is broken; a page shows them in it.
    is_new: its fields were not on the form that was sent, so what they hold is a first guess.
    """

    name: str
    path: str
    to: str
    parties: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    rest: "Branch | None" = None
    is_new: bool = False
    problems: list[Any] = field(default_factory=list)

    @property
    def is_fact(self) -> bool:
        """Whether it is divided by what was recorded: modules or hours."""
        return self.to in (BY_MODULES, BY_HOURS)

    def walk(self) -> Iterator["Branch"]:
        """This branch and every one below."""
        yield self
        for below in (*(item.then for item in self.items), self.rest):
            if below is not None:
                yield from below.walk()


def drawn(node: Node, name: str = ROOT, path: str = "/split") -> Branch:
    """The branches that show this division."""
    if isinstance(node, Pay):
        return Branch(name, path, node.party)
    rest = drawn(node.rest, f"{name}-rest", f"{path}/rest")
    if isinstance(node, ByDate):
        times = [
            Item("", "", drawn(step.then, f"{name}-{n}", f"{path}/steps/{n}/then"), f"{day_of(step.ends)}")
            for n, step in enumerate(node.steps)
        ]
        return Branch(name, path, BY_DATE, items=times, rest=rest)
    if not isinstance(node, Shares):
        return Branch(name, path, node.kind, parties=list(node.parties), rest=rest)
    items = [
        Item(item.label, f"{Decimal(item.share_bps) / 100:f}", drawn(item.then, f"{name}-{n}", f"{path}/items/{n}/then"))
        for n, item in enumerate(node.items)
    ]
    return Branch(name, path, SHARES, items=items, rest=rest)


def typed(fields: Mapping[str, Sequence[str]], parties: Sequence[str]) -> Branch:
    """The division that a form's fields describe, by their names, each with the values sent for it.

    Fields that a newly chosen way to divide needs and the form did not have yet are
    filled with a first guess; nothing typed is lost.
    """
    return _Reading(fields, list(parties)).branch(ROOT, "/split")


class _Reading:
    def __init__(self, fields: Mapping[str, Sequence[str]], parties: list[str]) -> None:
        self.fields, self.parties, self.left = fields, parties, MOST_BRANCHES

    def value(self, name: str) -> str:
        values = self.fields.get(name) or [""]
        return values[0].strip()

    def count(self, name: str) -> int:
        sent = self.value(f"{name}.count")
        return min(MOST_SHARES, max(1, int(sent))) if sent.isascii() and sent.isdigit() and len(sent) < 3 else 1

    def branch(self, name: str, path: str) -> Branch:
        self.left -= 1
        to, shown = self.value(f"{name}.to"), self.value(f"{name}.shown")
        if to not in (*self.parties, BY_MODULES, BY_HOURS, SHARES, BY_DATE) or self.left < 1:
            to = self.parties[min(1, len(self.parties) - 1)]
        if to in self.parties:
            return Branch(name, path, to)
        is_new = shown != to and not {shown, to} <= {BY_MODULES, BY_HOURS}
        made = Branch(name, path, to, is_new=is_new)
        if to in LISTED:
            for n in range(1 if is_new else self.count(name)):
                label = self.value(f"{name}-{n}.label")
                made.items.append(
                    Item(
                        label if label in LABELS else LABELS[n % len(LABELS)],
                        self.value(f"{name}-{n}.percent")[:20],
                        self.branch(f"{name}-{n}", f"{path}/{LISTED[to]}/{n}/then"),
                        self.value(f"{name}-{n}.ends_on")[:10],
                    )
                )
        else:
            chosen = self.fields.get(f"{name}.parties") or []
            made.parties = list(self.parties) if is_new else [party for party in dict.fromkeys(chosen) if party in self.parties]
        made.rest = self.branch(f"{name}-rest", f"{path}/rest")
        return made


def with_another_share(root: Branch, name: str) -> Branch:
    """The division with one more empty share in the branch of this name; unchanged if it cannot have one."""
    for branch in root.walk():
        if branch.name == name and branch.to in LISTED and len(branch.items) < MOST_SHARES:
            used = {item.label for item in branch.items}
            label = next((label for label in LABELS if label not in used), LABELS[-1])
            n = len(branch.items)
            goes_to = Branch(f"{name}-{n}", f"{branch.path}/{LISTED[branch.to]}/{n}/then", root_party(branch))
            branch.items.append(Item(label, "", goes_to))
    return root


def root_party(branch: Branch) -> str:
    """Who gets the rest of the rest: a first guess for a new share."""
    while branch.rest is not None:
        branch = branch.rest
    return branch.to


def without_share(root: Branch, name: str) -> Branch:
    """The division without the share whose branch has this name; the last one leaves its rest in its place."""
    parent, _dash, n = name.rpartition("-")
    for branch in root.walk():
        if branch.name == parent and n.isdigit() and int(n) < len(branch.items):
            del branch.items[int(n)]
            if not branch.items and branch.rest is not None:
                rest = branch.rest
                branch.to, branch.parties, branch.items, branch.rest = rest.to, rest.parties, rest.items, rest.rest
    return _renamed(root, ROOT, "/split")


def _renamed(branch: Branch, name: str, path: str) -> Branch:
    branch.name, branch.path = name, path
    for n, item in enumerate(branch.items):
        _renamed(item.then, f"{name}-{n}", f"{path}/{LISTED[branch.to]}/{n}/then")
    if branch.rest is not None:
        _renamed(branch.rest, f"{name}-rest", f"{path}/rest")
    return branch


def find_problems(root: Branch) -> bool:
    """Put what cannot be read as a share beside it; whether anything was found."""
    found = False
    for branch in root.walk():
        if branch.is_new:
            branch.problems.append(_l("Say how it is divided."))
        elif branch.is_fact and not branch.parties:
            branch.problems.append(_l("Choose at least one side."))
        for item in branch.items:
            look = _problem_of_day(item.ends_on) if branch.to == BY_DATE else _problem_of(item.percent)
            problem = None if branch.is_new else look
            item.problems += [problem] if problem else []
            found = found or problem is not None
        found = found or bool(branch.problems)
    return found


def _problem_of(percent: str) -> Any:
    if not percent:
        return _NEEDED
    try:
        number = Decimal(percent)
    except InvalidOperation:
        return _l("Give a percentage from 0 to 100.")
    if not number.is_finite() or not Decimal(0) <= number <= Decimal(100):
        return _l("Give a percentage from 0 to 100.")
    return None if number * 100 == int(number * 100) else _l("Give at most two decimals.")


def _problem_of_day(day: str) -> Any:
    if not day:
        return _NEEDED
    try:
        date.fromisoformat(day)
    except ValueError:
        return _l("There is no such day. Choose another date.")
    return None


def as_node(branch: Branch) -> dict[str, Any]:
    """The division as data of terms. Only for one in which `find_problems` found nothing."""
    if branch.rest is None:
        return {"kind": "pay", "party": branch.to}
    rest = as_node(branch.rest)
    if branch.is_fact:
        return {"kind": branch.to, "parties": branch.parties, "rest": rest}
    if branch.to == BY_DATE:
        steps = [{"ends": midnight(date.fromisoformat(item.ends_on)), "then": as_node(item.then)} for item in branch.items]
        return {"kind": BY_DATE, "steps": steps, "rest": rest}
    items = [
        {"label": item.label, "share_bps": int(Decimal(item.percent) * 100), "then": as_node(item.then)} for item in branch.items
    ]
    return {"kind": SHARES, "items": items, "rest": rest}


def place(root: Branch, problem: Problem) -> str:
    """Put a problem of the compiler beside the share or branch that it is about; the name of the field to look at."""
    best = max(
        (branch for branch in root.walk() if f"{problem.path}/".startswith(f"{branch.path}/")),
        key=lambda branch: len(branch.path),
        default=root,
    )
    for n, item in enumerate(best.items):
        if problem.path.startswith(f"{best.path}/{LISTED[best.to]}/{n}/"):
            item.problems.append(problem.message)
            return f"{item.then.name}.{'ends_on' if best.to == BY_DATE else 'percent'}"
    best.problems.append(problem.message)
    return f"{best.name}.to"
