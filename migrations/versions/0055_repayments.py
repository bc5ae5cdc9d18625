"""Credit of members that was sent back."""

import sqlalchemy as sa
from alembic import op

revision = "repayments"
down_revision = "employer_invoices"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FINAL = ("billing_repayment", "billing_repayment_part")


def upgrade() -> None:
    op.create_table(
        "billing_repayment",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("bank_reference", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=False),
        sa.Column("journal_id", BIG, nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_billing_repayment_amount_positive")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_billing_repayment_journal_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_billing_repayment_organisation_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_billing_repayment_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_repayment")),
        sa.UniqueConstraint("bank_reference", name="billing_repayment_line_once"),
        sa.UniqueConstraint("public_id", name=op.f("uq_billing_repayment_public_id")),
    )
    op.create_index("billing_repayment_by_organisation", "billing_repayment", ["organisation_id", "currency"], unique=False)
    op.create_table(
        "billing_repayment_part",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("repayment_id", BIG, nullable=False),
        sa.Column("receipt_id", BIG, nullable=True),
        sa.Column("credit_note_id", BIG, nullable=True),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.CheckConstraint(
            "(receipt_id IS NULL) <> (credit_note_id IS NULL)", name=op.f("ck_billing_repayment_part_of_one_of_them")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_billing_repayment_part_amount_positive")),
        sa.ForeignKeyConstraint(["credit_note_id"], ["billing_document.id"], name="billing_repayment_part_credit_note_fkey"),
        sa.ForeignKeyConstraint(["receipt_id"], ["billing_receipt.id"], name="billing_repayment_part_receipt_fkey"),
        sa.ForeignKeyConstraint(["repayment_id"], ["billing_repayment.id"], name="billing_repayment_part_repayment_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_repayment_part")),
    )
    op.create_index("billing_repayment_part_by_credit_note", "billing_repayment_part", ["credit_note_id"], unique=False)
    op.create_index("billing_repayment_part_by_receipt", "billing_repayment_part", ["receipt_id"], unique=False)
    op.create_index("billing_repayment_part_by_repayment", "billing_repayment_part", ["repayment_id"], unique=False)
    for table in FINAL:
        if op.get_bind().dialect.name == "sqlite":
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        else:
            op.execute(
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION billing_is_final()"
            )


def downgrade() -> None:
    op.drop_table("billing_repayment_part")
    op.drop_table("billing_repayment")
