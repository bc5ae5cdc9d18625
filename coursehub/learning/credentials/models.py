"""Keys, status lists and credentials."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref


class IssuerKey(Model):
    """A key the house signs with. One is in use; a retired one keeps its public half only, so that old signatures hold.

    `compromised_at` says that somebody else may have had it: nothing signed with it counts any more.
    """

    __tablename__ = "issuer_key"
    __table_args__ = (
        Index(
            "uq_issuer_key_in_use",
            "algorithm",
            unique=True,
            sqlite_where=text("retired_at IS NULL"),
            postgresql_where=text("retired_at IS NULL"),
        ),
        CheckConstraint("(retired_at IS NULL) = (sealed_private IS NOT NULL)", name="retired_keys_cannot_sign"),
        CheckConstraint("compromised_at IS NULL OR retired_at IS NOT NULL", name="compromised_is_retired"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    algorithm: Mapped[str] = mapped_column(String(16), default="Ed25519")
    public_multibase: Mapped[str] = mapped_column(String(80), unique=True)
    sealed_private: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    compromised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StatusList(Model):
    """A list of bits, one per credential: 1 means revoked. `document` is its signed form, always as of the last change."""

    __tablename__ = "status_list"

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(Integer, unique=True)
    length: Mapped[int] = mapped_column(Integer)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    document: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Credential(Model):
    """One signed statement about one completion.

    `holder_name` is the name the person bore when it was issued, so that a
    credential cannot be handed on by renaming an account. It is shown, and
    signed, only while `name_shown`; erasing the person empties it.
    """

    __tablename__ = "credential"
    __table_args__ = (
        UniqueConstraint("status_list_id", "status_index"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revocation_is_whole"),
        CheckConstraint("revoked_by_id IS NULL OR revoked_at IS NOT NULL", name="revocation_has_a_moment"),
        CheckConstraint("NOT name_shown OR holder_name IS NOT NULL", name="a_shown_name_is_there"),
        Index("ix_credential_person", "person_id", "issued_at"),
        Index("ix_credential_issued_at", "issued_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    completion_id: Mapped[int] = ref("completion.id", index=False, unique=True)
    enrolment_id: Mapped[int] = ref("enrolment.id")
    person_id: Mapped[int] = ref("person.id", index=False)
    release_id: Mapped[int] = ref("release.id")
    issuer_key_id: Mapped[int] = ref("issuer_key.id")
    status_list_id: Mapped[int] = ref("status_list.id", index=False)
    status_index: Mapped[int] = mapped_column(Integer)
    subject_id: Mapped[str] = mapped_column(String(60))
    holder_name: Mapped[str | None] = mapped_column(String(120))
    name_shown: Mapped[bool] = mapped_column(default=False)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_reason: Mapped[str | None] = mapped_column(Text)
    revoked_by_id: Mapped[int | None] = ref("person.id", index=False)
