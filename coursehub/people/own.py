"""What a person may read about themselves, without a log row: it is theirs."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db
from coursehub.people import queries
from coursehub.people.actor import Actor
from coursehub.people.models import (
    AccessLog,
    Look,
    Membership,
    Organisation,
    Passkey,
    PeopleAudit,
    PersonalRecord,
    SignInSession,
    TermsAcceptance,
)
from coursehub.people.sessions import IDLE, LONGEST

SHOWN_ACTS = (
    "signed_in",
    "signed_out_everywhere",
    "sign_in_failed",
    "second_step_failed",
    "password_changed",
    "password_reset",
    "reset_asked_for",
    "address_changed",
    "new_address_asked_for",
    "second_step_on",
    "second_step_off",
    "recovery_code_used",
    "recovery_codes_renewed",
    "passkey_added",
    "passkey_removed",
    "sign_up_with_known_address",
    "role_given",
    "role_asked_for",
    "role_confirmed",
    "role_declined",
    "role_ended",
)


@dataclass(frozen=True)
class Belonging:
    """One organisation of the reader, and what they are there."""

    organisation: Organisation
    roles: tuple[str, ...]


def record(actor: Actor) -> PersonalRecord:
    """The reader's own vault row."""
    return db.session.get_one(PersonalRecord, actor.person_id)


def memberships(actor: Actor) -> list[Belonging]:
    """The reader's organisations with their roles there."""
    rows = db.session.execute(
        sa.select(Membership.organisation_id, Membership.role)
        .where(Membership.person_id == actor.person_id, Membership.ended_at.is_(None))
        .order_by(Membership.id)
    ).all()
    return [
        Belonging(organisation, tuple(row.role for row in rows if row.organisation_id == organisation.id))
        for organisation in queries.organisations_of(actor.person_id)
    ]


def passkeys(actor: Actor) -> list[Passkey]:
    """The reader's passkeys, the oldest first."""
    mine = sa.select(Passkey).where(Passkey.person_id == actor.person_id).order_by(Passkey.id)
    return list(db.session.execute(mine).scalars())


def live_sessions(actor: Actor, at: datetime) -> list[SignInSession]:
    """Where the reader is signed in, the latest first."""
    return list(
        db.session.execute(
            sa.select(SignInSession)
            .where(
                SignInSession.person_id == actor.person_id,
                SignInSession.ended_at.is_(None),
                SignInSession.seen_at > at - IDLE,
                SignInSession.begun_at > at - LONGEST,
            )
            .order_by(SignInSession.seen_at.desc(), SignInSession.id.desc())
        ).scalars()
    )


def looks(actor: Actor) -> list[Look]:
    """When staff looked as the reader, the latest first."""
    return list(
        db.session.execute(sa.select(Look).where(Look.person_id == actor.person_id).order_by(Look.id.desc()).limit(50)).scalars()
    )


def openings(actor: Actor) -> "sa.Select[AccessLog]":
    """Who opened which personal fields of the reader, the latest first."""
    return sa.select(AccessLog).where(AccessLog.person_id == actor.person_id).order_by(AccessLog.id.desc())


def acceptances(actor: Actor) -> list[TermsAcceptance]:
    """Which texts the reader accepted, the latest first."""
    return list(
        db.session.execute(
            sa.select(TermsAcceptance).where(TermsAcceptance.person_id == actor.person_id).order_by(TermsAcceptance.id.desc())
        ).scalars()
    )


def happenings(actor: Actor, limit: int = 30) -> list[PeopleAudit]:
    """What happened to the reader's account, the latest first."""
    return list(
        db.session.execute(
            sa.select(PeopleAudit)
            .where(PeopleAudit.person_id == actor.person_id, PeopleAudit.act.in_(SHOWN_ACTS))
            .order_by(PeopleAudit.id.desc())
            .limit(limit)
        ).scalars()
    )
