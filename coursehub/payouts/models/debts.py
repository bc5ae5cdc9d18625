"""What partners paid back by bank transfer, claim by claim."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import BigId, Id, Model, ref


class ClaimPaid(Model):
    """So much of a claim was paid by money of a line of the bank; when, by whom and whether it still counts says its use.

    claim_id: the journal by which the partner owes it. use_id: how the money left suspense; undone there, it counts no more.
    """

    __tablename__ = "claim_paid"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        UniqueConstraint("use_id", "claim_id", name="claim_paid_once"),
        Index("claim_paid_by_organisation", "organisation_id"),
    )

    id: Mapped[Id]
    use_id: Mapped[int] = mapped_column(BigId, ForeignKey("bank_entry_use.id", name="claim_paid_use_fkey"))
    organisation_id: Mapped[int] = ref("organisation.id", index=False)
    claim_id: Mapped[int] = ref("journal.id", index=False)
    amount_minor: Mapped[int] = mapped_column(BigId)
