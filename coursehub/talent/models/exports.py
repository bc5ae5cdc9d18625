"""Files that an employer took out of the pool: by whom, what for, and who stood in them."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref
from coursehub.talent.models.profiles import one_of

EXPORT_PURPOSES = ("choose", "meeting", "report")


class PoolExport(Model):
    """One file. `public_id` is its serial number and stands in every row of it. Never changed and never deleted."""

    __tablename__ = "pool_export"
    __table_args__ = (
        one_of("purpose", EXPORT_PURPOSES),
        Index("ix_pool_export_organisation", "organisation_id", "at"),
        Index("ix_pool_export_seat", "by_id", "at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    by_id: Mapped[int] = ref("person.id", index=False)
    purpose: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(80))  # the title of a list; empty for a search
    many: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PoolExportPerson(Model):
    """Somebody who stood in a file, without a name; shown to them, gone once they are forgotten."""

    __tablename__ = "pool_export_person"

    export_id: Mapped[int] = ref("pool_export.id", index=False, primary_key=True)
    person_id: Mapped[int] = ref("person.id", primary_key=True)
