"""Who asks: a person, the organisation they act for, and what they are there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from coursehub.db import db, look
from coursehub.people.models import Membership, Organisation, OrganisationRight, Person, PersonalRecord, SignInSession

STAFF_PREFIX = "staff_"


@dataclass(frozen=True)
class Actor:
    """A person acting for at most one organisation. Operations take it as `by`.

    Staff roles count only while the person acts for the house, so that nobody
    decides as the house about the partner they also work for.

    What every page asks stands here as plain values; the rows behind them are read when somebody wants them.
    name: the person's own name, for their own pages. choice_ids: the organisations between which they can switch.
    """

    person_id: int
    locale: str = ""
    name: str = ""
    organisation_id: int | None = None
    roles: frozenset[str] = frozenset()
    staff_roles: frozenset[str] = frozenset()
    rights: frozenset[str] = frozenset()
    looked_as_by_id: int | None = None
    session_id: int | None = None
    choice_ids: tuple[int, ...] = ()

    @property
    def person(self) -> Person:
        """Whose account it is."""
        return db.session.get_one(Person, self.person_id)

    @property
    def organisation(self) -> Organisation | None:
        """For which organisation they act, if any."""
        return None if self.organisation_id is None else db.session.get_one(Organisation, self.organisation_id)

    @property
    def session(self) -> SignInSession | None:
        """The browser session they act in, if it is one."""
        return None if self.session_id is None else db.session.get_one(SignInSession, self.session_id)

    @property
    def choices(self) -> tuple[Organisation, ...]:
        """The organisations between which they can switch, the house first, then the oldest."""
        return tuple(db.session.get_one(Organisation, each) for each in self.choice_ids)

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


HELD = (
    PersonalRecord.display_name, Organisation.id.label("held_id"), Organisation.is_house,
    Membership.role, OrganisationRight.right,
)  # fmt: skip
"""What a person holds, as columns of a statement that `joined_to_held` has completed: a row for each role and right."""
Held = Sequence[tuple[str | None, int | None, bool | None, str | None, str | None]]


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


_HELD_BY = joined_to_held(sa.select(Person.locale, *HELD).select_from(Person).where(Person.id == sa.bindparam("person_id")))


def actor_for(
    person: Person,
    organisation_id: int | None = None,
    session: SignInSession | None = None,
    *,
    looked_as_by_id: int | None = None,
) -> Actor:
    """The person with the roles they hold now; without a choice they act for the house, else their oldest organisation."""
    rows = look(_HELD_BY, {"person_id": person.id}).all()
    return actor_of(
        person.id, [tuple(row[1:]) for row in rows], locale=rows[0].locale if rows else person.locale,
        organisation_id=organisation_id, session_id=session.id if session else None, looked_as_by_id=looked_as_by_id,
    )  # fmt: skip


def actor_of(
    person_id: int,
    held: Held,
    *,
    locale: str,
    organisation_id: int | None = None,
    session_id: int | None = None,
    looked_as_by_id: int | None = None,
) -> Actor:
    """The same from rows of HELD that were read already."""
    name = (held[0][0] if held else None) or "—"
    houses = {each: is_house for _name, each, is_house, _role, _right in held if each is not None}
    acting = organisation_id if organisation_id in houses else next(iter(houses), None)
    there = [(role, right) for _name, each, _is_house, role, right in held if each == acting and role]
    roles = {role for role, _right in there if role}
    staff = {role.removeprefix(STAFF_PREFIX) for role in roles if role.startswith(STAFF_PREFIX)}
    return Actor(
        person_id=person_id,
        locale=locale,
        name=name,
        organisation_id=acting,
        roles=frozenset(role for role in roles if not role.startswith(STAFF_PREFIX)),
        staff_roles=frozenset(staff) if acting is not None and houses[acting] else frozenset(),
        rights=frozenset(right for _role, right in there if right),
        looked_as_by_id=looked_as_by_id,
        session_id=session_id,
        choice_ids=tuple(houses),
    )
