"""What stands on a list, as texts that a seal can cover. No database, no clock.

A person's list is the ids of seats, best first. A seat's list says for each person the rank
and the id ("2:abc"): several may share a rank, which the seed breaks later.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby

from coursehub.talent.matching.sealing import in_order, leaf_of, tree_of

LONGEST = 30
"""Nobody needs to rank more seats than that; short lists keep reading them possible."""


def in_position(positions: Mapping[str, int]) -> list[str]:
    """The ids by the position that was typed beside each, in the order they came where two are alike."""
    return sorted(positions, key=lambda key: positions[key])


def ranks_as_texts(ranks: Mapping[str, int]) -> list[str]:
    """What a seat's seal covers: best first, and within a rank by id, so that the order typed says nothing."""
    return [f"{rank}:{key}" for rank, key in sorted((rank, key) for key, rank in ranks.items())]


def ranks_from_texts(texts: Sequence[str]) -> dict[str, int]:
    """The ranks that the texts stand for."""
    return {key: int(rank) for rank, _, key in (text.partition(":") for text in texts)}


def without_ties(ranks: Mapping[str, int], seed: str, seat: str) -> list[str]:
    """Best first, with those of one rank in the order that the seed gives them at this seat."""
    by_rank = sorted(ranks.items(), key=lambda each: each[1])
    return [key for _, tied in groupby(by_rank, key=lambda each: each[1]) for key in in_order(seed, seat, [k for k, _ in tied])]


def leaves_over(seals: Sequence[str]) -> list[str]:
    """The leaves of the tree over all seals of a run, in the one order that everybody can make: sorted."""
    return [leaf_of(each) for each in sorted(seals)]


def root_over(seals: Sequence[str]) -> str:
    """The root that is published when no list can change any more."""
    return tree_of(leaves_over(seals)).root
