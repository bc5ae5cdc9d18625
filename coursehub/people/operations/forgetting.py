"""Letting go of what is not needed any more, as the privacy notice promises."""

import re
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, lock, transaction
from coursehub.mail import Letter, LetterOptOut
from coursehub.people import legal, queries
from coursehub.people.audit import note
from coursehub.people.audit_chain import EMPTIED
from coursehub.people.models import (
    AccessLog,
    BuyerDetails,
    GuardianConsent,
    Guess,
    Invitation,
    KnownDevice,
    Look,
    MailLink,
    Membership,
    Passkey,
    PeopleAudit,
    Person,
    PersonalRecord,
    RecoveryCode,
    RoleWish,
    SecondFactor,
)
from coursehub.people.operations.invitations import forget_expired
from coursehub.people.operations.signing_in import end_all_sessions

UNCONFIRMED_FOR = timedelta(days=30)
CHILD_WITHOUT_CONSENT_FOR = timedelta(days=30)
KEPT_FOR = timedelta(days=730)
EMPTYING = "old_lines_emptied"


def forget_what_is_over(*, at: datetime) -> None:
    """Forget guesses, links, old trails and letters, addresses of expired invitations, and accounts that may not stay."""
    with transaction():
        db.session.execute(sa.delete(Guess).where(Guess.at < at - timedelta(days=1)))
        db.session.execute(sa.delete(MailLink).where(MailLink.expires_at < at - timedelta(days=90)))
        _empty_old_audit(at)
        db.session.execute(sa.delete(Letter).where(Letter.written_at < at - KEPT_FOR))
        forget_expired(at=at)
        for person in _never_confirmed(at):
            forget_person(person, "never_confirmed", at=at)
        for person in _children_without_consent(at):
            forget_person(person, "child_without_consent", at=at)


def _empty_old_audit(at: datetime) -> None:
    """Empty audit lines whose time is over, with the salt of their digest; their links stay, and a line says that it was done."""
    over = sa.update(PeopleAudit).where(PeopleAudit.at < at - KEPT_FOR, PeopleAudit.salt.is_not(None))
    if db.session.execute(over.values(EMPTIED).execution_options(synchronize_session=False)).rowcount:  # type: ignore[attr-defined]
        note(EMPTYING, at=at)


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


def forget_person(person: Person, act: str, *, at: datetime) -> None:
    """The one way in which a person is forgotten here: the vault is destroyed, the numbers that point at them stay.

    act: why, as the audit words it. Rooms above hear `people.person_forgotten` and empty what they hold;
    a second time changes nothing more.
    """
    with transaction():
        lock(person)
        record = db.session.get(PersonalRecord, person.id)
        if record is not None:
            _forget_letters(person.id, record)
            _forget_invitations(record, at=at)
        db.session.execute(sa.delete(RoleWish).where(RoleWish.person_id == person.id, RoleWish.answered_at.is_(None)))
        end_all_sessions(person, at=at)
        person.erased_at, person.password_hash = person.erased_at or at, None
        for table in (PersonalRecord, KnownDevice, SecondFactor, Passkey, RecoveryCode, MailLink):
            db.session.execute(sa.delete(table).where(table.person_id == person.id))
        db.session.execute(sa.delete(LetterOptOut).where(LetterOptOut.person_id == person.id))
        emptied = sa.update(BuyerDetails).where(BuyerDetails.person_id == person.id)  # invoices point at the row
        db.session.execute(emptied.values(title="", tax_number="", address="", bank=""))
        for log in (AccessLog, Look):  # what staff wrote there is about this person
            db.session.execute(sa.update(log).where(log.person_id == person.id).values(reason=""))
        held = sa.and_(Membership.person_id == person.id, Membership.ended_at.is_(None))
        db.session.execute(sa.update(Membership).where(held).values(ended_at=at))
        db.session.expire_all()
        note(act, at=at, person_id=person.id)
        events.record("people.person_forgotten", at=at, person_id=person.id)


def _forget_letters(person_id: int, record: PersonalRecord) -> None:
    """Delete what was written to them or to their guardian, and take their name out of what others got about them."""
    theirs = [address for address in (record.email, record.next_email, record.guardian_email) if address]
    db.session.execute(
        sa.delete(Letter).where(sa.or_(Letter.person_id == person_id, sa.and_(Letter.person_id.is_(None), Letter.to.in_(theirs))))
    )
    marks = [mark for mark in (record.display_name, record.email, record.next_email) if mark]
    holding = sa.or_(*(column.contains(mark, autoescape=True) for mark in marks for column in (Letter.body, Letter.subject)))
    namesakes = sa.select(PersonalRecord.person_id).where(PersonalRecord.display_name == record.display_name)
    for letter in db.session.execute(
        sa.select(Letter).where(holding, sa.or_(Letter.person_id.is_(None), Letter.person_id.not_in(namesakes)))
    ).scalars():
        for mark in marks:
            whole = re.compile(rf"(?<![A-Za-z0-9]){re.escape(mark)}(?![A-Za-z0-9])")
            letter.body, letter.subject = whole.sub("…", letter.body), whole.sub("…", letter.subject)
    db.session.flush()


def _forget_invitations(record: PersonalRecord, *, at: datetime) -> None:
    """Take the address out of every invitation; those that were still open are withdrawn."""
    sent = sa.update(Invitation).where(Invitation.email_key == record.email_key).execution_options(synchronize_session=False)
    db.session.execute(
        sent.where(Invitation.accepted_at.is_(None)).values(withdrawn_at=sa.func.coalesce(Invitation.withdrawn_at, at))
    )
    db.session.execute(sent.values(email=None, email_key=None))
