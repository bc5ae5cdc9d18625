"""Gifts: somebody pays for a course, or for a bundle, that another person takes."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref


class Gift(Model):
    """A course or a bundle that its giver pays for and somebody else accepts; the order that pays it points here.

    Whoever holds the link may accept until `link_until`; of the link only the hash is kept, and none once the gift
    was accepted. recipient_email is empty where the giver hands the link over, and is emptied as soon as no letter
    can go there any more. letter_at: when the letter goes out, at the earliest; letter_sent_at: when the last one did.
    """

    __tablename__ = "gift"
    __table_args__ = (
        sa.CheckConstraint("(bundle_id IS NULL) = (course_id IS NOT NULL)", name="course_or_bundle"),
        sa.CheckConstraint("(token_hash IS NULL) = (link_until IS NULL)", name="link_is_whole"),
        sa.CheckConstraint("(claimed_at IS NULL) = (claimed_by_id IS NULL)", name="claim_is_whole"),
        sa.CheckConstraint("claimed_at IS NULL OR (token_hash IS NULL AND recipient_email IS NULL)", name="claimed_is_closed"),
        sa.Index("ix_gift_claimed_by", "claimed_by_id"),
        sa.Index("ix_gift_link_until", "link_until"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    giver_id: Mapped[int] = ref("person.id")
    course_id: Mapped[int | None] = ref("course.id", index=False)
    bundle_id: Mapped[int | None] = ref("bundle.id")
    words: Mapped[str] = mapped_column(sa.Text, default="")
    recipient_email: Mapped[str | None] = mapped_column(sa.String(254))
    letter_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    letter_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    link_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    claimed_by_id: Mapped[int | None] = ref("person.id", index=False)
