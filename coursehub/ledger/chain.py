"""The chain: the canonical form of a journal, and the hash that links it to the one before.

The canonical form is RFC 8785 JSON of everything that a journal says, with the
names of its accounts instead of their numbers, so that a copy of the books can
be checked without this database.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


class Line(NamedTuple):
    """One leg as it is hashed."""

    code: str
    party: str
    currency: str
    amount_minor: int
    term_path: str | None


class Header(NamedTuple):
    """What a journal says besides its legs."""

    id: int
    kind: str
    effect_key: str
    occurred_at: datetime
    recorded_at: datetime
    terms_hash: str | None
    reverses: int | None


def genesis(book: str) -> str:
    """The hash that stands before the first journal of a book."""
    return sha256(f"coursehub book {book}".encode()).hexdigest()


def canonical(header: Header, lines: Sequence[Line], *, prev_hash: str) -> bytes:
    """The bytes that are hashed; postings in their order, moments in UTC to the microsecond.

    RFC 8785 for all that a journal can say: plain keys, strings and whole numbers of at
    most 53 bits. There the standard library writes the same bytes as the reference, five
    times faster (a test compares them).
    """
    return _encode(
        {
            "id": header.id,
            "kind": header.kind,
            "effect_key": header.effect_key,
            "occurred_at": _moment(header.occurred_at),
            "recorded_at": _moment(header.recorded_at),
            "terms_hash": header.terms_hash,
            "reverses": header.reverses,
            "prev_hash": prev_hash,
            "postings": lines,
        }
    ).encode()


def link(header: Header, lines: Sequence[Line], *, prev_hash: str) -> str:
    """The hash of a journal that follows `prev_hash`."""
    return sha256(canonical(header, lines, prev_hash=prev_hash)).hexdigest()


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
