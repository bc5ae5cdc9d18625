"""Uploaded packages on their way in, and the history of mends in the browser."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.catalog.models.course import one_of
from coursehub.db import Id, Model, PublicId, UtcDateTime, ref

IMPORT_STATES = ("waiting", "reading", "done", "refused")


class CourseImport(Model):
    """One uploaded package: waits for the worker, then holds the report or the reason it was refused."""

    __tablename__ = "course_import"
    __table_args__ = (one_of("state", IMPORT_STATES, "state"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = ref("organisation.id")
    course_id: Mapped[int | None] = ref("course.id", nullable=True)  # named when it is a new release
    release_id: Mapped[int | None] = ref("release.id", nullable=True, ondelete="SET NULL")
    by_id: Mapped[int] = ref("person.id")
    locale: Mapped[str] = mapped_column(sa.String(10))  # in which refusals are said
    filename: Mapped[str] = mapped_column(sa.String(255))
    storage_key: Mapped[str] = mapped_column(sa.String(200))
    bytes: Mapped[int] = mapped_column(sa.BigInteger)
    state: Mapped[str] = mapped_column(sa.String(20), default="waiting")
    done_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    total_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    report: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    refusal: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StepEdit(Model):
    """One mend of a draft step in the browser: what stood there before, so that it can be undone."""

    __tablename__ = "step_edit"

    id: Mapped[Id]
    release_id: Mapped[int] = ref("release.id", ondelete="CASCADE")
    step_id: Mapped[int] = ref("step.id", ondelete="CASCADE")
    locale: Mapped[str] = mapped_column(sa.String(10))
    before: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    by_id: Mapped[int] = ref("person.id")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
