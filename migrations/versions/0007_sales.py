"""Offerings, links, coupons, orders, payments, refunds and support."""

import sqlalchemy as sa
from alembic import op

revision = "sales"
down_revision = "contracts"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "webhook_event",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("rail_event_id", sa.String(length=120), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("object_id", sa.String(length=120), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
        sa.UniqueConstraint("rail_event_id", name=op.f("uq_webhook_event_rail_event_id")),
    )
    op.create_index(op.f("ix_webhook_event_object_id"), "webhook_event", ["object_id"], unique=False)
    op.create_index("ix_webhook_event_received", "webhook_event", ["received_at"], unique=False)
    op.create_table(
        "coupon",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("code_key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("off_bps", sa.Integer(), nullable=True),
        sa.Column("off_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("uses_limit", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("borne_by", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", BIG, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'fixed') = (off_minor IS NOT NULL)", name=op.f("ck_coupon_fixed_has_amount")),
        sa.CheckConstraint("(kind = 'percent') = (off_bps IS NOT NULL)", name=op.f("ck_coupon_percent_has_rate")),
        sa.CheckConstraint("borne_by IN ('house', 'partner', 'terms')", name=op.f("ck_coupon_borne_by_known")),
        sa.CheckConstraint("kind IN ('percent', 'fixed')", name=op.f("ck_coupon_kind_known")),
        sa.CheckConstraint("(off_minor IS NULL) = (currency IS NULL)", name=op.f("ck_coupon_amount_has_currency")),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_coupon_ends_after_start")),
        sa.CheckConstraint("off_bps IS NULL OR off_bps BETWEEN 1 AND 10000", name=op.f("ck_coupon_rate_in_range")),
        sa.CheckConstraint("off_minor IS NULL OR off_minor > 0", name=op.f("ck_coupon_amount_positive")),
        sa.CheckConstraint("uses_limit IS NULL OR uses_limit > 0", name=op.f("ck_coupon_limit_positive")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_coupon_made_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_coupon_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon")),
        sa.UniqueConstraint("code_key", name=op.f("uq_coupon_code_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_coupon_public_id")),
    )
    op.create_index("ix_coupon_organisation", "coupon", ["organisation_id", "made_at"], unique=False)
    op.create_table(
        "coupon_course",
        sa.Column("coupon_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupon.id"], name=op.f("fk_coupon_course_coupon_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_coupon_course_course_id")),
        sa.PrimaryKeyConstraint("coupon_id", "course_id", name=op.f("pk_coupon_course")),
    )
    op.create_index(op.f("ix_coupon_course_course_id"), "coupon_course", ["course_id"], unique=False)
    op.create_table(
        "offering",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("tax_bps", sa.Integer(), nullable=False),
        sa.Column("seats_limit", sa.Integer(), nullable=True),
        sa.Column("refund_days", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", BIG, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", BIG, nullable=True),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_offering_price_not_negative")),
        sa.CheckConstraint("refund_days BETWEEN 0 AND 365", name=op.f("ck_offering_refund_days_in_range")),
        sa.CheckConstraint("seats_limit IS NULL OR seats_limit > 0", name=op.f("ck_offering_seats_positive")),
        sa.CheckConstraint("tax_bps BETWEEN 0 AND 10000", name=op.f("ck_offering_tax_in_range")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_offering_closed_by_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_offering_course_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_offering_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offering")),
        sa.UniqueConstraint("public_id", name=op.f("uq_offering_public_id")),
    )
    op.create_index("ix_offering_course", "offering", ["course_id", "opened_at"], unique=False)
    op.create_index(
        "uq_offering_open",
        "offering",
        ["course_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "partner_link",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", BIG, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_partner_link_course_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_partner_link_made_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_partner_link_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_link")),
        sa.UniqueConstraint("code", name=op.f("uq_partner_link_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partner_link_public_id")),
    )
    op.create_index(op.f("ix_partner_link_course_id"), "partner_link", ["course_id"], unique=False)
    op.create_index("ix_partner_link_organisation", "partner_link", ["organisation_id", "made_at"], unique=False)
    op.create_table(
        "link_visit",
        sa.Column("link_id", BIG, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["partner_link.id"], name=op.f("fk_link_visit_link_id")),
        sa.PrimaryKeyConstraint("link_id", "on_day", name=op.f("pk_link_visit")),
    )
    op.create_table(
        "order",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("buyer_id", BIG, nullable=False),
        sa.Column("offering_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("terms_hash", sa.String(length=64), nullable=False),
        sa.Column("list_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_borne_by", sa.String(length=16), nullable=True),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_bps", sa.Integer(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("refund_days", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("attributed_organisation_id", BIG, nullable=True),
        sa.Column("partner_link_id", BIG, nullable=True),
        sa.Column("coupon_id", BIG, nullable=True),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("seat_n", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.String(length=120), nullable=True),
        sa.Column("session_url", sa.Text(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("enrolment_id", BIG, nullable=True),
        sa.Column("trouble", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "(channel = 'platform') OR (attributed_organisation_id IS NOT NULL)", name=op.f("ck_order_channel_has_organisation")
        ),
        sa.CheckConstraint(
            "(state IN ('paid', 'free', 'refunded')) = (enrolment_id IS NOT NULL)", name=op.f("ck_order_sold_is_enrolled")
        ),
        sa.CheckConstraint("channel IN ('partner_link', 'platform', 'coupon')", name=op.f("ck_order_channel_known")),
        sa.CheckConstraint(
            "state IN ('placed', 'awaiting_payment', 'paid', 'free', 'expired', 'cancelled', 'returned', 'refunded')",
            name=op.f("ck_order_state_known"),
        ),
        sa.CheckConstraint("gross_minor = list_price_minor - discount_minor", name=op.f("ck_order_gross_adds_up")),
        sa.CheckConstraint("gross_minor >= 0 AND discount_minor >= 0", name=op.f("ck_order_amounts_not_negative")),
        sa.CheckConstraint("tax_minor BETWEEN 0 AND gross_minor", name=op.f("ck_order_tax_within_gross")),
        sa.ForeignKeyConstraint(
            ["attributed_organisation_id"], ["organisation.id"], name=op.f("fk_order_attributed_organisation_id")
        ),
        sa.ForeignKeyConstraint(["buyer_id"], ["person.id"], name=op.f("fk_order_buyer_id")),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupon.id"], name=op.f("fk_order_coupon_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_order_course_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_order_enrolment_id")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_order_offering_id")),
        sa.ForeignKeyConstraint(["partner_link_id"], ["partner_link.id"], name=op.f("fk_order_partner_link_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_order_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("public_id", name=op.f("uq_order_public_id")),
        sa.UniqueConstraint("session_id", name=op.f("uq_order_session_id")),
    )
    op.create_index(op.f("ix_order_attributed_organisation_id"), "order", ["attributed_organisation_id"], unique=False)
    op.create_index("ix_order_buyer", "order", ["buyer_id", "placed_at"], unique=False)
    op.create_index(op.f("ix_order_coupon_id"), "order", ["coupon_id"], unique=False)
    op.create_index("ix_order_course", "order", ["course_id", "placed_at"], unique=False)
    op.create_index(op.f("ix_order_enrolment_id"), "order", ["enrolment_id"], unique=True)
    op.create_index(op.f("ix_order_offering_id"), "order", ["offering_id"], unique=False)
    op.create_index(op.f("ix_order_partner_link_id"), "order", ["partner_link_id"], unique=False)
    op.create_index("ix_order_placed", "order", ["placed_at", "id"], unique=False)
    op.create_index("ix_order_state", "order", ["state", "expires_at"], unique=False)
    op.create_index(
        "uq_order_paying",
        "order",
        ["buyer_id", "course_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('placed', 'awaiting_payment')"),
        postgresql_where=sa.text("state IN ('placed', 'awaiting_payment')"),
    )
    op.create_index(
        "uq_order_seat",
        "order",
        ["course_id", "seat_n"],
        unique=True,
        sqlite_where=sa.text("seat_n IS NOT NULL"),
        postgresql_where=sa.text("seat_n IS NOT NULL"),
    )
    op.create_table(
        "coupon_use",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("coupon_id", BIG, nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupon.id"], name=op.f("fk_coupon_use_coupon_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_coupon_use_order_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_coupon_use_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_use")),
        sa.UniqueConstraint("order_id", name=op.f("uq_coupon_use_order_id")),
    )
    op.create_index(
        "uq_coupon_use_n",
        "coupon_use",
        ["coupon_id", "n"],
        unique=True,
        sqlite_where=sa.text("n IS NOT NULL"),
        postgresql_where=sa.text("n IS NOT NULL"),
    )
    op.create_index(
        "uq_coupon_use_person",
        "coupon_use",
        ["coupon_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("n IS NOT NULL"),
        postgresql_where=sa.text("n IS NOT NULL"),
    )
    op.create_table(
        "payment",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("rail", sa.String(length=16), nullable=False),
        sa.Column("rail_payment_id", sa.String(length=120), nullable=False),
        sa.Column("rail_charge_id", sa.String(length=120), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.CheckConstraint("outcome IN ('sold', 'returned')", name=op.f("ck_payment_outcome_known")),
        sa.CheckConstraint("amount_minor > 0 AND fee_minor >= 0", name=op.f("ck_payment_amounts_sane")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_payment_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("rail_payment_id", name=op.f("uq_payment_rail_payment_id")),
    )
    op.create_index(op.f("ix_payment_order_id"), "payment", ["order_id"], unique=False)
    op.create_index(
        "uq_payment_sold",
        "payment",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("outcome = 'sold'"),
        postgresql_where=sa.text("outcome = 'sold'"),
    )
    op.create_table(
        "refund_request",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.CheckConstraint("decision IN ('approved', 'declined', 'withdrawn')", name=op.f("ck_refund_request_decision_known")),
        sa.CheckConstraint("(answered_at IS NULL) = (decision IS NULL)", name=op.f("ck_refund_request_answer_is_whole")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_refund_request_answered_by_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_refund_request_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_refund_request_public_id")),
    )
    op.create_index("ix_refund_request_due", "refund_request", ["answered_at", "answer_by"], unique=False)
    op.create_index("ix_refund_request_order", "refund_request", ["order_id"], unique=False)
    op.create_index(
        "uq_refund_request_open",
        "refund_request",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "support_message",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("order_id", BIG, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name=op.f("ck_support_message_answer_is_whole")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_support_message_answered_by_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_support_message_order_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_support_message_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_message")),
        sa.UniqueConstraint("public_id", name=op.f("uq_support_message_public_id")),
    )
    op.create_index("ix_support_message_open", "support_message", ["answered_at", "written_at"], unique=False)
    op.create_index(op.f("ix_support_message_order_id"), "support_message", ["order_id"], unique=False)
    op.create_index("ix_support_message_person", "support_message", ["person_id", "written_at"], unique=False)
    op.create_table(
        "refund",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("payment_id", BIG, nullable=False),
        sa.Column("request_id", BIG, nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("rail_refund_id", sa.String(length=120), nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted_by_id", BIG, nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cause IN ('window', 'decided', 'late', 'duplicate')", name=op.f("ck_refund_cause_known")),
        sa.CheckConstraint("state IN ('wanted', 'pending', 'done', 'failed')", name=op.f("ck_refund_state_known")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_amount_positive")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_refund_order_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id")),
        sa.ForeignKeyConstraint(["request_id"], ["refund_request.id"], name=op.f("fk_refund_request_id")),
        sa.ForeignKeyConstraint(["wanted_by_id"], ["person.id"], name=op.f("fk_refund_wanted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("public_id", name=op.f("uq_refund_public_id")),
        sa.UniqueConstraint("rail_refund_id", name=op.f("uq_refund_rail_refund_id")),
    )
    op.create_index(op.f("ix_refund_order_id"), "refund", ["order_id"], unique=False)
    op.create_index(op.f("ix_refund_payment_id"), "refund", ["payment_id"], unique=False)
    op.create_index(op.f("ix_refund_request_id"), "refund", ["request_id"], unique=True)
    op.create_index("ix_refund_state", "refund", ["state", "wanted_at"], unique=False)


def downgrade() -> None:
    op.drop_table("refund")
    op.drop_table("support_message")
    op.drop_table("refund_request")
    op.drop_table("payment")
    op.drop_table("coupon_use")
    op.drop_table("order")
    op.drop_table("link_visit")
    op.drop_table("partner_link")
    op.drop_table("offering")
    op.drop_table("coupon_course")
    op.drop_table("coupon")
    op.drop_table("webhook_event")
