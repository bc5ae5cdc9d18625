"""How the rest of a sale is divided, whatever it amounts to: who gets how many parts of the whole. Pure.

The answer depends on the division and on facts of the sale alone, so it is the same for many sales and is kept.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import lcm
from typing import Any, NamedTuple, Protocol

from coursehub.contracts.reasons import Factor
from coursehub.contracts.terms import ByDate, ByHours, ByModules, Node, Pay, Shares


class Facts(Protocol):
    """What a division asks of a sale: contributions by party, and when it was (as terms write it; may be empty)."""

    @property
    def module_weights(self) -> Mapping[str, int]:
        """Weight of the modules that each party made."""

    @property
    def approved_minutes(self) -> Mapping[str, int]:
        """Approved teaching time of each party."""

    @property
    def occurred_at(self) -> str:
        """The moment of the sale."""


class _Twig(NamedTuple):
    """Where the division of what is left ends: who, by which clause, by which factors, and their product."""

    party: str
    path: str
    factors: tuple[Factor, ...]
    num: int
    den: int


class Division(NamedTuple):
    """A whole division for certain facts: who gets how many parts of the whole, by which clause and factors."""

    split: Node
    parties: tuple[str, ...]
    paths: tuple[str, ...]
    factors: tuple[tuple[Factor, ...], ...]
    parts: tuple[int, ...]
    whole: int


_KNOWN: OrderedDict[tuple[Any, ...], Division] = OrderedDict()
_MOST_KNOWN = 512


def divided(split: Node, sale: Facts) -> Division:
    """How a division ends for the facts of a sale. Many sales share terms and facts, so the last answers are kept.

    The division itself stands in the entry, so that its identity cannot come to mean another one.
    """
    key: tuple[Any, ...] = (id(split), *sale.module_weights.items(), None, *sale.approved_minutes.items())
    known = _KNOWN.get(key) or _KNOWN.get((*key, sale.occurred_at))
    if known is not None and known.split is split:
        return known
    if looks_at_dates(split):
        key = (*key, sale.occurred_at)
    twigs = tuple(_branch(split, sale, _Twig("", "/split", (), 1, 1)))
    whole = lcm(*(twig.den for twig in twigs))
    parties, paths, factors, nums, dens = zip(*twigs, strict=True)
    found = _KNOWN[key] = Division(
        split, parties, paths, factors, tuple(num * (whole // den) for num, den in zip(nums, dens, strict=True)), whole
    )
    while len(_KNOWN) > _MOST_KNOWN:
        try:
            _KNOWN.popitem(last=False)
        except KeyError:  # another thread emptied it
            break
    return found


@lru_cache(maxsize=_MOST_KNOWN)
def looks_at_dates(node: Node) -> bool:
    """Whether a division changes by itself on a day."""
    if isinstance(node, Pay):
        return False
    if isinstance(node, ByDate):
        return True
    below = [item.then for item in node.items] if isinstance(node, Shares) else []
    return any(looks_at_dates(each) for each in (*below, node.rest))


def moment_of(sale: Facts) -> str:
    """When it was. Raises ValueError for a sale that does not say, under terms that ask."""
    if not sale.occurred_at:
        raise ValueError("these terms look at dates, and the sale has none")
    return sale.occurred_at


def _branch(node: Node, sale: Facts, twig: _Twig) -> Iterator[_Twig]:
    """Follow one node of the division down to the parties."""
    path = twig.path
    if isinstance(node, Pay):
        yield twig._replace(party=node.party)
    elif isinstance(node, Shares):
        rest_bps = 10_000
        for n, share in enumerate(node.items):
            rest_bps -= share.share_bps
            part = _times(twig, Factor(share.label, share.share_bps, 10_000), f"{path}/items/{n}/then")
            yield from _branch(share.then, sale, part)
        if rest_bps:
            yield from _branch(node.rest, sale, _times(twig, Factor("rest", rest_bps, 10_000), f"{path}/rest"))
    elif isinstance(node, ByDate):
        for n, step in enumerate(node.steps):
            if moment_of(sale) < step.ends:
                yield from _branch(step.then, sale, twig._replace(path=f"{path}/steps/{n}/then"))
                return
        yield from _branch(node.rest, sale, twig._replace(path=f"{path}/rest"))
    else:
        yield from _by_contribution(node, sale, twig)


def _by_contribution(node: ByModules | ByHours, sale: Facts, twig: _Twig) -> Iterator[_Twig]:
    facts = sale.module_weights if isinstance(node, ByModules) else sale.approved_minutes
    weights = {party: facts.get(party, 0) for party in node.parties}
    total = sum(weights.values())
    if not total:  # nobody has contributed yet: the rest answers
        yield from _branch(node.rest, sale, twig._replace(path=f"{twig.path}/rest"))
        return
    by = "modules" if isinstance(node, ByModules) else "hours"
    for n, (party, weight) in enumerate(weights.items()):
        if weight:
            yield _times(twig, Factor(by, weight, total), f"{twig.path}/parties/{n}")._replace(party=party)


def _times(twig: _Twig, factor: Factor, path: str) -> _Twig:
    return twig._replace(path=path, factors=(*twig.factors, factor), num=twig.num * factor.num, den=twig.den * factor.den)
