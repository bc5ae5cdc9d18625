"""Who may see what of a person, until when; and who may not see them at all."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref
from coursehub.talent.machines import GRANT
from coursehub.talent.models.profiles import one_of

PURPOSES = ("hiring", "application", "work")
FIELDS = ("display_name", "email", "credentials", "portfolio", "claims")
"""What a grant can name. The first two lie in the vault of people, the others here and in learning."""


class TalentGrant(Model):
    """One person lets one organisation see named fields, for one purpose, until a moment.

    `text_hash` is the SHA-256 of the text the person agreed to. `cause` says what asked:
    the organisation itself, an introduction, an application (which grants its fields
    until it closes), or an engagement.
    """

    __tablename__ = "talent_grant"
    __table_args__ = (
        one_of("state", GRANT.states),
        one_of("purpose", PURPOSES),
        one_of("cause", ("request", "introduction", "application", "engagement")),
        CheckConstraint("granted_at IS NOT NULL OR state NOT IN ('granted', 'withdrawn', 'expired')", name="granted_is_dated"),
        Index(
            "uq_talent_grant_open", "person_id", "organisation_id", "purpose", "cause", "cause_id", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_talent_grant_organisation", "organisation_id", "state", "until_at"),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = ref("person.id", index=False)
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    purpose: Mapped[str] = mapped_column(String(12))
    fields: Mapped[list[str]] = mapped_column(JSON)
    cause: Mapped[str] = mapped_column(String(12))
    cause_id: Mapped[int] = mapped_column(default=0)  # of the introduction, application or engagement; 0 for a request
    why: Mapped[str] = mapped_column(Text, default="")
    asked_by_id: Mapped[int | None] = ref("person.id", index=False)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(Text, default="")  # what was agreed to, word for word
    text_hash: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(20))
    granted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # declined, lapsed, withdrawn or expired


class Block(Model):
    """An organisation (with its affiliates) for which the person does not exist in the pool.

    `cause` "employer" stands for the default block of the current employer; lifting it
    keeps the row, so that it does not come back by itself.
    """

    __tablename__ = "block"
    __table_args__ = (
        one_of("cause", ("chosen", "employer")),
        Index(
            "uq_block_open", "person_id", "organisation_id", unique=True,
            sqlite_where=text("lifted_at IS NULL"), postgresql_where=text("lifted_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    person_id: Mapped[int] = ref("person.id", index=False)
    organisation_id: Mapped[int] = ref("organisation.id")
    cause: Mapped[str] = mapped_column(String(12))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
