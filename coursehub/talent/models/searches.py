"""Searches over the pool that somebody saved, and whom their letters have told of."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref
from coursehub.talent.models.profiles import one_of

ALERTS = ("off", "daily", "weekly")


class SavedSearch(Model):
    """One search of one person who hires, for the employer they acted for. `wish` is its address.

    `told_at` is when its people were last gone through for a letter, sent or not.
    """

    __tablename__ = "saved_search"
    __table_args__ = (one_of("alert", ALERTS), Index("ix_saved_search_due", "alert", "told_at"))

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    person_id: Mapped[int] = ref("person.id")
    title: Mapped[str] = mapped_column(String(80))
    wish: Mapped[dict[str, Any]] = mapped_column(JSON)
    alert: Mapped[str] = mapped_column(String(8))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SearchKnown(Model):
    """Somebody who fitted a search before: no letter counts them as new."""

    __tablename__ = "saved_search_known"

    search_id: Mapped[int] = ref("saved_search.id", index=False, primary_key=True)
    profile_id: Mapped[int] = ref("profile.id", primary_key=True)
