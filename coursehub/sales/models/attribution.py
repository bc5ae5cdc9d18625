"""Contests of how a sale came."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref
from coursehub.sales.models.offerings import one_of

ATTRIBUTION_OUTCOMES = ("accepted", "taken_back", "unanswered", "let_stand")
CORRECTED = ("taken_back", "unanswered")
"""Ends after which the sale is shared anew, as the side that contested says it came."""


class AttributionContest(Model):
    """A side says that a sale came otherwise than its order carried: by its own link or, the house, by no partner's link.

    The other side (`asked`) answers by `due_at`; then the side that contests says by a new `due_at` whether it accepts.
    Until it ends the sale stays shared as it is. A sale is contested once. channel, attributed: how it came, as `party` says.
    """

    __tablename__ = "attribution_contest"
    __table_args__ = (
        one_of("channel", ("partner_link", "platform")),
        one_of("outcome", ATTRIBUTION_OUTCOMES),
        sa.CheckConstraint("(channel = 'partner_link') = (attributed IS NOT NULL)", name="link_has_a_partner"),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answer_is_whole"),
        sa.CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name="end_is_whole"),
        sa.CheckConstraint("party <> asked", name="two_sides"),
        sa.Index("ix_attribution_contest_due", "settled_at", "due_at"),
        sa.Index("ix_attribution_contest_asked", "asked", "settled_at"),
        sa.Index("ix_attribution_contest_party", "party", "settled_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    event_id: Mapped[int] = ref("money_event.id", unique=True)
    party: Mapped[str] = mapped_column(sa.String(16))
    asked: Mapped[str] = mapped_column(sa.String(16))
    channel: Mapped[str] = mapped_column(sa.String(16))
    attributed: Mapped[str | None] = mapped_column(sa.String(16))
    reason: Mapped[str] = mapped_column(sa.Text)
    contested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    contested_by_id: Mapped[int | None] = ref("person.id", index=False)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer: Mapped[str | None] = mapped_column(sa.Text)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = ref("person.id", index=False)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = ref("person.id", index=False)
    outcome: Mapped[str | None] = mapped_column(sa.String(12))

    @property
    def turn(self) -> str:
        """Whose word is wanted now."""
        return self.asked if self.answered_at is None else self.party
