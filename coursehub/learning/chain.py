"""The chain of evidence: arithmetic on rows, no database.

Each row's hash covers its own fields and the hash of the row before it, so one
edited, missing, added or reordered row is seen by whoever recomputes the chain.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import rfc8785

ZERO = "0" * 64
"""What stands before the first row of an enrolment."""

FIELDS = (
    "public_id",
    "enrolment",
    "release",
    "n",
    "step_key",
    "kind",
    "verdict",
    "score_bps",
    "inputs_hash",
    "outputs_hash",
    "grader",
    "at",
    "prev_hash",
)
"""What a row's hash covers, by name."""


def digest(value: Any) -> str:
    """The SHA-256 of a plain value in canonical JSON (RFC 8785), in hex."""
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()


def moment(at: datetime) -> str:
    """A moment as it stands in a hashed row: UTC, whole microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def row_hash(fields: Mapping[str, Any]) -> str:
    """The hash of one row, given all of FIELDS (`at` as text from `moment`).

    Raises KeyError if one is missing: a hash over less than everything is no proof.
    """
    return digest({name: fields[name] for name in FIELDS})


def breaks(rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """The `n` of each row of one enrolment, in order, that does not fit: none means whole."""
    wrong, before, expected = [], ZERO, 1
    for row in rows:
        fits = row["n"] == expected and row["prev_hash"] == before and row["hash"] == row_hash(row)
        if not fits:
            wrong.append(int(row["n"]))
        before, expected = str(row["hash"]), int(row["n"]) + 1
    return wrong
