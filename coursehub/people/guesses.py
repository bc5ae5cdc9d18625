"""Counting guesses: at most ten in fifteen minutes per account and per network address.

A guess is counted before it is looked at, in our own table, so that two workers
give ten and not twenty; a right one is given back. Accounts are counted by the
address typed, whether it exists or not, so the count tells nothing.
"""

import ipaddress
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.errors import Refusal
from coursehub.people.models import Guess
from coursehub.people.tokens import keyed_hash

LIMIT = 10
WINDOW = timedelta(minutes=15)
LETTERS_PER_MAILBOX = 4


class TooManyGuesses(Refusal):
    """Too many tries. Wait fifteen minutes, then try again."""

    status = 429


def account(email_key: str) -> str:
    """What guesses at one account are counted under."""
    return keyed_hash("guess account", email_key)


def network(address: str | None) -> str:
    """What guesses from one network address are counted under; IPv6 by the network a customer gets (/64)."""
    text = address or "nowhere"
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return keyed_hash("guess network", text)
    if parsed.version == 6:
        text = str(ipaddress.ip_network((parsed, 64), strict=False))
    return keyed_hash("guess network", text)


def mailbox(email_key: str) -> str:
    """What letters to one mailbox are counted under."""
    return keyed_hash("letters", email_key)


def count(*subjects: str, at: datetime) -> list[int]:
    """Count one guess at each subject and give the rows, to be given back if it was right.

    Raises TooManyGuesses, counting nothing, when a subject has no guess left.
    """
    rows = _count(subjects, at=at, limit=LIMIT)
    if rows is None:
        raise TooManyGuesses
    return rows


def may_write_to(email_key: str, *, at: datetime) -> bool:
    """Whether one more letter may go to this mailbox now; counts it if so."""
    return _count((mailbox(email_key),), at=at, limit=LETTERS_PER_MAILBOX) is not None


def _count(subjects: tuple[str, ...], *, at: datetime, limit: int) -> list[int] | None:
    with transaction():
        for subject in sorted(subjects):
            _one_at_a_time(subject)
            if _spent(subject, at) >= limit:
                return None
        rows = [Guess(subject=subject, at=at) for subject in subjects]
        db.session.add_all(rows)
        db.session.flush()
        return [row.id for row in rows]


def give_back(ids: list[int]) -> None:
    """Forget guesses that turned out right."""
    with transaction():
        db.session.execute(sa.delete(Guess).where(Guess.id.in_(ids)).execution_options(synchronize_session=False))


def forgive(subject: str) -> None:
    """Forget all guesses at a subject: its owner has proved themselves in another way."""
    with transaction():
        db.session.execute(sa.delete(Guess).where(Guess.subject == subject).execution_options(synchronize_session=False))


def _spent(subject: str, at: datetime) -> int:
    return db.session.execute(
        sa.select(sa.func.count()).select_from(Guess).where(Guess.subject == subject, Guess.at > at - WINDOW)
    ).scalar_one()


def _one_at_a_time(subject: str) -> None:
    """There is no row to lock before the first guess; SQLite's writers queue anyway."""
    if db.engine.dialect.name == "postgresql":
        number = int(subject[:15], 16)
        db.session.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
