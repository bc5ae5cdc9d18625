"""What people knows of a person: to take with them, and to forget."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.mail import Letter
from coursehub.people.models import (
    AccessLog,
    BuyerDetails,
    GuardianConsent,
    Look,
    Membership,
    Organisation,
    Passkey,
    PeopleAudit,
    Person,
    PersonalRecord,
    SignInSession,
    TermsAcceptance,
)
from coursehub.people.operations.forgetting import forget_person


def export(person_id: int) -> dict[str, Any]:
    """The vault, roles, agreements, sessions, who opened what, what happened to the account, and every letter."""
    person = db.session.get_one(Person, person_id)
    record = db.session.get(PersonalRecord, person_id)
    roles = (
        sa.select(Organisation.name, Membership.role, Membership.since_at, Membership.ended_at)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.person_id == person_id)
        .order_by(Membership.id)
    )
    return {
        "id": person.public_id,
        "language": person.locale,
        "here_since": person.created_at,
        "vault": {name: getattr(record, name) for name in ("display_name", "email", "birth_on", "guardian_email", "next_email")}
        if record
        else None,
        "invoices_made_out_for": _rows(
            _of(BuyerDetails, person_id, "kind", "title", "tax_number", "address", "bank", "entered_at")
        ),
        "roles": _rows(roles),
        "agreements": _rows(_of(TermsAcceptance, person_id, "document", "version", "locale", "at")),
        "guardian": _rows(_of(GuardianConsent, person_id, "asked_at", "answered_at", "verdict", "withdrawn_at")),
        "sessions": _rows(_of(SignInSession, person_id, "device", "begun_at", "seen_at", "ended_at")),
        "passkeys": _rows(_of(Passkey, person_id, "name", "made_at", "last_used_at")),
        "opened_by_others": _rows(_of(AccessLog, person_id, "purpose", "fields", "reason", "grant_public_id", "at")),
        "staff_looked": _rows(_of(Look, person_id, "reason", "begun_at", "ended_at")),
        "account": _rows(_of(PeopleAudit, person_id, "act", "at")),
        "letters": _rows(_of(Letter, person_id, "written_at", "kind", "subject", "body")),
    }


def erase(person_id: int, at: datetime) -> None:
    """Destroy the vault by the one mechanism there is; numbers that point at the person stay."""
    forget_person(db.session.get_one(Person, person_id), "erased_by_wish", at=at)


def _of(table: Any, person_id: int, *columns: str) -> sa.Executable:
    return sa.select(*(getattr(table, name) for name in columns)).where(table.person_id == person_id).order_by(table.id)


def _rows(select: sa.Executable) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in db.session.execute(select)]
