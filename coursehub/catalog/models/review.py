"""How a release comes to be listed: submissions, remarks, and what happened when."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.catalog.models.course import one_of
from coursehub.db import Id, Model, PublicId, UtcDateTime, ref


class ReleaseReview(Model):
    """One submission of a release and its answer, against a published clock."""

    __tablename__ = "release_review"
    __table_args__ = (
        one_of("decision", ("approved", "changes_requested", "withdrawn"), "decision"),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decision_is_dated"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    release_id: Mapped[int] = ref("release.id", index=False, unique=True)  # a frozen release is judged once
    submitted_by_id: Mapped[int] = ref("person.id")
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)  # of the automatic checks
    reviewer_id: Mapped[int | None] = ref("person.id", nullable=True)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision: Mapped[str | None] = mapped_column(sa.String(20))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    summary: Mapped[str] = mapped_column(sa.Text, default="")


class ReviewRemark(Model):
    """What a reviewer says, about one step or about the whole release."""

    __tablename__ = "review_remark"

    id: Mapped[Id]
    review_id: Mapped[int] = ref("release_review.id")
    step_key: Mapped[str | None] = mapped_column(sa.String(120))
    body: Mapped[str] = mapped_column(sa.Text)
    by_id: Mapped[int] = ref("person.id")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReleaseEvent(Model):
    """One thing that happened to a release, with who and when."""

    __tablename__ = "release_event"

    id: Mapped[Id]
    release_id: Mapped[int] = ref("release.id", ondelete="CASCADE")
    what: Mapped[str] = mapped_column(sa.String(30))
    by_id: Mapped[int | None] = ref("person.id", nullable=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
