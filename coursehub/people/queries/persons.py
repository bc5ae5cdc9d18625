"""Reads about people: the few facts every room may ask for, and who may buy."""

from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa

from coursehub.config import current_settings
from coursehub.db import db, look
from coursehub.people import legal
from coursehub.people.models import BuyerDetails, GuardianConsent, Person, PersonalRecord, TermsAcceptance
from coursehub.people.names import email_key
from coursehub.plans import Several


def display_names(person_ids: Iterable[int]) -> dict[int, str]:
    """The names people chose to be shown by; an erased person is missing."""
    ids = sorted(set(person_ids))
    found: dict[int, str] = {}
    for n in range(0, len(ids), _FEW.most):
        found |= {row.person_id: row.display_name for row in look(_NAMES, _FEW.values(ids[n : n + _FEW.most]))}
    return found


_FEW = Several("person", 25)
_NAMES = sa.select(PersonalRecord.person_id, PersonalRecord.display_name).where(PersonalRecord.person_id.in_(_FEW.parameters))


def public_id_of(person_id: int) -> str:
    """The opaque id of a person, for addresses."""
    return db.session.execute(sa.select(Person.public_id).where(Person.id == person_id)).scalar_one()


def email_of(person_id: int) -> str | None:
    """The confirmed address to write to, for letters only; None once erased."""
    return db.session.execute(sa.select(PersonalRecord.email).where(PersonalRecord.person_id == person_id)).scalar_one_or_none()


def locale_of(person_id: int) -> str:
    """The language a person reads."""
    return db.session.execute(sa.select(Person.locale).where(Person.id == person_id)).scalar_one()


def person_by_email(email: str) -> Person | None:
    """The person with this address, however it is spelled."""
    return db.session.execute(
        sa.select(Person)
        .join(PersonalRecord, PersonalRecord.person_id == Person.id)
        .where(PersonalRecord.email_key == email_key(email), Person.erased_at.is_(None))
    ).scalar_one_or_none()


def age_on(birth_on: date, day: date) -> int:
    """Full years lived; somebody born on 29 February has their birthday on 1 March in other years."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def needs_guardian(person_id: int, at: datetime) -> bool:
    """Whether this person is under the age at which they may decide alone."""
    born = db.session.execute(
        sa.select(PersonalRecord.birth_on).where(PersonalRecord.person_id == person_id)
    ).scalar_one_or_none()
    return born is not None and age_on(born, at.date()) < current_settings().guardian_age


def guardian_consent(person_id: int) -> GuardianConsent | None:
    """The latest time a guardian was asked."""
    return db.session.execute(
        sa.select(GuardianConsent).where(GuardianConsent.person_id == person_id).order_by(GuardianConsent.id.desc()).limit(1)
    ).scalar_one_or_none()


def can_pay(person_id: int, *, at: datetime) -> bool:
    """Whether this person may buy: their address is confirmed, and a guardian agreed where one is needed."""
    person = db.session.get_one(Person, person_id)
    if person.confirmed_at is None or person.erased_at is not None:
        return False
    if not needs_guardian(person_id, at):
        return True
    asked = guardian_consent(person_id)
    return asked is not None and asked.verdict == "given" and asked.withdrawn_at is None


def texts_to_accept(person_id: int) -> list[str]:
    """Which texts changed since this person last accepted them, in declared order."""
    accepted = set(
        db.session.execute(
            sa.select(TermsAcceptance.document, TermsAcceptance.version).where(TermsAcceptance.person_id == person_id)
        ).tuples()
    )
    return [document for document, version in legal.VERSIONS.items() if (document, version) not in accepted]


def every_person() -> "sa.Select[Person]":
    """Everybody with an account that is not erased."""
    return sa.select(Person).where(Person.erased_at.is_(None)).order_by(Person.id)


def person_sought(search: str) -> Person | None:
    """The one person with just this address or id; support finds people, it does not browse them."""
    by_id = db.session.execute(every_person().where(Person.public_id == search.strip().lower())).scalar_one_or_none()
    return by_id or person_by_email(search)


def buyer_details_of(person_id: int) -> BuyerDetails | None:
    """For whom a person's invoices were made out last, for the person's own eyes."""
    found = sa.select(BuyerDetails).where(BuyerDetails.person_id == person_id).order_by(BuyerDetails.id.desc()).limit(1)
    return db.session.execute(found).scalar_one_or_none()
