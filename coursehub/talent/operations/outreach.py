"""The outreach budget: how many first words an employer may have out, and what gives a word back.

All numbers stand here. A word is taken by an introduction and comes back with each first
answer to an application and with each application closed with a reason; a word that nobody
took up rests for a while and then comes back by itself, so that no employer runs dry for ever.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.db import db, lock
from coursehub.people.models import Organisation
from coursehub.talent.models import Introduction, OutreachEntry

ALLOWANCE = 10
"""Words an employer has when all of them are at home; it never has more."""
ANSWER_WITHIN_DAYS = 10
"""Working days in which a person can answer an introduction."""
REST = timedelta(days=30)
"""After this a word comes back that led to nothing."""


def balance(organisation_id: int) -> int:
    """How many words the employer has left."""
    spent = sa.select(sa.func.coalesce(sa.func.sum(OutreachEntry.change), 0)).where(
        OutreachEntry.organisation_id == organisation_id
    )
    return ALLOWANCE + int(db.session.execute(spent).scalar_one())


def take_word(introduction: Introduction, *, at: datetime) -> bool:
    """Take one word for an introduction, in the caller's transaction; says whether there was one."""
    lock(db.session.get_one(Organisation, introduction.organisation_id))
    if balance(introduction.organisation_id) < 1:
        return False
    _write(introduction.organisation_id, -1, "introduction", introduction.id, at)
    return True


def give_word_back(organisation_id: int, cause: str, subject_id: int, *, at: datetime) -> None:
    """Give one word back, once for each cause and up to the allowance; in the caller's transaction."""
    lock(db.session.get_one(Organisation, organisation_id))
    known = sa.select(OutreachEntry.id).where(OutreachEntry.cause == cause, OutreachEntry.subject_id == subject_id)
    if balance(organisation_id) < ALLOWANCE and not db.session.execute(known).first():
        _write(organisation_id, 1, cause, subject_id, at)


def resting(at: datetime) -> list[Introduction]:
    """Introductions that led to nothing long enough ago and whose word has not come back."""
    known = sa.select(OutreachEntry.subject_id).where(OutreachEntry.cause == "rest")
    found = sa.select(Introduction).where(
        Introduction.state.in_(("declined", "expired")), Introduction.ended_at <= at - REST, Introduction.id.not_in(known)
    )
    return list(db.session.execute(found.order_by(Introduction.id)).scalars())


def _write(organisation_id: int, change: int, cause: str, subject_id: int, at: datetime) -> None:
    db.session.add(OutreachEntry(organisation_id=organisation_id, change=change, cause=cause, subject_id=subject_id, at=at))
    db.session.flush()
