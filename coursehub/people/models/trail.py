"""What was done and what was looked at; rows are only ever added."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, PublicId, UtcDateTime, ref


class AccessLog(Model):
    """Somebody opened personal fields of a person, for a purpose; shown to that person."""

    __tablename__ = "access_log"
    __table_args__ = (Index("ix_access_log_person_id", "person_id", "at"),)

    id: Mapped[Id]
    person_id: Mapped[int] = ref("person.id", index=False)
    by_id: Mapped[int] = ref("person.id", index=False)
    organisation_id: Mapped[int | None] = ref("organisation.id", index=False)
    purpose: Mapped[str] = mapped_column(String(20))
    fields: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text, default="")
    grant_public_id: Mapped[str | None] = mapped_column(String(16))  # of the consent it stood on, where that has a row
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Look(Model):
    """Staff saw the pages as a person sees them, without being able to change anything."""

    __tablename__ = "look"
    id: Mapped[Id]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = ref("person.id")
    staff_id: Mapped[int] = ref("person.id", index=False)
    session_id: Mapped[int] = ref("sign_in_session.id")
    reason: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PayeeOpening(Model):
    """Somebody opened the bank and tax numbers of an organisation in full."""

    __tablename__ = "payee_opening"
    id: Mapped[Id]
    organisation_id: Mapped[int] = ref("organisation.id")
    payee_record_id: Mapped[int] = ref("payee_record.id", index=False)
    by_id: Mapped[int] = ref("person.id", index=False)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PeopleAudit(Model):
    """One act that mattered for security: what, to whom, by whom, when. Ids only, no personal field.

    Lines are chained in the order in which they were committed, `id` is the place in the chain (see `audit_chain.py`).
    What a line says is bound by its digest with a salt; once its time is over both are emptied, and the digest says nothing.
    """

    __tablename__ = "people_audit"
    __table_args__ = (
        Index("ix_people_audit_person_id", "person_id", "at"),
        Index("ix_people_audit_organisation_id", "organisation_id", "at"),
    )

    id: Mapped[Id]
    act: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int | None] = ref("person.id", index=False)
    by_id: Mapped[int | None] = ref("person.id", index=False)
    organisation_id: Mapped[int | None] = ref("organisation.id", index=False)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    salt: Mapped[str | None] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Model):
    """Where the chain of audit lines ends: the one row that whoever adds to it locks."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    height: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(String(64))
