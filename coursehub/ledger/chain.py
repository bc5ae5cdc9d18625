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
    postings = [
        leg_text(account_text(code, party), words(currency), amount_minor, words(term_path))
        for code, party, currency, amount_minor, term_path in lines
    ]
    number, kind, effect_key, occurred_at, recorded_at, terms_hash, reverses = header
    moments = moment_text(occurred_at), moment_text(recorded_at)
    return document((number, words(kind), words(effect_key), *moments, words(terms_hash), reverses), postings, words(prev_hash))


Written = tuple[int, str, str, str, str, str, int | None]
"""A header whose parts are written already, in its order: words as `words` gives them, moments without quotes."""


def document(header: Written, postings: list[str], prev_hash: str) -> bytes:
    """The canonical form, put together of parts that are written already."""
    number, kind, effect_key, occurred_at, recorded_at, terms_hash, reverses = header
    return (
        f'{{"effect_key":{effect_key},"id":{number},"kind":{kind},"occurred_at":"{occurred_at}",'
        f'"postings":[{",".join(postings)}],"prev_hash":{prev_hash},"recorded_at":"{recorded_at}",'
        f'"reverses":{"null" if reverses is None else reverses},"terms_hash":{terms_hash}}}'
    ).encode()


def account_text(code: str, party: str) -> str:
    """How a leg begins: the name of its account."""
    return f"{_quoted(code)},{_quoted(party)}"


def leg_text(account: str, currency: str, amount_minor: int, term_path: str) -> str:
    """One leg of parts that are written already."""
    return f"[{account},{currency},{amount_minor},{term_path}]"


def link(header: Header, lines: Sequence[Line], *, prev_hash: str) -> str:
    """The hash of a journal that follows `prev_hash`."""
    return sha256(canonical(header, lines, prev_hash=prev_hash)).hexdigest()


def words(said: str | None) -> str:
    """Words, or nothing, as JSON writes them."""
    return "null" if said is None else _quoted(said)


def moment_text(moment: datetime) -> str:
    """A moment in UTC to the microsecond."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
