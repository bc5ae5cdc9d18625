"""Invoices for buyers and the fapiao they ask for."""

import sqlalchemy as sa
from alembic import op

revision = "buyer_papers"
down_revision = "paper_key"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "buyer_details",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("tax_number", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("bank", sa.String(length=120), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('personal', 'company')", name=op.f("ck_buyer_details_kind_known")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_buyer_details_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buyer_details")),
    )
    op.create_index("ix_buyer_details_person", "buyer_details", ["person_id", "id"], unique=False)
    op.create_table(
        "billing_buyer_document",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(length=16), nullable=False),
        sa.Column("details_id", BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("tax_minor", BIG, nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("seller", sa.JSON(), nullable=False),
        sa.Column("effect_key", sa.String(length=200), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("credits_id", BIG, nullable=True),
        sa.CheckConstraint(
            "(kind = 'sale_credit') = (credits_id IS NOT NULL)",
            name=op.f("ck_billing_buyer_document_credit_notes_name_their_invoice"),
        ),
        sa.CheckConstraint("kind IN ('sale_invoice', 'sale_credit')", name=op.f("ck_billing_buyer_document_kind_known")),
        sa.CheckConstraint(
            "amount_minor > 0 AND tax_minor >= 0 AND tax_minor <= amount_minor", name=op.f("ck_billing_buyer_document_amounts")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_billing_buyer_document_numbered")),
        sa.ForeignKeyConstraint(["credits_id"], ["billing_buyer_document.id"], name="billing_buyer_document_credits_fkey"),
        sa.ForeignKeyConstraint(["details_id"], ["buyer_details.id"], name=op.f("fk_billing_buyer_document_details_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_buyer_document")),
        sa.UniqueConstraint("effect_key", name="billing_buyer_document_effect_once"),
        sa.UniqueConstraint("kind", "number", name="billing_buyer_document_number"),
        sa.UniqueConstraint("public_id", name=op.f("uq_billing_buyer_document_public_id")),
    )
    op.create_index("billing_buyer_document_by_order", "billing_buyer_document", ["order_number"], unique=False)
    op.create_table(
        "fapiao_request",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("details_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", BIG, nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issued_minor", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.CheckConstraint(
            "(state = 'issued') = (issued_minor IS NOT NULL AND number <> '')", name=op.f("ck_fapiao_request_issued_is_whole")
        ),
        sa.CheckConstraint("kind IN ('normal', 'special')", name=op.f("ck_fapiao_request_kind_known")),
        sa.CheckConstraint("state IN ('asked', 'issued', 'declined')", name=op.f("ck_fapiao_request_state_known")),
        sa.CheckConstraint("issued_minor IS NULL OR issued_minor > 0", name=op.f("ck_fapiao_request_issued_positive")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_fapiao_request_answered_by_id")),
        sa.ForeignKeyConstraint(["details_id"], ["buyer_details.id"], name=op.f("fk_fapiao_request_details_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_fapiao_request_order_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_fapiao_request_taken_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fapiao_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_fapiao_request_public_id")),
    )
    op.create_index("ix_fapiao_request_queue", "fapiao_request", ["state", "asked_at"], unique=False)
    op.create_index(
        "uq_fapiao_request_number",
        "fapiao_request",
        ["number"],
        unique=True,
        sqlite_where=sa.text("number <> ''"),
        postgresql_where=sa.text("number <> ''"),
    )
    op.create_index(
        "uq_fapiao_request_open",
        "fapiao_request",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'declined'"),
        postgresql_where=sa.text("state <> 'declined'"),
    )
    op.create_table(
        "fapiao_reversal",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("request_id", BIG, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_fapiao_reversal_amount_positive")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_fapiao_reversal_recorded_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["fapiao_request.id"], name=op.f("fk_fapiao_reversal_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fapiao_reversal")),
        sa.UniqueConstraint("number", name=op.f("uq_fapiao_reversal_number")),
    )
    op.create_index(op.f("ix_fapiao_reversal_request_id"), "fapiao_reversal", ["request_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER billing_buyer_document_no_{act.lower()} BEFORE {act} ON billing_buyer_document "
                "BEGIN SELECT RAISE(ABORT, 'billing_buyer_document is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER billing_buyer_document_no_change BEFORE UPDATE OR DELETE ON billing_buyer_document "
        "FOR EACH ROW EXECUTE FUNCTION billing_is_final()"
    )


def downgrade() -> None:
    op.drop_table("fapiao_reversal")
    op.drop_table("fapiao_request")
    op.drop_table("billing_buyer_document")
    op.drop_table("buyer_details")
