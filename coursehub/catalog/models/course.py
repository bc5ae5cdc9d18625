"""A course and its releases."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref

STATES = ("draft", "submitted", "in_review", "changes_requested", "approved", "listed", "retired")
OPEN_STATES = ("draft", "submitted", "in_review")
LEVELS = ("beginner", "intermediate", "advanced")
STEP_KINDS = ("text", "video", "quiz", "code")
LOCALES = ("zh-CN", "en")


def one_of(column: str, values: tuple[str, ...], name: str) -> sa.CheckConstraint:
    """A check that a text column holds one of a few words."""
    return sa.CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=name)


class Course(Model):
    """A name and an owner; what it teaches is in its releases."""

    __tablename__ = "course"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    organisation_id: Mapped[int] = ref("organisation.id")
    original_locale: Mapped[str] = mapped_column(sa.String(10))
    created_by_id: Mapped[int | None] = ref("person.id", nullable=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Release(Model):
    """One version of a course. Once frozen, the database refuses to change its content."""

    __tablename__ = "release"
    __table_args__ = (
        sa.UniqueConstraint("course_id", "number", name="uq_release_number"),
        one_of("state", STATES, "state"),
        one_of("level", LEVELS, "level"),
        sa.CheckConstraint("(frozen_at IS NULL) = (content_hash IS NULL)", name="frozen_is_hashed"),
        sa.CheckConstraint("(state = 'draft') = (frozen_at IS NULL)", name="only_drafts_are_open"),
        sa.Index(
            "uq_release_one_draft",
            "course_id",
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        ),
        sa.Index(
            "uq_release_one_listed",
            "course_id",
            unique=True,
            sqlite_where=sa.text("state = 'listed'"),
            postgresql_where=sa.text("state = 'listed'"),
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    course_id: Mapped[int] = ref("course.id")
    number: Mapped[int] = mapped_column(sa.Integer)
    version: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[str] = mapped_column(sa.String(20), default="draft")
    level: Mapped[str] = mapped_column(sa.String(20), default="beginner")
    languages: Mapped[list[str]] = mapped_column(sa.JSON)  # the first is the original
    licence: Mapped[str] = mapped_column(sa.String(80), default="")
    teachers: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # as the author writes them
    source_format: Mapped[str] = mapped_column(sa.String(40))  # which importer read it
    report: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # what the importer kept and dropped
    links: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # pages and labels of the package by step key
    manifest: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)  # canonical, made when frozen
    content_hash: Mapped[str | None] = mapped_column(sa.String(64))
    sketch: Mapped[list[int] | None] = mapped_column(sa.JSON)  # of its words, to notice copies; made when frozen
    derived_from_id: Mapped[int | None] = ref("release.id", nullable=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    listed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
