"""Whom the sign-in page of a demo offers by one click: everybody with a role, and a few learners."""

from dataclasses import dataclass

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people import queries
from coursehub.people.models import Membership, Organisation, Person

LEARNERS = 3


@dataclass(frozen=True)
class Member:
    """One invented person, and what they are where."""

    person: Person
    name: str
    organisation: Organisation | None
    roles: tuple[str, ...]


def members() -> list[Member]:
    """The cast: the house first, then organisations in the order they came, then the longest-known learners."""
    rows = db.session.execute(
        sa.select(Person, Organisation, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.ended_at.is_(None), Person.confirmed_at.is_not(None))
        .order_by(Organisation.is_house.desc(), Organisation.id, Person.id, Membership.id)
    ).all()
    held: dict[int, tuple[Person, Organisation, list[str]]] = {}
    for person, organisation, role in rows:
        _person, first, roles = held.setdefault(person.id, (person, organisation, []))
        if first is organisation:
            roles.append(role)
    learners = list(
        db.session.execute(
            sa.select(Person)
            .where(Person.id.not_in(list(held)), Person.confirmed_at.is_not(None), Person.erased_at.is_(None))
            .order_by(Person.id)
            .limit(LEARNERS)
        ).scalars()
    )
    names = queries.display_names([*held, *(p.id for p in learners)])
    with_roles = [Member(p, names.get(p.id, ""), o, tuple(r)) for p, o, r in held.values()]
    return with_roles + [Member(p, names.get(p.id, ""), None, ()) for p in learners]
