"""Who asks: a person, the organisation they act for, and what they are there."""

from dataclasses import dataclass

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people.models import Membership, Organisation, OrganisationRight, Person, SignInSession

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


# Every signed-in page asks it, so it is put together once.
_HELD = (
    sa.select(Organisation, Membership.role)
    .join(Membership, Membership.organisation_id == Organisation.id)
    .where(Membership.person_id == sa.bindparam("person_id"), Membership.ended_at.is_(None))
    .order_by(Organisation.is_house.desc(), Membership.since_at, Membership.id)
)


def actor_for(
    person: Person,
    organisation_id: int | None = None,
    session: SignInSession | None = None,
    *,
    looked_as_by_id: int | None = None,
) -> Actor:
    """The person with the roles they hold now; without a choice they act for the house, else their oldest organisation."""
    rows = db.session.execute(_HELD, {"person_id": person.id}).all()
    choices = tuple(dict.fromkeys(row[0] for row in rows))
    acting = next((o for o in choices if o.id == organisation_id), choices[0] if choices else None)
    if acting is None:
        return Actor(person=person, session=session, looked_as_by_id=looked_as_by_id)
    held = {role for organisation, role in rows if organisation is acting}
    staff = {role.removeprefix(STAFF_PREFIX) for role in held if role.startswith(STAFF_PREFIX)}
    return Actor(
        person=person,
        organisation=acting,
        roles=frozenset(role for role in held if not role.startswith(STAFF_PREFIX)),
        staff_roles=frozenset(staff) if acting.is_house else frozenset(),
        looked_as_by_id=looked_as_by_id,
        rights=_rights(acting),
        session=session,
        choices=choices,
    )


def _rights(organisation: Organisation) -> frozenset[str]:
    return frozenset(
        db.session.execute(
            sa.select(OrganisationRight.right).where(
                OrganisationRight.organisation_id == organisation.id, OrganisationRight.until_at.is_(None)
            )
        ).scalars()
    )
