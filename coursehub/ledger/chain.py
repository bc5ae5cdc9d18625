"""The chain: the canonical form of a journal, and the hash that links it to the one before.

The canonical form is RFC 8785 JSON of everything that a journal says, with the
names of its accounts instead of their numbers, so that a copy of the books can
be checked without this database.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from json.encoder import encode_basestring as _quoted
from typing import NamedTuple


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
    most 53 bits. Written out key by key in their order: the same bytes as the reference
    (a test compares them) in a tenth of the time, of which proving a long chain mostly consists.
    """
    postings = ",".join(
        [
            f"[{_quoted(code)},{_quoted(party)},{_quoted(currency)},{amount_minor},{_or_null(term_path)}]"
            for code, party, currency, amount_minor, term_path in lines
        ]
    )
    reverses = "null" if header.reverses is None else header.reverses
    return (
        f'{{"effect_key":{_quoted(header.effect_key)},"id":{header.id},"kind":{_quoted(header.kind)},'
        f'"occurred_at":"{_moment(header.occurred_at)}","postings":[{postings}],"prev_hash":{_quoted(prev_hash)},'
        f'"recorded_at":"{_moment(header.recorded_at)}","reverses":{reverses},"terms_hash":{_or_null(header.terms_hash)}}}'
    ).encode()


def link(header: Header, lines: Sequence[Line], *, prev_hash: str) -> str:
    """The hash of a journal that follows `prev_hash`."""
    return sha256(canonical(header, lines, prev_hash=prev_hash)).hexdigest()


def _or_null(words: str | None) -> str:
    return "null" if words is None else _quoted(words)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
