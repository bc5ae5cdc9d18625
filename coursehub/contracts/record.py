"""The record of a negotiation: links of a hash chain, checkable by anybody who holds them."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from coursehub.contracts.terms import canonical


def beginning(contract: str) -> str:
    """What the first link of a contract's record points back to."""
    return hashlib.sha256(f"coursehub-record/1:{contract}".encode()).hexdigest()


def link(
    *,
    prev_hash: str,
    n: int,
    kind: str,
    at: datetime,
    party: str | None,
    person: str | None,
    body: Mapping[str, Any],
) -> str:
    """The hash of one link: canonical JSON of what happened and the hash before it. Opaque ids only."""
    document = {
        "prev_hash": prev_hash,
        "n": n,
        "kind": kind,
        "at": stamp(at),
        "party": party,
        "person": person,
        "body": dict(body),
    }
    return hashlib.sha256(canonical(document)).hexdigest()


def stamp(at: datetime) -> str:
    """A moment as text, always the same: UTC with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def is_whole(contract: str, links: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the links follow each other from the beginning, unedited and in order."""
    prev_hash = beginning(contract)
    for n, entry in enumerate(links, start=1):
        if entry["n"] != n or entry["prev_hash"] != prev_hash:
            return False
        content = {key: entry[key] for key in ("kind", "party", "person", "body")}
        prev_hash = link(prev_hash=prev_hash, n=n, at=datetime.fromisoformat(entry["at"]), **content)
        if entry["hash"] != prev_hash:
            return False
    return True
