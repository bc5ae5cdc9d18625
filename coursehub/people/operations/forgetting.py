"""Letting go of what is not needed any more, as the privacy notice promises."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.mail import Letter
from coursehub.people import legal, queries
from coursehub.people.audit import note
from coursehub.people.models import GuardianConsent, Guess, KnownDevice, MailLink, PeopleAudit, Person, PersonalRecord
from coursehub.people.operations.invitations import forget_expired
from coursehub.people.operations.signing_in import end_all_sessions

UNCONFIRMED_FOR = timedelta(days=30)
CHILD_WITHOUT_CONSENT_FOR = timedelta(days=30)
KEPT_FOR = timedelta(days=730)


def forget_what_is_over(*, at: datetime) -> None:
    """Forget guesses, links, old trails and letters, addresses of expired invitations, and accounts that may not stay."""
    with transaction():
        db.session.execute(sa.delete(Guess).where(Guess.at < at - timedelta(days=1)))
        db.session.execute(sa.delete(MailLink).where(MailLink.expires_at < at - timedelta(days=90)))
        db.session.execute(sa.delete(PeopleAudit).where(PeopleAudit.at < at - KEPT_FOR))
        db.session.execute(sa.delete(Letter).where(Letter.written_at < at - KEPT_FOR))
        forget_expired(at=at)
        for person in _never_confirmed(at):
            _forget_person(person, "never_confirmed", at=at)
        for person in _children_without_consent(at):
            _forget_person(person, "child_without_consent", at=at)


def _never_confirmed(at: datetime) -> list[Person]:
    return list(
        db.session.execute(
            sa.select(Person).where(
                Person.confirmed_at.is_(None), Person.erased_at.is_(None), Person.created_at < at - UNCONFIRMED_FOR
            )
        ).scalars()
    )


def _children_without_consent(at: datetime) -> list[Person]:
    consented = sa.select(GuardianConsent.person_id).where(
        GuardianConsent.verdict == "given", GuardianConsent.withdrawn_at.is_(None)
    )
    youngest = at.date().replace(year=at.year - legal.CHILD_AGE - 1, day=1)
    rows = db.session.execute(
        sa.select(Person, PersonalRecord.birth_on)
        .join(PersonalRecord, PersonalRecord.person_id == Person.id)
        .where(
            Person.confirmed_at < at - CHILD_WITHOUT_CONSENT_FOR,
            PersonalRecord.birth_on >= youngest,
            Person.id.not_in(consented),
        )
    ).all()
    return [row[0] for row in rows if row[1] and queries.age_on(row[1], at.date()) < legal.CHILD_AGE]


def _forget_person(person: Person, act: str, *, at: datetime) -> None:
    end_all_sessions(person, at=at)
    person.erased_at, person.password_hash = at, None
    for table in (PersonalRecord, KnownDevice):
        db.session.execute(sa.delete(table).where(table.person_id == person.id))
    note(act, at=at, person_id=person.id)
