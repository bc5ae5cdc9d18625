"""Billing: documents with numbers without gaps, receipts, settlements; append-only."""

import sqlalchemy as sa
from alembic import op

revision = "billing"
down_revision = "search_index"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FINAL = ("billing_document", "billing_line", "billing_receipt", "billing_settlement", "billing_collection_account")


def upgrade() -> None:
    op.create_table(
        "billing_series",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_billing_series")),
    )
    op.create_table(
        "billing_collection_account",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("bank", sa.String(length=160), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name=op.f("fk_billing_collection_account_entered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_collection_account")),
    )
    op.create_index("billing_collection_account_latest", "billing_collection_account", ["currency", "id"], unique=False)
    op.create_table(
        "billing_document",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("tax_minor", BIG, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("cause_id", sa.String(length=16), nullable=False),
        sa.Column("effect_key", sa.String(length=200), nullable=False),
        sa.Column("credits_id", BIG, nullable=True),
        sa.Column("parties", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'credit_note') = (credits_id IS NOT NULL)", name=op.f("ck_billing_document_credit_notes_name_their_invoice")
        ),
        sa.CheckConstraint("(kind = 'invoice') = (due_on IS NOT NULL)", name=op.f("ck_billing_document_invoices_are_due")),
        sa.CheckConstraint("cause IN ('placement', 'work')", name=op.f("ck_billing_document_cause_known")),
        sa.CheckConstraint("kind IN ('invoice', 'credit_note')", name=op.f("ck_billing_document_kind_known")),
        sa.CheckConstraint(
            "amount_minor > 0 AND tax_minor >= 0 AND tax_minor <= amount_minor", name=op.f("ck_billing_document_amounts")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_billing_document_numbered")),
        sa.ForeignKeyConstraint(["credits_id"], ["billing_document.id"], name="billing_document_credits_fkey"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_billing_document_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_document")),
        sa.UniqueConstraint("effect_key", name="billing_document_effect_once"),
        sa.UniqueConstraint("kind", "number", name="billing_document_number"),
        sa.UniqueConstraint("public_id", name=op.f("uq_billing_document_public_id")),
    )
    op.create_index("billing_document_by_cause", "billing_document", ["cause", "cause_id"], unique=False)
    op.create_index("billing_document_by_organisation", "billing_document", ["organisation_id", "kind", "number"], unique=False)
    op.create_table(
        "billing_receipt",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("bank_reference", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=False),
        sa.Column("journal_id", BIG, nullable=False),
        sa.Column("undoes_id", BIG, nullable=True),
        sa.CheckConstraint(
            "(undoes_id IS NULL AND amount_minor > 0) OR (undoes_id IS NOT NULL AND amount_minor < 0)",
            name=op.f("ck_billing_receipt_sign"),
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_billing_receipt_journal_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_billing_receipt_organisation_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_billing_receipt_recorded_by_id")),
        sa.ForeignKeyConstraint(["undoes_id"], ["billing_receipt.id"], name="billing_receipt_undoes_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_receipt")),
        sa.UniqueConstraint("public_id", name=op.f("uq_billing_receipt_public_id")),
        sa.UniqueConstraint("undoes_id", name="billing_receipt_undone_once"),
    )
    op.create_index("billing_receipt_by_bank_reference", "billing_receipt", ["bank_reference"], unique=False)
    op.create_index("billing_receipt_by_organisation", "billing_receipt", ["organisation_id", "currency"], unique=False)
    op.create_table(
        "billing_line",
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_billing_line_says_something")),
        sa.CheckConstraint("n > 0", name=op.f("ck_billing_line_numbered")),
        sa.ForeignKeyConstraint(["document_id"], ["billing_document.id"], name="billing_line_document_fkey"),
        sa.PrimaryKeyConstraint("document_id", "n", name=op.f("pk_billing_line")),
    )
    op.create_table(
        "billing_settlement",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("invoice_id", BIG, nullable=False),
        sa.Column("receipt_id", BIG, nullable=True),
        sa.Column("credit_note_id", BIG, nullable=True),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(receipt_id IS NULL) <> (credit_note_id IS NULL)", name=op.f("ck_billing_settlement_by_one_of_them")),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_billing_settlement_settles_something")),
        sa.ForeignKeyConstraint(["credit_note_id"], ["billing_document.id"], name="billing_settlement_credit_note_fkey"),
        sa.ForeignKeyConstraint(["invoice_id"], ["billing_document.id"], name="billing_settlement_invoice_fkey"),
        sa.ForeignKeyConstraint(["receipt_id"], ["billing_receipt.id"], name="billing_settlement_receipt_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_settlement")),
    )
    op.create_index("billing_settlement_by_credit_note", "billing_settlement", ["credit_note_id"], unique=False)
    op.create_index("billing_settlement_by_invoice", "billing_settlement", ["invoice_id"], unique=False)
    op.create_index("billing_settlement_by_receipt", "billing_settlement", ["receipt_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for table in FINAL:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION billing_is_final() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in FINAL:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION billing_is_final()"
        )


def downgrade() -> None:
    op.drop_table("billing_settlement")
    op.drop_table("billing_line")
    op.drop_table("billing_receipt")
    op.drop_table("billing_document")
    op.drop_table("billing_collection_account")
    op.drop_table("billing_series")

    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION billing_is_final()")
