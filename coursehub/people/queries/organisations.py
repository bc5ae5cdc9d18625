"""Reads about organisations, their members, rights and applications."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub.config import current_settings
from coursehub.db import db
from coursehub.errors import Refusal
from coursehub.people.actor import Actor
from coursehub.people.models import (
    Membership,
    Organisation,
    OrganisationRight,
    PartnerApplication,
    Person,
    PersonalRecord,
)
from coursehub.people.models.organisations import ROLES, STAFF_ROLES
from coursehub.people.names import key
from coursehub.web.locale import current_locale


class NoHouse(Refusal):
    """This installation has no house yet. Make it with the command: coursehub people found-house."""


def house() -> Organisation:
    """The organisation that runs this installation. Raises NoHouse before it is founded."""
    found = db.session.execute(sa.select(Organisation).where(Organisation.is_house)).scalar_one_or_none()
    if found is None:
        raise NoHouse
    return found


def house_name() -> str:
    """What the house is called in the reader's language; the settings speak before it is founded."""
    settings = current_settings()
    found = db.session.execute(sa.select(Organisation).where(Organisation.is_house)).scalar_one_or_none()
    if found is not None:
        return name_of(found)
    return settings.house_name_en if current_locale() == "en" else settings.house_name


def name_of(organisation: Organisation) -> str:
    """What an organisation is called in the reader's language."""
    return organisation.name_en if current_locale() == "en" else organisation.name


def organisation_names(organisation_ids: Iterable[int | None]) -> dict[int, str]:
    """What organisations are called in the reader's language."""
    ids = {number for number in organisation_ids if number is not None}
    if not ids:
        return {}
    rows = db.session.execute(sa.select(Organisation).where(Organisation.id.in_(ids))).scalars()
    return {row.id: name_of(row) for row in rows}


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


@dataclass(frozen=True)
class Member:
    """One person in an organisation: their name there, their roles, and since when."""

    person_id: int
    public_id: str
    name: str
    roles: tuple[str, ...]
    since_at: datetime


def members_of(organisation_id: int) -> list[Member]:
    """Everybody who belongs to it now, longest-serving first. Colleagues know each other by name."""
    rows = db.session.execute(
        sa.select(Person.id, Person.public_id, PersonalRecord.display_name, Membership.role, Membership.since_at)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(PersonalRecord, PersonalRecord.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id, Membership.ended_at.is_(None))
        .order_by(Membership.since_at, Membership.id)
    ).all()
    first = {row.id: row for row in reversed(rows)}
    order = dict.fromkeys(row.id for row in rows)
    return [
        Member(
            person_id=number,
            public_id=first[number].public_id,
            name=first[number].display_name or "",
            roles=tuple(r for r in (*ROLES, *STAFF_ROLES) if any(x.id == number and x.role == r for x in rows)),
            since_at=first[number].since_at,
        )
        for number in order
    ]


def people_of(organisation_id: int) -> "sa.Select[Person]":
    """The people who belong to an organisation now."""
    inside = sa.select(Membership.person_id).where(Membership.organisation_id == organisation_id, Membership.ended_at.is_(None))
    return sa.select(Person).where(Person.id.in_(inside)).order_by(Person.id)


def roles_of(person_id: int, organisation_id: int) -> list[str]:
    """Which roles a person holds there now, in declared order."""
    held = set(
        db.session.execute(
            sa.select(Membership.role).where(
                Membership.person_id == person_id,
                Membership.organisation_id == organisation_id,
                Membership.ended_at.is_(None),
            )
        ).scalars()
    )
    return [role for role in (*ROLES, *STAFF_ROLES) if role in held]


def rights_of(organisation_id: int, at: datetime) -> list[str]:
    """What the house lets an organisation do at that moment, in the order it was granted."""
    return list(
        db.session.execute(
            sa.select(OrganisationRight.right)
            .where(
                OrganisationRight.organisation_id == organisation_id,
                OrganisationRight.from_at <= at,
                sa.or_(OrganisationRight.until_at.is_(None), OrganisationRight.until_at > at),
            )
            .order_by(OrganisationRight.id)
        ).scalars()
    )


def applications_of(organisation_id: int) -> list[PartnerApplication]:
    """Every time an organisation asked to sell here, the latest first."""
    return list(
        db.session.execute(
            sa.select(PartnerApplication)
            .where(PartnerApplication.organisation_id == organisation_id)
            .order_by(PartnerApplication.id.desc())
        ).scalars()
    )


def waiting_applications() -> list[tuple[PartnerApplication, Organisation]]:
    """Applications without an answer, the oldest first."""
    rows = db.session.execute(
        sa.select(PartnerApplication, Organisation)
        .join(Organisation, Organisation.id == PartnerApplication.organisation_id)
        .where(PartnerApplication.answered_at.is_(None))
        .order_by(PartnerApplication.asked_at, PartnerApplication.id)
    ).all()
    return [(row[0], row[1]) for row in rows]


def organisations_matching(search: str) -> "sa.Select[Organisation]":
    """All organisations, the house first; with a search those whose name holds its words."""
    every = sa.select(Organisation).order_by(Organisation.is_house.desc(), Organisation.id)
    if not search:
        return every
    spelled = key(search)
    return every.where(
        sa.or_(
            Organisation.name_key.contains(spelled, autoescape=True),
            Organisation.name_en_key.contains(spelled, autoescape=True),
            Organisation.public_id == search,
        )
    )


def organisations_of_person(person_id: int) -> "sa.Select[Organisation]":
    """The organisations a person belongs to now."""
    own = sa.select(Membership.organisation_id).where(Membership.person_id == person_id, Membership.ended_at.is_(None))
    return sa.select(Organisation).where(Organisation.id.in_(own)).order_by(Organisation.id)


@dataclass(frozen=True)
class Family:
    """Who owns an organisation, and what else belongs to the same owner or to itself."""

    parent: Organisation | None
    others: tuple[Organisation, ...]


def family_of(organisation: Organisation) -> Family:
    """An organisation's parent and its other affiliates, the oldest first."""
    root = organisation.parent_id or organisation.id
    kin = sa.select(Organisation).where(
        sa.or_(Organisation.parent_id == root, Organisation.id == root), Organisation.id != organisation.id
    )
    rows = list(db.session.execute(kin.order_by(Organisation.id)).scalars())
    parent = next((row for row in rows if row.id == organisation.parent_id), None)
    return Family(parent, tuple(row for row in rows if row is not parent))
