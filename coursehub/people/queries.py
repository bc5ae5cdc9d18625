"""Reads about people and organisations that every room may ask."""

from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa

from coursehub.config import current_settings
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people import legal
from coursehub.people.actor import Actor
from coursehub.people.models import (
    GuardianConsent,
    Membership,
    Organisation,
    OrganisationRight,
    Person,
    PersonalRecord,
    TermsAcceptance,
)
from coursehub.people.names import email_key, key


class NoHouse(Refusal):
    """This installation has no house yet. Make it with the command: coursehub people found-house."""


def house() -> Organisation:
    """The organisation that runs this installation. Raises NoHouse before it is founded."""
    found = db.session.execute(sa.select(Organisation).where(Organisation.is_house)).scalar_one_or_none()
    if found is None:
        raise NoHouse
    return found


def display_names(person_ids: Iterable[int]) -> dict[int, str]:
    """The names people chose to be shown by; an erased person is missing."""
    ids = set(person_ids)
    if not ids:
        return {}
    rows = db.session.execute(
        sa.select(PersonalRecord.person_id, PersonalRecord.display_name).where(PersonalRecord.person_id.in_(ids))
    )
    return {row.person_id: row.display_name for row in rows}


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


def members_with_role(organisation_id: int, *roles: str) -> list[int]:
    """Who holds any of these roles there now (any role, when none is named), longest-serving first."""
    select = (
        sa.select(Membership.person_id)
        .where(Membership.organisation_id == organisation_id, Membership.ended_at.is_(None))
        .group_by(Membership.person_id)
        .order_by(sa.func.min(Membership.since_at), Membership.person_id)
    )
    if roles:
        select = select.where(Membership.role.in_(roles))
    return list(db.session.execute(select).scalars())


def has_right(organisation_id: int, right: str, at: datetime) -> bool:
    """Whether the house lets this organisation sell, hire or be a member at that moment."""
    return (
        db.session.execute(
            sa.select(OrganisationRight.id).where(
                OrganisationRight.organisation_id == organisation_id,
                OrganisationRight.right == right,
                OrganisationRight.from_at <= at,
                sa.or_(OrganisationRight.until_at.is_(None), OrganisationRight.until_at > at),
            )
        ).first()
        is not None
    )


def organisation_by_public_id(public_id: str) -> Organisation | None:
    """The organisation with this opaque id."""
    return db.session.execute(sa.select(Organisation).where(Organisation.public_id == public_id)).scalar_one_or_none()


def organisation_by_slug(slug: str) -> Organisation | None:
    """The organisation whose pages stand under this short name."""
    return db.session.execute(sa.select(Organisation).where(Organisation.slug == slug)).scalar_one_or_none()


def organisation_named(name: str) -> Organisation | None:
    """The organisation with this name in either language, however it is spelled."""
    spelled = key(name)
    return db.session.execute(
        sa.select(Organisation).where(sa.or_(Organisation.name_key == spelled, Organisation.name_en_key == spelled))
    ).scalar_one_or_none()


def organisations_of(person_id: int) -> list[Organisation]:
    """The organisations a person belongs to now, the house first, then the oldest."""
    return list(
        db.session.execute(
            sa.select(Organisation)
            .join(Membership, Membership.organisation_id == Organisation.id)
            .where(Membership.person_id == person_id, Membership.ended_at.is_(None))
            .group_by(Organisation.id)
            .order_by(Organisation.is_house.desc(), sa.func.min(Membership.since_at), Organisation.id)
        ).scalars()
    )


def organisations_visible_to(reader: Actor) -> "sa.Select[Organisation]":
    """Staff see all organisations; everyone else those they belong to."""
    every = sa.select(Organisation).order_by(Organisation.id)
    if reader.is_staff:
        return every
    own = sa.select(Membership.organisation_id).where(Membership.person_id == reader.person_id, Membership.ended_at.is_(None))
    return every.where(Organisation.id.in_(own))


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
