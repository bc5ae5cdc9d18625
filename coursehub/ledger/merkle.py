"""The Merkle tree over the journals of a day: one hash that says all of them, and short proofs that one is among them.

As in RFC 6962 (certificate transparency), section 2.1: SHA-256; a leaf is hashed after a byte 0 and an inner node
after a byte 1, so that no node can pass for a leaf; the tree of nothing is the hash of nothing. Pairing level by
level and carrying an odd last node up unchanged gives the same tree as that section's split at powers of two.
"""

from collections.abc import Sequence
from hashlib import sha256

EMPTY = sha256().digest()


def leaf_hash(content: bytes) -> bytes:
    """A leaf: here the content is the 32 bytes of a journal's hash."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """An inner node over the two below it."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A whole tree, kept level by level, for the root and the proof of any of its leaves."""

    def __init__(self, contents: Sequence[bytes]) -> None:
        """contents: what the leaves say, in their order."""
        self._levels = [[leaf_hash(content) for content in contents]]
        while len(below := self._levels[-1]) > 1:
            paired = [node_hash(below[n], below[n + 1]) for n in range(0, len(below) - 1, 2)]
            self._levels.append(paired + below[len(below) & ~1 :])

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0])

    @property
    def root(self) -> bytes:
        """The hash that says all leaves in their order."""
        return self._levels[-1][0] if self.size else EMPTY

    def path(self, index: int) -> list[bytes]:
        """The audit path of one leaf (from 0): what it is hashed with on the way to the root. Raises IndexError."""
        if not 0 <= index < self.size:
            raise IndexError(f"no leaf {index} among {self.size}")
        found = []
        for level in self._levels[:-1]:
            beside = index ^ 1
            if beside < len(level):
                found.append(level[beside])
            index >>= 1
        return found


def root_from(content: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a proof leads to, or None if the path has another length than a leaf there needs.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    found, place, last = leaf_hash(content), index, size - 1
    for beside in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = node_hash(beside, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None
