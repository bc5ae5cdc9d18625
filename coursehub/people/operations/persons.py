"""Entering people, and the texts they accept."""

from datetime import date, datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, transaction
from coursehub.errors import Refusal
from coursehub.people import legal, names, passwords, queries
from coursehub.people.audit import note
from coursehub.people.models import Person, PersonalRecord, TermsAcceptance


class AddressIsTaken(Refusal):
    """This address belongs to another account."""


class NotAnAddress(Refusal):
    """This does not look like an e-mail address."""


def enter_person(
    *, display_name: str, email: str, password: str, locale: str, at: datetime, birth_on: date | None = None
) -> Person:
    """Enter a confirmed person without any letter: for the command line, the demo and tests.

    Raises AddressIsTaken, or NotAnAddress.
    """
    tidy = names.tidy_email(email)
    if tidy is None:
        raise NotAnAddress
    password_hash = passwords.hash_password(password)
    with transaction():
        person = add_person(
            display_name=display_name, email=tidy, password_hash=password_hash, locale=locale, birth_on=birth_on, at=at
        )
        person.confirmed_at = at
        accept_texts(person, locale=locale, at=at)
        note("person_entered", at=at, person_id=person.id)
    return person


def add_person(*, display_name: str, email: str, password_hash: str, locale: str, birth_on: date | None, at: datetime) -> Person:
    """Add an unconfirmed person and their vault row, inside the caller's transaction.

    Raises AddressIsTaken.
    """
    with transaction():
        person = Person(password_hash=password_hash, locale=locale, created_at=at)
        try:
            with db.session.begin_nested():
                db.session.add(person)
                db.session.flush()
                db.session.add(
                    PersonalRecord(
                        person_id=person.id,
                        display_name=names.tidy(display_name),
                        email=email,
                        email_key=names.email_key(email),
                        birth_on=birth_on,
                    )
                )
                db.session.flush()
        except sa.exc.IntegrityError as clash:
            raise AddressIsTaken from clash
        events.record("people.person_entered", at=at, person_id=person.id)
    return person


def accept_texts(person: Person, *, locale: str, at: datetime) -> None:
    """Record that a person accepts the texts in force; those accepted before are left as they are."""
    with transaction():
        for document in queries.texts_to_accept(person.id):
            version = legal.VERSIONS[document]
            db.session.add(TermsAcceptance(person_id=person.id, document=document, version=version, locale=locale, at=at))
            note("text_accepted", at=at, person_id=person.id, by_id=person.id, document=document, version=version)
        db.session.flush()
