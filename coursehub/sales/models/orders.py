"""Orders, the payments made for them, and what the rail told us."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, PublicId, UtcDateTime, ref
from coursehub.sales.models.offerings import one_of, unique_while

# placed: pinned, no pay page yet. awaiting_payment: the buyer can pay. paid, free: the seat is theirs.
# expired, cancelled: nobody paid. returned: paid, but nothing was left to sell. refunded: given back in full.
ORDER_STATES = ("placed", "awaiting_payment", "paid", "free", "expired", "cancelled", "returned", "refunded")
PAYING = ("placed", "awaiting_payment")
CHANNELS = ("partner_link", "platform", "coupon", "sponsor")
OUTCOMES = ("sold", "returned")


class Order(Model):
    """One person's wish for one course or one bundle, with all that decides about its money pinned when it was placed.

    gross_minor is what is paid: list price less discount, tax included. seat_n is
    the seat it holds, where seats are limited. `trouble` says why staff must look.
    instalments: in how many monthly parts the buyer pays; what became of them stands in `instalment`.
    Of a bundle, courses with their releases, terms and enrolments stand in `order_part`.
    A gift's enrolment is that of whoever accepts it, and there is none before.
    asked_at: when its turn came last to be read at the rail without an event.
    """

    __tablename__ = "order"
    __table_args__ = (
        one_of("state", ORDER_STATES),
        one_of("channel", CHANNELS),
        sa.CheckConstraint("gross_minor = list_price_minor - discount_minor", name="gross_adds_up"),
        sa.CheckConstraint("gross_minor >= 0 AND discount_minor >= 0", name="amounts_not_negative"),
        sa.CheckConstraint("tax_minor BETWEEN 0 AND gross_minor", name="tax_within_gross"),
        sa.CheckConstraint(
            "channel IN ('platform', 'sponsor') OR attributed_organisation_id IS NOT NULL", name="channel_has_organisation"
        ),
        sa.CheckConstraint(
            "bundle_id IS NOT NULL OR gift_id IS NOT NULL OR "
            "(state IN ('paid', 'free', 'refunded')) = (enrolment_id IS NOT NULL)",
            name="sold_is_enrolled",
        ),
        sa.CheckConstraint(
            "(bundle_id IS NULL) = (course_id IS NOT NULL) AND (course_id IS NULL) = (offering_id IS NULL) "
            "AND (course_id IS NULL) = (release_id IS NULL) AND (course_id IS NULL) = (terms_hash IS NULL)",
            name="course_or_bundle",
        ),
        sa.CheckConstraint("instalments BETWEEN 1 AND 6", name="instalments_in_range"),
        # A slow double click opens one order, and a seat is held once.
        unique_while(
            "uq_order_paying", "buyer_id", "course_id", where="gift_id IS NULL AND state IN ('placed', 'awaiting_payment')"
        ),
        unique_while(
            "uq_order_paying_gift",
            "buyer_id",
            "course_id",
            where="gift_id IS NOT NULL AND state IN ('placed', 'awaiting_payment')",
        ),
        unique_while(
            "uq_order_paying_bundle", "buyer_id", "bundle_id", where="gift_id IS NULL AND state IN ('placed', 'awaiting_payment')"
        ),
        unique_while(
            "uq_order_paying_bundle_gift",
            "buyer_id",
            "bundle_id",
            where="gift_id IS NOT NULL AND state IN ('placed', 'awaiting_payment')",
        ),
        # What a refund gave back to a pass can be bought again: the same enrolment, another order.
        unique_while("uq_order_enrolment", "enrolment_id", where="state IN ('paid', 'free')"),
        unique_while("uq_order_seat", "course_id", "seat_n", where="seat_n IS NOT NULL"),
        sa.Index("ix_order_buyer", "buyer_id", "placed_at"),
        sa.Index("ix_order_state", "state", "expires_at"),
        sa.Index("ix_order_placed", "placed_at", "id"),
        sa.Index("ix_order_course", "course_id", "placed_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    buyer_id: Mapped[int] = ref("person.id", index=False)
    offering_id: Mapped[int | None] = ref("offering.id")
    course_id: Mapped[int | None] = ref("course.id", index=False)
    release_id: Mapped[int | None] = ref("release.id", index=False)
    terms_hash: Mapped[str | None] = mapped_column(sa.String(64))
    list_price_minor: Mapped[int] = mapped_column(sa.BigInteger)
    discount_minor: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    discount_borne_by: Mapped[str | None] = mapped_column(sa.String(16))  # an organisation's public id, as terms name it
    gross_minor: Mapped[int] = mapped_column(sa.BigInteger)
    tax_bps: Mapped[int] = mapped_column(sa.Integer)
    tax_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    refund_days: Mapped[int] = mapped_column(sa.Integer)
    channel: Mapped[str] = mapped_column(sa.String(16))
    attributed_organisation_id: Mapped[int | None] = ref("organisation.id")
    partner_link_id: Mapped[int | None] = ref("partner_link.id")
    clicked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when that link was opened; empty before it was kept
    coupon_id: Mapped[int | None] = ref("coupon.id")
    locale: Mapped[str] = mapped_column(sa.String(8))
    is_live: Mapped[bool] = mapped_column(sa.Boolean)
    state: Mapped[str] = mapped_column(sa.String(20))
    seat_n: Mapped[int | None] = mapped_column(sa.Integer)
    page_n: Mapped[int] = mapped_column(sa.Integer, default=1)  # which pay page we ask for; the next once a key is spoiled
    session_id: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    session_url: Mapped[str | None] = mapped_column(sa.Text)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    enrolment_id: Mapped[int | None] = ref("enrolment.id")
    trouble: Mapped[str] = mapped_column(sa.String(40), default="")
    bundle_id: Mapped[int | None] = ref("bundle.id")
    gift_id: Mapped[int | None] = ref("gift.id", unique=True)
    instalments: Mapped[int] = mapped_column(sa.Integer, default=1, server_default="1")
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Payment(Model):
    """Money that the rail says came for an order; it either bought the seat or went back.

    instalment_n: the (first) part of the price that it paid, where a price is paid in parts.
    """

    __tablename__ = "payment"
    __table_args__ = (
        one_of("outcome", OUTCOMES),
        sa.CheckConstraint("amount_minor > 0 AND fee_minor >= 0", name="amounts_sane"),
        unique_while("uq_payment_sold", "order_id", "instalment_n", where="outcome = 'sold'"),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = ref("order.id")
    rail: Mapped[str] = mapped_column(sa.String(16))
    rail_payment_id: Mapped[str] = mapped_column(sa.String(120), unique=True)
    rail_charge_id: Mapped[str] = mapped_column(sa.String(120))
    amount_minor: Mapped[int] = mapped_column(sa.BigInteger)
    fee_minor: Mapped[int] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3))
    method: Mapped[str] = mapped_column(sa.String(20))
    paid_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(sa.String(10))
    instalment_n: Mapped[int] = mapped_column(sa.Integer, default=1, server_default="1")

    @property
    def effect_key(self) -> str:
        """The business effect of this payment, as the books name it."""
        return f"sale:{self.rail_payment_id}" if self.outcome == "sold" else f"stray:{self.rail_payment_id}"


class WebhookEvent(Model):
    """An event as the rail sent it, kept under the rail's own id; a job does what it asks for."""

    __tablename__ = "webhook_event"
    __table_args__ = (sa.Index("ix_webhook_event_received", "received_at"),)

    id: Mapped[Id]
    rail_event_id: Mapped[str] = mapped_column(sa.String(120), unique=True)
    type: Mapped[str] = mapped_column(sa.String(80))
    is_live: Mapped[bool] = mapped_column(sa.Boolean)
    object_id: Mapped[str] = mapped_column(sa.String(120), index=True)
    claims: Mapped[dict[str, object]] = mapped_column(sa.JSON)  # what we compare; the object is read again
    source: Mapped[str] = mapped_column(sa.String(10))  # webhook | sweep
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(sa.String(40), default="")
