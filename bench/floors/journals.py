"""A four-leg journal in raw SQL: the same tables, triggers, chain and balances as ours."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from bench.floors.database import IS_SQLITE, Database, moment

HEAD = "SELECT height, hash FROM chain_head" + ("" if IS_SQLITE else " FOR UPDATE")
POSTINGS = "INSERT INTO posting (journal_id, n, account_id, currency, amount_minor, term_path) VALUES " + ", ".join(
    ["(?, ?, ?, ?, ?, ?)"] * 4
)
JOURNAL = """INSERT INTO journal (id, kind, effect_key, occurred_at, recorded_at, terms_hash, prev_hash, hash)
 VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
BEGIN_BOOK = "INSERT INTO chain_head (id, book, height, hash) VALUES (1, ?, 0, ?)"
ACCOUNT = "SELECT id FROM account WHERE id = ?"
OPEN = "INSERT INTO account (id, code, party, currency, kind) VALUES (?, ?, ?, ?, ?)"
Leg = tuple[str, str, int, str | None]

_open: dict[tuple[str, str, str], int] = {}
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def _account(db: Database, code: str, party: str, currency: str) -> int:
    name = (code, party, currency)
    number = _open.get(name)
    if number is None:
        number = int.from_bytes(sha256("\n".join(name).encode()).digest()[:8]) >> 12
        if db.row(ACCOUNT, number) is None:
            db.run(OPEN, number, code, party, currency, code.partition(":")[0])
        _open[name] = number
    return number


def book(db: Database, kind: str, effect: str, currency: str, legs: list[Leg], at: datetime, *, terms_hash: str | None) -> int:
    """Write one journal of four legs in the open transaction."""
    head = db.row(HEAD)
    if head is None:
        db.run(BEGIN_BOOK, "benchbook", "0" * 64)
        head = db.row(HEAD)
        assert head is not None
    number, when = head.height + 1, at.astimezone(UTC).isoformat(timespec="microseconds")
    said = {
        "id": number, "kind": kind, "effect_key": effect, "occurred_at": when, "recorded_at": when, "terms_hash": terms_hash,
        "reverses": None, "prev_hash": head.hash,
        "postings": [(code, party, currency, amount, path) for code, party, amount, path in legs],
    }  # fmt: skip
    linked = sha256(_encode(said).encode()).hexdigest()
    values: list[Any] = []
    for n, (code, party, amount, path) in enumerate(legs, start=1):
        values += [number, n, _account(db, code, party, currency), currency, amount, path]
    db.run(POSTINGS, *values)
    now = moment(at)
    db.run(JOURNAL, number, kind, effect, now, now, terms_hash, head.hash, linked)
    return number
