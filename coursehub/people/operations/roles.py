"""Giving roles to members; for a role of power in the house it takes two: one asks, another confirms."""

from datetime import datetime

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people import letters, policies, queries
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.people.models import Organisation, Person, RoleWish
from coursehub.people.models.organisations import CONFIRMED_ROLES, STAFF_ROLES
from coursehub.people.operations.organisations import NotAMember, begin_role, end_role


class RoleIsAnswered(Refusal):
    """Somebody has answered this already."""


def needs_a_second_person(organisation: Organisation, role: str) -> bool:
    """Whether a role begins only when a second person has confirmed it."""
    return organisation.is_house and role in CONFIRMED_ROLES


def begin_or_ask(organisation: Organisation, person: Person, role: str, *, by_id: int, at: datetime) -> None:
    """Begin a role, or ask for the confirmation it needs. Joins; the organisation is locked. Raises NoSuchRole."""
    with transaction():
        if not needs_a_second_person(organisation, role) or role in queries.roles_of(person.id, organisation.id):
            begin_role(organisation, person.id, role, at=at, by_id=by_id)
            return
        lock(organisation)  # one change of members at a time
        waiting = open_role_wishes(organisation.id).where(RoleWish.person_id == person.id, RoleWish.role == role)
        if db.session.execute(waiting).first() is not None:
            return
        wish = RoleWish(organisation_id=organisation.id, person_id=person.id, role=role, asked_by_id=by_id, asked_at=at)
        db.session.add(wish)
        db.session.flush()
        note("role_asked_for", at=at, person_id=person.id, by_id=by_id, organisation_id=organisation.id, role=role)
        events.record("people.role_asked_for", at=at, organisation_id=organisation.id, person_id=person.id)
        names = queries.display_names([person.id, by_id])
        others = set(queries.members_with_role(organisation.id, "owner", *STAFF_ROLES)) - {by_id, person.id}
        for reader in db.session.execute(sa.select(Person).where(Person.id.in_(others)).order_by(Person.id)).scalars():
            letters.send_role_waits(
                reader, organisation, name=names.get(person.id, ""), asker=names.get(by_id, ""), role=role,
                mark=wish.public_id, at=at,
            )  # fmt: skip


def give_role(organisation: Organisation, person: Person, role: str, *, by: Actor, at: datetime) -> None:
    """An owner gives a member one more role; in the house some wait for a second person.

    Raises NotAMember when the person left meanwhile, NoSuchRole for a role it cannot give.
    """
    require(policies.may_change_members(by, organisation))
    with transaction():
        lock(organisation)
        if not queries.roles_of(person.id, organisation.id):
            raise NotAMember
        begin_or_ask(organisation, person, role, by_id=by.person_id, at=at)


def set_roles(organisation: Organisation, person: Person, roles: list[str], *, by: Actor, at: datetime) -> None:
    """Let a member hold exactly these roles, but for those that wait for a second person.

    Raises NotAMember, NoSuchRole, and LastOwnerStays when nobody would own the organisation afterwards.
    """
    require(policies.may_change_members(by, organisation))
    with transaction():
        lock(organisation)
        held = set(queries.roles_of(person.id, organisation.id))
        for role in roles:
            if role not in held:
                give_role(organisation, person, role, by=by, at=at)
        for role in sorted(held - set(roles)):
            end_role(organisation, person, role, by=by, at=at)


def open_role_wishes(organisation_id: int) -> "sa.Select[RoleWish]":
    """Roles that wait for a second person, oldest first."""
    found = sa.select(RoleWish).where(RoleWish.organisation_id == organisation_id, RoleWish.answered_at.is_(None))
    return found.order_by(RoleWish.id)


def confirm_role(wish: RoleWish, organisation: Organisation, *, by: Actor, at: datetime) -> None:
    """A second person agrees, and the role begins. Raises RoleIsAnswered."""
    require(policies.may_confirm_role(by, organisation, asked_by_id=wish.asked_by_id, person_id=wish.person_id))
    with transaction():
        _answer(wish, organisation, "confirmed", by=by, at=at)
        begin_role(organisation, wish.person_id, wish.role, at=at, by_id=wish.asked_by_id)


def decline_role(wish: RoleWish, organisation: Organisation, *, by: Actor, at: datetime) -> None:
    """A second person says no, or who asked takes it back. Raises RoleIsAnswered."""
    require(policies.may_decline_role(by, organisation, asked_by_id=wish.asked_by_id, person_id=wish.person_id))
    with transaction():
        _answer(wish, organisation, "declined", by=by, at=at)


def _answer(wish: RoleWish, organisation: Organisation, verdict: str, *, by: Actor, at: datetime) -> None:
    lock(organisation)
    lock(wish)
    if wish.answered_at is not None:
        raise RoleIsAnswered
    wish.answered_at, wish.answered_by_id, wish.verdict = at, by.person_id, verdict
    db.session.flush()
    note(
        f"role_{verdict}", at=at, person_id=wish.person_id, by_id=by.person_id, organisation_id=organisation.id,
        role=wish.role, asked_by_id=wish.asked_by_id,
    )  # fmt: skip
    if wish.asked_by_id != by.person_id:
        names = queries.display_names([wish.person_id, by.person_id])
        letters.send_role_answered(
            db.session.get_one(Person, wish.asked_by_id), organisation, name=names.get(wish.person_id, ""),
            answerer=names.get(by.person_id, ""), role=wish.role, verdict=verdict, mark=wish.public_id, at=at,
        )  # fmt: skip
