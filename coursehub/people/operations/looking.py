"""Staff look at coursehub as a person sees it: with a reason, read-only, logged, and shown to that person."""

from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.errors import Refusal, require
from coursehub.people import policies, queries
from coursehub.people.actor import Actor
from coursehub.people.audit import note
from coursehub.people.models import AccessLog, Look, Membership, Organisation, Person, SignInSession
from coursehub.people.models.organisations import STAFF_ROLES
from coursehub.people.operations.vault import ReasonNeeded


class NoSession(Refusal):
    """Sign in again first."""

    status = 403


def holds_staff_role(person_id: int) -> bool:
    """Whether a person is staff of the house, for whomever they act at the moment."""
    return (
        db.session.execute(
            sa.select(Membership.id)
            .join(Organisation, Organisation.id == Membership.organisation_id)
            .where(
                Membership.person_id == person_id,
                Membership.ended_at.is_(None),
                Membership.role.in_((*STAFF_ROLES, "owner")),
                Organisation.is_house,
            )
        ).first()
        is not None
    )


def begin_look(person: Person, *, reason: str, session: SignInSession | None, by: Actor, at: datetime) -> Look:
    """From now on, in this browser, staff see what the person sees, for half an hour at most.

    Raises NotAllowed (not support, themselves, or other staff), ReasonNeeded, NoSession.
    """
    require(policies.may_look_as(by, person, is_staff=holds_staff_role(person.id)))
    if not reason.strip():
        raise ReasonNeeded
    if session is None:
        raise NoSession
    with transaction():
        end_looks(session, at=at)
        look = Look(person_id=person.id, staff_id=by.person_id, session_id=session.id, reason=reason.strip(), begun_at=at)
        db.session.add(look)
        db.session.add(
            AccessLog(
                person_id=person.id, by_id=by.person_id, organisation_id=queries.house().id,
                purpose="look", fields=["pages"], reason=reason.strip(), at=at,
            )
        )  # fmt: skip
        db.session.flush()
        note("looked_as", at=at, person_id=person.id, by_id=by.person_id, look=look.public_id)
    return look


def end_looks(session: SignInSession, *, at: datetime) -> None:
    """Stop looking, in this browser."""
    with transaction():
        live = sa.select(Look).where(Look.session_id == session.id, Look.ended_at.is_(None))
        for look in db.session.execute(live).scalars():
            look.ended_at = at
            note("stopped_looking", at=at, person_id=look.person_id, by_id=look.staff_id, look=look.public_id)
        db.session.flush()
