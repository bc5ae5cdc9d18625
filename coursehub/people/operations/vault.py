"""Opening personal fields: allowed by a purpose, logged, and shown to the person."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from coursehub.db import db, transaction
from coursehub.errors import Refusal, require
from coursehub.people import policies
from coursehub.people.actor import Actor
from coursehub.people.grants import Grant
from coursehub.people.models import AccessLog, Person, PersonalRecord


class ReasonNeeded(Refusal):
    """Say why you need this. The person can read your reason."""

    status = 422


class PersonIsErased(Refusal):
    """This person asked us to forget them; nothing personal is left."""


def open_profile(
    person: Person,
    *,
    by: Actor,
    purpose: str,
    fields: Iterable[str],
    at: datetime,
    reason: str = "",
    grant: Grant | None = None,
) -> dict[str, Any]:
    """Read personal fields of somebody, for a purpose; leaves a row that they can see.

    purpose: "support" (staff, with a reason) or "teaching" (with the grant that an
    enrolment gives, handed down by the room that knows it).
    Raises NotAllowed, ReasonNeeded, PersonIsErased.
    """
    wanted = tuple(dict.fromkeys(fields))
    require(policies.may_open_profile(by, person, purpose=purpose, fields=frozenset(wanted), grant=grant, at=at))
    if purpose == "support" and not reason.strip():
        raise ReasonNeeded
    record = db.session.get(PersonalRecord, person.id)
    if record is None:
        raise PersonIsErased
    with transaction():
        db.session.add(
            AccessLog(
                person_id=person.id,
                by_id=by.person_id,
                organisation_id=by.organisation_id,
                purpose=purpose,
                fields=list(wanted),
                reason=reason.strip(),
                at=at,
            )
        )
        db.session.flush()
    return {field: getattr(record, field) for field in wanted}
