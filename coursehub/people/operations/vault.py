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
    beside: Iterable[str] = (),
) -> dict[str, Any]:
    """Read personal fields of somebody, for a purpose; leaves a row that they can see.

    purpose: "support" (staff, with a reason); "teaching" (with the grant that an
    enrolment gives) or "hiring", "application", "work" (with the grant that the person
    gave), handed down by the room that knows it.
    beside: what that room shows in the same breath under the same grant; logged in the same row.
    Raises NotAllowed, ReasonNeeded, PersonIsErased.
    """
    wanted, others = tuple(dict.fromkeys(fields)), tuple(dict.fromkeys(beside))
    require(
        policies.may_open_profile(
            by, person, purpose=purpose, fields=frozenset(wanted), beside=frozenset(others), grant=grant, at=at
        )
    )
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
                fields=[*wanted, *others],
                reason=reason.strip(),
                grant_public_id=grant.public_id or None if grant else None,
                at=at,
            )
        )
        db.session.flush()
    return {field: getattr(record, field) for field in wanted}
