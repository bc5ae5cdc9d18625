"""From one set of terms to another, one change after another, so that each change has an effect of its own.

A change is the smallest thing that can differ while the rest still answers for every event: one rate, one guarantee,
the percentages of one division. They come in the order of the waterfall; what moves no money comes last. Pure.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from coursehub.contracts.terms import ByDate, Node, Pay, Rates, Shares, TermsBody

MONEY = ("scope", "pool", "base", "fixed", "rates", "recoup", "split", "discount", "guarantees", "refund_fee")
"""The parts of terms that decide how much each side gets, in the order of the waterfall."""
Entries = tuple[Any, ...]
_ASIDE = ("semantics", "contract", "version")


@dataclass(frozen=True, slots=True)
class OneChange:
    """One change: where, and the whole terms before and after it. moves_money: it decides how much, not when or how."""

    path: str
    before: TermsBody
    after: TermsBody

    @property
    def part(self) -> str:
        """The part of the terms it stands in."""
        return self.path.split("/")[1]

    @property
    def moves_money(self) -> bool:
        """Whether it can change what a sale gives to anybody."""
        return self.part in MONEY


def one_by_one(old: TermsBody, new: TermsBody) -> Iterator[OneChange]:
    """Every change from the old terms to the new ones, each made on top of those before it; the last leads to the new terms."""
    standing = replace(old, **{name: getattr(new, name) for name in _ASIDE})
    names = [each.name for each in fields(TermsBody) if each.name not in _ASIDE]
    for part in (*MONEY, *(name for name in names if name not in MONEY)):
        for path, value in _versions(part, getattr(standing, part), getattr(new, part)):
            following = replace(standing, **{part: value})
            yield OneChange(path, standing, following)
            standing = following


def _versions(part: str, old: Any, new: Any) -> Iterator[tuple[str, Any]]:
    """Successive values of one part, each with the path of what changed last."""
    path = f"/{part}"
    if part == "rates":
        yield from _rates(old, new)
    elif part == "split":
        yield from _nodes(old, new, path)
    elif part == "discount":
        for where, entries in _listed(f"{path}/opted_in", old.opted_in, new.opted_in, _party):
            old = replace(old, opted_in=entries)
            yield where, old
        yield from _fields(old, new, path, ("rest",))
    elif part in _LISTS:
        yield from _listed(path, old, new, _LISTS[part])
    elif old != new:
        yield path, new


def _party(entry: Any) -> str:
    return str(entry.party)


_LISTS: dict[str, Callable[[Any], Any]] = {
    "fixed": _party, "recoup": lambda cost: cost.id, "guarantees": lambda each: (each.party, each.window),
}  # fmt: skip
"""Lists of clauses that stand each for itself, and what tells their entries apart."""


def _rates(old: Rates, new: Rates) -> Iterator[tuple[str, Rates]]:
    """Who runs the platform; the rate of each channel; the rest rate's percentage, its cap, its steps; the ceiling."""
    if old.party != new.party:
        old = replace(old, party=new.party)
        yield "/rates/party", old
    for path, channels in _listed("/rates/channels", old.channels, new.channels, lambda rate: rate.channel):
        old = replace(old, channels=channels)
        yield path, old
    for path, rest in _fields(old.rest, new.rest, "/rates/rest", ("share_bps",), ("cap_minor",), ("ladder", "later")):
        old = replace(old, rest=rest)
        yield path, old
    yield from _fields(old, new, "/rates", ("ceiling",))


def _fields(old: Any, new: Any, path: str, *groups: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """One version for each group of fields that differ."""
    for group in groups:
        following = replace(old, **{name: getattr(new, name) for name in group})
        if following != old:
            old = following
            yield f"{path}/{group[0]}", old


def _listed(path: str, old: Entries, new: Entries, key: Callable[[Any], Any]) -> Iterator[tuple[str, Entries]]:
    """One version for each entry that differs, is new or is gone; the last one has the order of the new list, too."""
    before, after = {key(each): each for each in old}, {key(each): each for each in new}
    if len(before) != len(old) or len(after) != len(new):  # several of one name are told apart by nothing: one change
        differ = []
    else:
        differ = [name for name in {**after, **before} if before.get(name) != after.get(name)]
    standing = dict(before)
    for name in differ:
        if name in after:
            standing[name] = after[name]
        else:
            del standing[name]
        place = list(after if name in after else before).index(name)
        yield f"{path}/{place}", new if name == differ[-1] else tuple(standing.values())
    if not differ and old != new:
        yield path, new


def _nodes(old: Any, new: Any, path: str) -> Iterator[tuple[str, Node]]:
    """Successive divisions: where two have the same shape, their percentages, days and sides change each for itself."""
    if old == new:
        return
    if isinstance(old, Pay) or _shape(old) != _shape(new):
        yield path, new
        return
    own = _with_own(old, new)
    if own != old:
        yield path, own
    field = "items" if isinstance(own, Shares) else "steps" if isinstance(own, ByDate) else ""
    pairs = zip(getattr(own, field), getattr(new, field), strict=True) if field else ()
    for n, (mine, theirs) in enumerate(pairs):
        for where, node in _nodes(mine.then, theirs.then, f"{path}/{field}/{n}/then"):
            entries = list(getattr(own, field))
            entries[n] = replace(entries[n], then=node)
            own = replace(own, **{field: tuple(entries)})
            yield where, own
    for where, node in _nodes(own.rest, new.rest, f"{path}/rest"):
        own = replace(own, rest=node)
        yield where, own


def _shape(node: Node) -> tuple[Any, ...]:
    """What two divisions must have in common to be the same one with other numbers."""
    if isinstance(node, Shares):
        return (node.kind, *(item.label for item in node.items))
    return (node.kind, len(node.steps)) if isinstance(node, ByDate) else (node.kind,)


def _with_own(old: Any, new: Any) -> Any:
    """The old division with the percentages, days or sides of the new one; what stands below it is as before."""
    if isinstance(old, Shares):
        pairs = zip(old.items, new.items, strict=True)
        return replace(old, items=tuple(replace(mine, share_bps=theirs.share_bps) for mine, theirs in pairs))
    if isinstance(old, ByDate):
        days = zip(old.steps, new.steps, strict=True)
        return replace(old, steps=tuple(replace(mine, ends=theirs.ends) for mine, theirs in days))
    return replace(old, parties=new.parties)
