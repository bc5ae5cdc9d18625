"""Filling a book fast: real rows, which the database's own guards check one by one, in chunks of a few hundred journals.

A journal has four legs: the rail, tax, the house's income, and one of the partners. Every journal goes to the next party, so that a
month of 2,000 parties has as many sales of each. The same numbers give the same book.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from bench.floors.database import IS_SQLITE, Database, moment

AT_ONCE = 500
LEGS = 4
BEGUN = datetime(2026, 1, 1, 4, tzinfo=UTC)
DAYS = 90

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_POSTINGS = "INSERT INTO posting (journal_id, n, account_id, currency, amount_minor, term_path) VALUES " + ", ".join(
    ["(?, ?, ?, ?, ?, ?)"] * LEGS
)
_JOURNAL = """INSERT INTO journal (id, kind, effect_key, occurred_at, recorded_at, terms_hash, prev_hash, hash)
 VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""


def party(n: int) -> str:
    """The name of a partner that is only in the books."""
    return f"party{n:05d}"


def fill(db: Database, *, journals: int, parties: int) -> None:
    """So many journals more, spread evenly over ninety days."""
    with _quickly(db):
        height, last = _begin(db)
        opened: dict[tuple[str, str], int] = {}
        first, end = height, height + journals
        while height < end:
            db.begin()
            with nullcontext() if IS_SQLITE else db._connection.pipeline():
                for _n in range(min(AT_ONCE, end - height)):
                    at = BEGUN + timedelta(days=DAYS) * ((height - first) / journals)
                    height, last = _one(db, height + 1, last, at, opened, parties)
            db.commit()


def _begin(db: Database) -> tuple[int, str]:
    head = db.row("SELECT height, hash FROM chain_head")
    if head is None:
        genesis = sha256(b"coursehub book benchbook").hexdigest()
        db.run("INSERT INTO chain_head (id, book, height, hash) VALUES (1, ?, 0, ?)", "benchbook", genesis)
        return 0, genesis
    return head.height, head.hash


@contextmanager
def _quickly(db: Database) -> Iterator[None]:
    """Nothing here needs to outlive a power cut."""
    off, on = ("PRAGMA synchronous=OFF", "PRAGMA synchronous=FULL") if IS_SQLITE else (
        "SET synchronous_commit = off", "SET synchronous_commit = on")  # fmt: skip
    db.run(off)
    yield
    db.run(on)


def _one(db: Database, number: int, last: str, at: datetime, opened: dict[tuple[str, str], int], parties: int) -> tuple[int, str]:
    gross = 10_000 + number % 997
    whose = party(number // 2 % parties)
    legs = [
        ("asset:rail:stripe", "", gross - 300, None), ("liability:tax", "", -600, "/base"),
        ("income:share", "", -2_700, "/rates/rest"), ("liability:payable:held", whose, -(gross - 3_600), "/split"),
    ]  # fmt: skip
    when, key = at.astimezone(UTC).isoformat(timespec="microseconds"), f"fill:{number}"
    said = {
        "id": number, "kind": "sale", "effect_key": key, "occurred_at": when, "recorded_at": when, "terms_hash": None,
        "reverses": None, "prev_hash": last, "postings": [(code, who, "CNY", minor, path) for code, who, minor, path in legs],
    }  # fmt: skip
    linked = sha256(_encode(said).encode()).hexdigest()
    values: list[Any] = []
    for n, (code, who, minor, path) in enumerate(legs, start=1):
        values += [number, n, _account(db, code, who, opened), "CNY", minor, path]
    db.run(_POSTINGS, *values)
    now = moment(at)
    db.run(_JOURNAL, number, "sale", key, now, now, None, last, linked)
    return number, linked


def _account(db: Database, code: str, who: str, opened: dict[tuple[str, str], int]) -> int:
    number = opened.get((code, who))
    if number is None:
        number = opened[code, who] = int.from_bytes(sha256(f"{code}\n{who}\nCNY".encode()).digest()[:8]) >> 12
        db.run(
            "INSERT INTO account (id, code, party, currency, kind) SELECT ?, ?, ?, 'CNY', ? WHERE NOT EXISTS "
            "(SELECT 1 FROM account WHERE id = ?)", number, code, who, code.partition(":")[0], number,
        )  # fmt: skip
    return number


def height(db: Database) -> int:
    """The number of the last journal."""
    return _begin(db)[0]


def sell(many: int) -> str:
    """So many sales of the bench's partner by our own operation, for an itemised statement; the partner's public id."""
    import sqlalchemy as sa

    from coursehub.catalog.models import Course
    from coursehub.contracts.models import Terms
    from coursehub.contracts.operations import EventDraft, share
    from coursehub.db import db, transaction

    terms = db.session.execute(sa.select(Terms).order_by(Terms.id)).scalars().first()
    assert terms is not None
    course = db.session.execute(sa.select(Course).order_by(Course.id)).scalars().first()
    assert course is not None
    body, hashed, course_id = terms.body, terms.terms_hash, course.id
    at = datetime.now(UTC).replace(microsecond=0)
    for first in range(0, many, 100):
        with transaction():
            for n in range(first, min(first + 100, many)):
                gross = 9_900 + n % 997
                share(
                    EventDraft(
                        kind="sale", effect_key=f"bench sale:{n}", occurred_at=at, course_id=course_id, currency="CNY",
                        terms_hash=hashed,
                        facts={"gross_minor": gross, "tax_bps": 600, "fee_minor": 300, "channel": "platform", "order": f"o{n}"},
                    ),
                    at=at,
                )  # fmt: skip
        db.session.expunge_all()
    return str(next(side["id"] for side in body["parties"] if side["side"] == "partner"))
