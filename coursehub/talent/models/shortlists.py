"""What an employer keeps of the pool: people on named lists, and what colleagues think of them."""

from datetime import datetime

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref
from coursehub.talent.models.profiles import one_of

SCOPES = ("me", "organisation")
"""Who reads a note on an entry."""


class Shortlist(Model):
    """A list of people from the pool, of one employer. It names profiles; whom of them one meets is asked on each look."""

    __tablename__ = "shortlist"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id")
    title: Mapped[str] = mapped_column(String(80))
    made_by_id: Mapped[int] = ref("person.id", index=False)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ShortlistEntry(Model):
    """One profile on one list, once as long as it stands there."""

    __tablename__ = "shortlist_entry"
    __table_args__ = (
        Index(
            "uq_shortlist_entry_open", "shortlist_id", "profile_id", unique=True,
            sqlite_where=text("removed_at IS NULL"), postgresql_where=text("removed_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    shortlist_id: Mapped[int] = ref("shortlist.id")
    profile_id: Mapped[int] = ref("profile.id")
    added_by_id: Mapped[int] = ref("person.id", index=False)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ShortlistNote(Model):
    """What one colleague remarks on one entry: one note each, written over."""

    __tablename__ = "shortlist_note"
    __table_args__ = (one_of("scope", SCOPES),)

    entry_id: Mapped[int] = ref("shortlist_entry.id", index=False, primary_key=True)
    by_id: Mapped[int] = ref("person.id", index=False, primary_key=True)
    scope: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
