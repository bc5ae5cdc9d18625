"""Somebody else pays: a learner asks an employer, who pays or says no."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref
from coursehub.sales.models.offerings import one_of, unique_while

SPONSOR_STATES = ("open", "paid", "declined", "withdrawn")


class SponsorRequest(Model):
    """A learner's request that an employer pay for a course or a bundle; who holds its link may pay or decline till `expires_at`.

    Of the link only the hash is kept. order_id: the order that the employer began to pay. link_code,
    clicked_at: the partner's link that had brought the learner, as an order of their own would know it.
    """

    __tablename__ = "sponsor_request"
    __table_args__ = (
        one_of("state", SPONSOR_STATES),
        unique_while("uq_sponsor_request_open", "learner_id", "course_id", where="state = 'open'"),
        unique_while("uq_sponsor_request_open_bundle", "learner_id", "bundle_id", where="state = 'open'"),
        sa.CheckConstraint("(bundle_id IS NULL) = (course_id IS NOT NULL)", name="course_or_bundle"),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answer_is_whole"),
        sa.CheckConstraint("(link_code IS NULL) = (clicked_at IS NULL)", name="click_is_whole"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    learner_id: Mapped[int] = ref("person.id", index=False)
    course_id: Mapped[int | None] = ref("course.id")
    bundle_id: Mapped[int | None] = ref("bundle.id")
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    words: Mapped[str] = mapped_column(sa.Text)
    employer_email: Mapped[str | None] = mapped_column(sa.String(254))
    state: Mapped[str] = mapped_column(sa.String(10))
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    order_id: Mapped[int | None] = ref("order.id", unique=True)
    link_code: Mapped[str | None] = mapped_column(sa.String(16))
    clicked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
