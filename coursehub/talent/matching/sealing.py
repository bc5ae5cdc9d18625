"""Commitments: what was promised before anybody could know the result, and how to check it afterwards.

A list is sealed by SHA-256 over its canonical JSON and a salt that only its writer gets.
All seals of a round hang below one Merkle root; the seed that breaks ties is made of that
root and a number to which the house bound itself when the round was announced, so nobody
could steer it: the house not without knowing all lists, a writer not without the number.
Leaves and nodes begin with different words, so one never passes for the other (RFC 6962).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ARITY, HEX = 16, 64


def digest_of(document: Any) -> str:
    """SHA-256 of the canonical form of plain data (sorted keys, no spaces)."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def seal(writer: str, wishes: Sequence[str], salt: str) -> str:
    """The commitment to one list: who wrote it (an opaque id), the ids in order, the salt."""
    return digest_of([writer, list(wishes), salt])


def leaf_of(*parts: str) -> str:
    """The leaf that stands for these words, none of which holds a line break."""
    return hashlib.sha256(("leaf\n" + "\n".join(parts)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Tree:
    """A Merkle tree in which sixteen hang below each node, so that a way to the root is short and shared.

    groups: for each level from below, its nodes' hashes in groups of sixteen, each group one text.
    """

    root: str
    groups: list[list[str]]

    def way(self, n: int) -> list[str]:
        """The way of the n-th leaf: at each level the group it stands in."""
        found = []
        for level in self.groups:
            n //= ARITY
            found.append(level[n])
        return found


def tree_of(leaves: Sequence[str]) -> Tree:
    """The tree over hexadecimal leaves, in their order."""
    level, groups = list(leaves), []
    while True:
        above = ["".join(level[n : n + ARITY]) for n in range(0, len(level), ARITY)] or [""]
        groups.append(above)
        level = [_node(group) for group in above]
        if len(level) == 1:
            return Tree(level[0], groups)


def _node(group: str) -> str:
    return hashlib.sha256(("node\n" + group).encode()).hexdigest()


def leads_to(leaf: str, way: Sequence[str], root: str) -> bool:
    """Whether a leaf hangs below a root by this way: each group holds the hash of the one below it."""
    for group in way:
        if leaf not in (group[n : n + HEX] for n in range(0, len(group), HEX)):
            return False
        leaf = _node(group)
    return bool(way) and leaf == root


def seed_of(number: str, root: str) -> str:
    """The seed of a round: from the house's number and the root over all seals."""
    return digest_of(["seed", number, root])


def in_order(seed: str, programme: str, tied: Sequence[str]) -> list[str]:
    """Equally ranked learners in the order that the seed gives them for this programme; anybody can recompute it."""
    return sorted(tied, key=lambda learner: digest_of([seed, programme, learner]))
