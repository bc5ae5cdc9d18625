"""Fapiao: what buyers ask for, what finance made out elsewhere and took down here."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref
from coursehub.sales.models.offerings import one_of, unique_while

FAPIAO_KINDS = ("normal", "special")
FAPIAO_STATES = ("asked", "issued", "declined")
FAPIAO_ABOUT = ("order_id", "period_id", "document_id")


class FapiaoRequest(Model):
    """Somebody asks for the fapiao of an order, of a paid period of a pass, or of a member's invoice; its number is kept here.

    The tax office's system makes it out.

    goes_on: each later period of the pass has its fapiao asked for by itself.
    issued_minor: what it was made out over, the price or invoice less what had gone back by then.
    """

    __tablename__ = "fapiao_request"
    __table_args__ = (
        one_of("kind", FAPIAO_KINDS),
        one_of("state", FAPIAO_STATES),
        unique_while("uq_fapiao_request_open", "order_id", where="state <> 'declined'"),
        unique_while("uq_fapiao_request_period_open", "period_id", where="state <> 'declined'"),
        unique_while("uq_fapiao_request_document_open", "document_id", where="state <> 'declined'"),
        unique_while("uq_fapiao_request_number", "number", where="number <> ''"),
        sa.CheckConstraint(
            f"{' + '.join(f'CASE WHEN {each} IS NULL THEN 0 ELSE 1 END' for each in FAPIAO_ABOUT)} = 1", name="about_one_thing"
        ),
        sa.CheckConstraint("(state = 'issued') = (issued_minor IS NOT NULL AND number <> '')", name="issued_is_whole"),
        sa.CheckConstraint("issued_minor IS NULL OR issued_minor > 0", name="issued_positive"),
        sa.Index("ix_fapiao_request_queue", "state", "asked_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    order_id: Mapped[int | None] = ref("order.id", index=False)
    period_id: Mapped[int | None] = ref("pass_period.id", index=False)
    document_id: Mapped[int | None] = ref("billing_document.id", index=False)
    details_id: Mapped[int] = ref("buyer_details.id", index=False)
    kind: Mapped[str] = mapped_column(sa.String(10))
    goes_on: Mapped[bool] = mapped_column(sa.Boolean, default=False, server_default=sa.false())
    state: Mapped[str] = mapped_column(sa.String(10))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_by_id: Mapped[int | None] = ref("person.id", index=False)
    number: Mapped[str] = mapped_column(sa.String(40), default="")
    issued_on: Mapped[date | None] = mapped_column(sa.Date)
    issued_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = ref("person.id", index=False)


class FapiaoReversal(Model):
    """A red-letter fapiao over what went back after the fapiao was made out."""

    __tablename__ = "fapiao_reversal"
    __table_args__ = (sa.CheckConstraint("amount_minor > 0", name="amount_positive"),)

    id: Mapped[Id]
    request_id: Mapped[int] = ref("fapiao_request.id")
    number: Mapped[str] = mapped_column(sa.String(40), unique=True)
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    issued_on: Mapped[date] = mapped_column(sa.Date)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int] = ref("person.id", index=False)
