"""The chain of audit lines: what a line's digest and its link are computed from. No database.

A link binds the one before, the line's place, its moment and the digest of what it says. The digest is salted: when the line is
emptied its salt goes with it, and nobody can try out whom it was about; the chain stays whole all the same.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import rfc8785

BEGINNING = sha256(b"audit lines/1").hexdigest()
"""What the first line links back to."""
SAID = ("act", "person_id", "by_id", "organisation_id", "facts")
EMPTIED: dict[str, Any] = {
    "act": "", "person_id": None, "by_id": None, "organisation_id": None, "facts": {}, "salt": None,
}  # fmt: skip
"""What is left in a line whose time is over."""


def digest_of(said: Mapping[str, Any], salt: str) -> str:
    """The digest of what a line says (the columns of SAID) with its salt."""
    return sha256(rfc8785.dumps({"salt": salt} | {name: said[name] for name in SAID})).hexdigest()


def link(prev_hash: str, number: int, at: datetime, digest: str) -> str:
    """The hash of a line that follows `prev_hash`."""
    return sha256(f"{prev_hash} {number} {at.astimezone(UTC).isoformat(timespec='microseconds')} {digest}".encode()).hexdigest()
