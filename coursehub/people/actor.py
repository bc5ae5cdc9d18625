"""Who asks: a person, the organisation they act for, and what they are there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.models import Membership, Organisation, OrganisationRight, Person, PersonalRecord, SignInSession

STAFF_PREFIX = "staff_"


@dataclass(frozen=True)
class Actor:
    """A person acting for at most one organisation. Operations take it as `by`.

    Staff roles count only while the person acts for the house, so that nobody
    decides as the house about the partner they also work for.
    """

    person: Person
    organisation: Organisation | None = None
    roles: frozenset[str] = frozenset()
    staff_roles: frozenset[str] = frozenset()
    looked_as_by_id: int | None = None
    rights: frozenset[str] = frozenset()
    session: SignInSession | None = None
    choices: tuple[Organisation, ...] = ()
    name: str = ""
    """The person's own name, for their own pages."""

    @property
    def person_id(self) -> int:
        """Whose account it is."""
        return self.person.id

    @property
    def organisation_id(self) -> int | None:
        """For which organisation they act, if any."""
        return self.organisation.id if self.organisation else None

    @property
    def is_staff(self) -> bool:
        """Whether they act for the house in any staff role."""
        return bool(self.staff_roles)

    @property
    def is_only_looking(self) -> bool:
        """Whether this is staff looking as the person: they may see, and change nothing."""
        return self.looked_as_by_id is not None

    def acts_for(self, organisation_id: int | None) -> bool:
        """Whether they act for this very organisation."""
        return organisation_id is not None and self.organisation_id == organisation_id

    def has_role(self, *roles: str) -> bool:
        """Whether they hold any of these roles in the organisation they act for."""
        return not self.roles.isdisjoint(roles)


HELD = (PersonalRecord.display_name, Organisation, Membership.role, OrganisationRight.right)
"""What a person holds, as columns of a statement that `joined_to_held` has completed: a row for each role and right."""


def joined_to_held(found: "sa.Select[*tuple[Any, ...]]") -> "sa.Select[*tuple[Any, ...]]":
    """A statement that has persons, with what each holds now; somebody without organisations has one row."""
    return (
        found.outerjoin(PersonalRecord, PersonalRecord.person_id == Person.id)
        .outerjoin(Membership, sa.and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(
            OrganisationRight,
            sa.and_(OrganisationRight.organisation_id == Organisation.id, OrganisationRight.until_at.is_(None)),
        )
        .order_by(Organisation.is_house.desc(), Membership.since_at, Membership.id)
    )


_HELD_BY = joined_to_held(sa.select(*HELD).select_from(Person).where(Person.id == sa.bindparam("person_id")))
Held = Sequence[tuple[str | None, Organisation | None, str | None, str | None]]


def actor_for(
    person: Person,
    organisation_id: int | None = None,
    session: SignInSession | None = None,
    *,
    looked_as_by_id: int | None = None,
    held: Held | None = None,
) -> Actor:
    """The person with the roles they hold now; without a choice they act for the house, else their oldest organisation.

    held: the rows of HELD, where they were read already.
    """
    rows: Held = [tuple(row) for row in db.session.execute(_HELD_BY, {"person_id": person.id})] if held is None else held
    name = (rows[0][0] if rows else None) or "—"
    choices = tuple(dict.fromkeys(organisation for _name, organisation, _role, _right in rows if organisation is not None))
    acting = next((o for o in choices if o.id == organisation_id), choices[0] if choices else None)
    if acting is None:
        return Actor(person=person, session=session, looked_as_by_id=looked_as_by_id, name=name)
    held_there = {role for _name, organisation, role, _right in rows if organisation is acting and role}
    staff = {role.removeprefix(STAFF_PREFIX) for role in held_there if role.startswith(STAFF_PREFIX)}
    return Actor(
        person=person,
        organisation=acting,
        roles=frozenset(role for role in held_there if not role.startswith(STAFF_PREFIX)),
        staff_roles=frozenset(staff) if acting.is_house else frozenset(),
        looked_as_by_id=looked_as_by_id,
        rights=frozenset(right for _name, organisation, _role, right in rows if organisation is acting and right),
        session=session,
        choices=choices,
        name=name,
    )
