"""Which kinds of letter a person wants; those about safety and money always come."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db, lock, transaction
from coursehub.errors import require
from coursehub.mail import LetterOptOut
from coursehub.people import policies
from coursehub.people.actor import Actor
from coursehub.people.audit import note

KINDS = (
    "learning", "questions", "teaching", "authoring", "reviews", "contracts", "support", "reports", "consent", "career",
    "hiring", "work",
)  # fmt: skip
"""Every kind that can be turned off; a room that writes another kind adds it here."""


def kinds_wanted(person_id: int) -> list[str]:
    """The kinds a person has not turned off, in declared order."""
    off = set(db.session.execute(sa.select(LetterOptOut.kind).where(LetterOptOut.person_id == person_id)).scalars())
    return [kind for kind in KINDS if kind not in off]


def choose_letters(wanted: Iterable[str], *, by: Actor, at: datetime) -> None:
    """Get letters of these kinds from now on, and no others that can be turned off."""
    require(policies.may_change_own_account(by))
    chosen = set(wanted)
    with transaction():
        lock(by.person)
        before = set(kinds_wanted(by.person_id))
        db.session.execute(sa.delete(LetterOptOut).where(LetterOptOut.person_id == by.person_id, LetterOptOut.kind.in_(chosen)))
        for kind in KINDS:
            if kind in before and kind not in chosen:
                db.session.add(LetterOptOut(person_id=by.person_id, kind=kind, since_at=at))
        db.session.flush()
        note("letters_chosen", at=at, person_id=by.person_id, by_id=by.person_id)
