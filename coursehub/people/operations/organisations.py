"""Founding organisations, and who holds which role in them."""

from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people import names, policies, queries
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.people.models import Membership, Organisation, OrganisationRight, Person
from coursehub.people.models.organisations import RIGHTS, ROLES, STAFF_ROLES


class NameIsTaken(Refusal):
    """Another organisation already has this name. Choose one that tells the two apart."""


class ThereIsAHouse(Refusal):
    """This installation has its house already."""


class LastOwnerStays(Refusal):
    """An organisation needs an owner. Make somebody else an owner first."""


class NotAMember(Refusal):
    """This person does not belong to the organisation any more."""


class CannotOwnIt(Refusal):
    """An organisation can belong to one other, and that other to nobody: choose the one at the top."""


class NoSuchRole(Refusal):
    """This organisation does not give that role."""


def found_organisation(*, name: str, name_en: str, at: datetime, slug: str | None = None, is_house: bool = False) -> Organisation:
    """Enter an organisation, without members.

    Raises NameIsTaken when either name belongs to another organisation, ThereIsAHouse for a second house.
    """
    tidy, tidy_en = names.tidy(name), names.tidy(name_en) or names.tidy(name)
    with transaction():
        if is_house and db.session.execute(sa.select(Organisation.id).where(Organisation.is_house)).first():
            raise ThereIsAHouse
        if queries.organisation_named(tidy) or queries.organisation_named(tidy_en):
            raise NameIsTaken
        organisation = Organisation(
            slug=_free_slug(slug or names.slug(tidy_en)),
            name=tidy,
            name_key=names.key(tidy),
            name_en=tidy_en,
            name_en_key=names.key(tidy_en),
            is_house=is_house,
            created_at=at,
        )
        _add_named(organisation)
        note("organisation_founded", at=at, organisation_id=organisation.id)
        events.record("people.organisation_founded", at=at, organisation_id=organisation.id)
    return organisation


def open_organisation(*, name: str, name_en: str, by: Actor, at: datetime) -> Organisation:
    """A person founds an organisation and becomes its owner.

    Raises NameIsTaken as found_organisation does.
    """
    require(policies.may_change_own_account(by))
    with transaction():
        organisation = found_organisation(name=name, name_en=name_en, at=at)
        begin_role(organisation, by.person_id, "owner", at=at, by_id=by.person_id)
    return organisation


def change_organisation_names(organisation: Organisation, *, name: str, name_en: str, by: Actor, at: datetime) -> None:
    """Change both names; the address of its pages stays.

    Raises NameIsTaken when either belongs to another organisation.
    """
    require(policies.may_change_members(by, organisation))
    tidy, tidy_en = names.tidy(name), names.tidy(name_en) or names.tidy(name)
    with transaction():
        lock(organisation)
        for wanted in (tidy, tidy_en):
            holder = queries.organisation_named(wanted)
            if holder is not None and holder.id != organisation.id:
                raise NameIsTaken
        organisation.name, organisation.name_key = tidy, names.key(tidy)
        organisation.name_en, organisation.name_en_key = tidy_en, names.key(tidy_en)
        _add_named(organisation)
        note("organisation_renamed", at=at, by_id=by.person_id, organisation_id=organisation.id)


def _add_named(organisation: Organisation) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(organisation)
            db.session.flush()
    except sa.exc.IntegrityError as clash:  # another founder at the same moment
        raise NameIsTaken from clash


def _free_slug(wanted: str) -> str:
    base = wanted or "organisation"
    taken = set(
        db.session.execute(sa.select(Organisation.slug).where(Organisation.slug.startswith(base, autoescape=True))).scalars()
    )
    if base not in taken and wanted:
        return base
    return f"{base}-{new_public_id()[:6]}"


def add_member(organisation: Organisation, person: Person, role: str, *, at: datetime) -> None:
    """Give a person a role; a second time changes nothing. For the command line, the demo and invitations.

    Raises NoSuchRole for a word that is no role, or a staff role outside the house.
    """
    with transaction():
        begin_role(organisation, person.id, role, at=at, by_id=None)


def end_role(organisation: Organisation, person: Person, role: str | None, *, by: Actor, at: datetime) -> None:
    """End one role of a member, or with None all of them. Members may leave by themselves.

    Raises LastOwnerStays when nobody would own the organisation afterwards, NotAMember when there is nothing to end.
    """
    leaves = by.person_id == person.id and role is None and policies.may_change_own_account(by)
    require(leaves or policies.may_change_members(by, organisation))
    with transaction():
        lock(organisation)  # one change of members at a time, so that two owners cannot remove each other
        ending = [m for m in _roles(organisation.id, person.id) if role is None or m.role == role]
        if not ending:
            raise NotAMember
        owners = queries.members_with_role(organisation.id, "owner")
        if owners == [person.id] and any(m.role == "owner" for m in ending):
            raise LastOwnerStays
        for membership in ending:
            membership.ended_at, membership.ended_by_id = at, by.person_id
            note(
                "role_ended", at=at, person_id=person.id, by_id=by.person_id,
                organisation_id=organisation.id, role=membership.role,
            )  # fmt: skip
        events.record("people.roles_changed", at=at, organisation_id=organisation.id, person_id=person.id)


def _roles(organisation_id: int, person_id: int) -> list[Membership]:
    return list(
        db.session.execute(
            sa.select(Membership)
            .where(
                Membership.organisation_id == organisation_id,
                Membership.person_id == person_id,
                Membership.ended_at.is_(None),
            )
            .order_by(Membership.id)
        ).scalars()
    )


def roles_of_house_or_partner(organisation: Organisation) -> tuple[str, ...]:
    """The roles an organisation can give; only the house has staff."""
    return (*ROLES, *STAFF_ROLES) if organisation.is_house else ROLES


def begin_role(organisation: Organisation, person_id: int, role: str, *, at: datetime, by_id: int | None) -> None:
    """Begin a role inside the caller's transaction; one that is held already stays as it is. Raises NoSuchRole."""
    if role not in roles_of_house_or_partner(organisation):
        raise NoSuchRole
    lock(organisation)
    if any(m.role == role for m in _roles(organisation.id, person_id)):
        return
    db.session.add(Membership(person_id=person_id, organisation_id=organisation.id, role=role, since_at=at, added_by_id=by_id))
    db.session.flush()
    note("role_given", at=at, person_id=person_id, by_id=by_id, organisation_id=organisation.id, role=role)
    events.record("people.roles_changed", at=at, organisation_id=organisation.id, person_id=person_id)


def grant_right(organisation: Organisation, right: str, *, at: datetime, by: Actor | None = None) -> None:
    """Let an organisation sell, hire or be a member from now on; a second time changes nothing.

    Without `by` this is the command line or the demo speaking.
    """
    require(by is None or policies.may_grant_rights(by))
    if right not in RIGHTS:
        raise ValueError(f"{right} is no right")
    with transaction():
        lock(organisation)
        if queries.has_right(organisation.id, right, at):
            return
        by_id = by.person_id if by else None
        db.session.add(OrganisationRight(organisation_id=organisation.id, right=right, from_at=at, granted_by_id=by_id))
        db.session.flush()
        note("right_granted", at=at, by_id=by_id, organisation_id=organisation.id, right=right)
        events.record("people.right_granted", at=at, organisation_id=organisation.id, right=right)


def withdraw_right(organisation: Organisation, right: str, *, by: Actor, at: datetime) -> None:
    """End a right from now on; what was made under it stays."""
    require(policies.may_grant_rights(by))
    with transaction():
        lock(organisation)
        open_rights = db.session.execute(
            sa.select(OrganisationRight).where(
                OrganisationRight.organisation_id == organisation.id,
                OrganisationRight.right == right,
                OrganisationRight.until_at.is_(None),
            )
        ).scalars()
        for row in open_rights:
            row.until_at = at
            note("right_withdrawn", at=at, by_id=by.person_id, organisation_id=organisation.id, right=right)
            events.record("people.right_withdrawn", at=at, organisation_id=organisation.id, right=right)


def set_parent(organisation: Organisation, parent: Organisation | None, *, by: Actor, at: datetime) -> None:
    """Say which organisation owns this one (None: nobody); those with one parent are affiliates, and blocked together.

    One level only, so that everybody can see at once who is affiliated with whom.
    Raises CannotOwnIt for itself, for the house, and for anything that would make a second level.
    """
    require(policies.may_set_parent(by))
    with transaction():
        lock(organisation)
        if parent is not None:
            lock(parent)
            children = db.session.execute(sa.select(Organisation.id).where(Organisation.parent_id == organisation.id)).first()
            if (
                parent.id == organisation.id
                or parent.parent_id is not None
                or children
                or organisation.is_house
                or parent.is_house
            ):
                raise CannotOwnIt
        before, organisation.parent_id = organisation.parent_id, parent.id if parent else None
        db.session.flush()
        note(
            "parent_set", at=at, by_id=by.person_id, organisation_id=organisation.id,
            before_id=before, parent_id=organisation.parent_id,
        )  # fmt: skip
        events.record("people.parent_set", at=at, organisation_id=organisation.id, parent_id=organisation.parent_id)
