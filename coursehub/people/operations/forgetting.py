"""Letting go of what is not needed any more."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.people.audit import note
from coursehub.people.models import Guess, MailLink, Person, PersonalRecord
from coursehub.people.operations.invitations import forget_expired

UNCONFIRMED_FOR = timedelta(days=30)


def forget_what_is_over(*, at: datetime) -> None:
    """Forget old guesses and links, addresses of expired invitations, and accounts nobody ever confirmed."""
    with transaction():
        db.session.execute(sa.delete(Guess).where(Guess.at < at - timedelta(days=1)))
        db.session.execute(sa.delete(MailLink).where(MailLink.expires_at < at - timedelta(days=90)))
        forget_expired(at=at)
        stale = list(
            db.session.execute(
                sa.select(Person).where(
                    Person.confirmed_at.is_(None), Person.erased_at.is_(None), Person.created_at < at - UNCONFIRMED_FOR
                )
            ).scalars()
        )
        for person in stale:
            person.erased_at, person.password_hash = at, None
            db.session.execute(sa.delete(PersonalRecord).where(PersonalRecord.person_id == person.id))
            note("never_confirmed", at=at, person_id=person.id)
