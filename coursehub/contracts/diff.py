"""The difference between two terms, clause by clause: of the tree, not of the prose."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coursehub.contracts.terms import TermsBody, to_data

# What tells the entries of a list apart, so that an added one does not shift all others.
_KEYS = ("id", "channel", "label", "party")
_ASIDE = ("/version", "/contract", "/semantics")


@dataclass(frozen=True, slots=True)
class Change:
    """One place where two terms differ; None: not there."""

    path: str
    old: Any
    new: Any


def changes(old: TermsBody, new: TermsBody) -> list[Change]:
    """Every place where terms differ, in the order of the newer document; removed places last.

    Entries of lists are matched by what they are about (a party, a channel, a pot), not by position.
    """
    before, after = dict(_leaves(to_data(old), "")), dict(_leaves(to_data(new), ""))
    changed = [
        Change(path, before.get(path), value) for path, value in after.items() if before.get(path) != value or path not in before
    ]
    removed = [Change(path, value, None) for path, value in before.items() if path not in after]
    return [change for change in changed + removed if change.path not in _ASIDE]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from _leaves(child, f"{path}/{key}")
    elif isinstance(value, list) and value and all(isinstance(child, Mapping) for child in value):
        for n, child in enumerate(value):
            yield from _leaves(child, f"{path}/{_name(child, n)}")
    else:
        yield path, value


def _name(entry: Mapping[str, Any], n: int) -> str:
    for key in _KEYS:
        if key in entry:
            return f"{key}={entry[key]}"
    return str(n)
