"""What the books are asked for, in plain SQL by the driver: one GROUP BY, and the rows of an itemised statement, rendered."""

import json
from typing import Any

from bench.floors.database import Database, as_datetime, data

TOTALS = """SELECT a.party, a.currency, j.kind, sum(p.amount_minor) AS amount
 FROM posting p JOIN account a ON a.id = p.account_id JOIN journal j ON j.id = p.journal_id
 WHERE p.journal_id > ? AND p.journal_id <= ? AND (a.code LIKE 'liability:payable:%' OR a.code = 'asset:receivable')
 GROUP BY a.party, a.currency, j.kind"""
EVENTS = """SELECT e.id, e.public_id, e.effect_key, e.kind, e.occurred_at, e.held_until, c.public_id AS course, e.channel, e.terms_hash,
 e.currency, e.amount_minor, e.facts, e.contribution, e.journal_id FROM money_event e JOIN course c ON c.id = e.course_id
 WHERE e.currency = ? AND e.journal_id > ? AND e.journal_id <= ?
 AND EXISTS (SELECT 1 FROM money_line l WHERE l.event_id = e.id AND l.party = ?) ORDER BY e.id"""
LINES = """SELECT l.event_id, l.role, l.party, l.amount_minor, l.path FROM money_line l JOIN money_event e ON e.id = l.event_id
 WHERE e.currency = ? AND e.journal_id > ? AND e.journal_id <= ? ORDER BY l.event_id, l.n"""
SUM = """SELECT sum(p.amount_minor) AS posted, count(*) AS many FROM posting p JOIN account a ON a.id = p.account_id
 WHERE a.code = ? AND a.party = '' AND a.currency = ?"""
FACTS = ("gross_minor", "tax_bps", "fee_minor", "channel", "attributed", "discount_minor", "discount_borne_by", "joined")


def totals(db: Database, after: int, through: int) -> dict[tuple[str, str], dict[str, int]]:
    """(party, currency) -> kind of journal -> amount to its credit."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in db.rows(TOTALS, after, through):
        found.setdefault((row.party, row.currency), {})[row.kind] = -int(row.amount)
    return found


def itemised(db: Database, party: str, currency: str, after: int, through: int) -> str:
    """The sales of a statement with their lines, as JSON: for terms that count nothing and a month without refunds."""
    lines: dict[int, list[dict[str, Any]]] = {}
    for row in db.rows(LINES, currency, after, through):
        lines.setdefault(row.pop("event_id"), []).append(row)
    items = [
        {
            "id": row.public_id, "kind": row.kind, "occurred_at": _stamp(row.occurred_at), "held_until": _stamp(row.held_until),
            "course": row.course, "channel": row.channel, "terms_hash": row.terms_hash, "currency": row.currency,
            "amount_minor": row.amount_minor, "contribution": data(row.contribution), "reverses": None,
            "facts": {name: value for name, value in data(row.facts).items() if name in FACTS and value is not None},
            "journal": row.journal_id, "lines": lines[row.id], "n": row.id, "effect": row.effect_key,
        }
        for row in db.rows(EVENTS, currency, after, through, party)
    ]  # fmt: skip
    return json.dumps(items, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def posted(db: Database, code: str, currency: str) -> tuple[int, int]:
    """The sum of an account's postings, and how many there are."""
    row = db.row(SUM, code, currency)
    assert row is not None
    return int(row.posted or 0), int(row.many)


def _stamp(value: Any) -> str:
    return as_datetime(value).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
