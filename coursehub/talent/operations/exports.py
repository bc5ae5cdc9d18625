"""Taking people out of the pool as a file: with a purpose, within a limit, written down before the file is made."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub import events
from coursehub.db import db, lock, new_public_id, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor
from coursehub.people.models import Person
from coursehub.talent.models import PoolExport, PoolExportPerson, Profile
from coursehub.talent.models.exports import EXPORT_PURPOSES
from coursehub.talent.policies import hiring as policies
from coursehub.talent.queries.profiles import profiles_met_by

MOST_AT_ONCE = 100
SEAT_LIMIT, SEAT_DAYS = 200, timedelta(days=30)
"""A seat may take so many people out within so many days: enough to choose among, too few to copy the pool."""


class NobodyToExport(Refusal):
    """Nobody is left to put into a file."""


class SeatIsUsedUp(Refusal):
    """That is more people than you may take out within 30 days. Narrow the search, or wait some days."""


def export_people(
    profile_ids: Sequence[int], *, purpose: str, words: str, source: str, by: Actor, at: datetime
) -> tuple[PoolExport, list[Profile]]:
    """Write down that these people are taken out, as far as one may meet them now; gives the record and whom the file may hold.

    profile_ids: in the order of the file, the first hundred count. Raises NobodyToExport, SeatIsUsedUp.
    """
    require(policies.may_hire(by))
    if purpose not in EXPORT_PURPOSES:
        raise ValueError(f"{purpose} is no purpose")
    wanted = list(profile_ids)[:MOST_AT_ONCE]
    with transaction():
        lock(db.session.get_one(Person, by.person_id))
        met = {row.id: row for row in db.session.execute(profiles_met_by(by, at).where(Profile.id.in_(wanted))).scalars()}
        people = [met[id] for id in wanted if id in met]
        if not people:
            raise NobodyToExport
        if used_by(by.person_id, at) + len(people) > SEAT_LIMIT:
            raise SeatIsUsedUp
        export = PoolExport(
            public_id=new_public_id(), organisation_id=by.organisation_id or 0, by_id=by.person_id, purpose=purpose,
            words=words.strip(), source=source, many=len(people), at=at,
        )  # fmt: skip
        db.session.add(export)
        db.session.flush()
        db.session.add_all(PoolExportPerson(export_id=export.id, person_id=each.person_id) for each in people)
        db.session.flush()
        events.record("talent.pool_exported", at=at, export_id=export.id, by_id=by.person_id, many=len(people))
    return export, people


def used_by(person_id: int, at: datetime) -> int:
    """How many people a seat has taken out within the last 30 days."""
    many = sa.select(sa.func.coalesce(sa.func.sum(PoolExport.many), 0)).where(
        PoolExport.by_id == person_id, PoolExport.at > at - SEAT_DAYS
    )
    return int(db.session.execute(many).scalar_one())
