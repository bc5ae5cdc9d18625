"""What members owe from the day it is booked and read on the invoice of its month; append-only."""

import sqlalchemy as sa
from alembic import op

revision = "charges"
down_revision = "pool"
branch_labels = None
depends_on = None

FINAL = ("billing_charge", "billing_charge_end")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "billing_charge",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("cause_id", sa.String(length=16), nullable=False),
        sa.Column("effect_key", sa.String(length=200), nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("tax_minor", BIG, nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("journal_id", BIG, nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cause IN ('placement', 'work')", name=op.f("ck_billing_charge_cause_known")),
        sa.CheckConstraint(
            "amount_minor > 0 AND tax_minor >= 0 AND tax_minor <= amount_minor", name=op.f("ck_billing_charge_amounts")
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_billing_charge_journal_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_billing_charge_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_charge")),
        sa.UniqueConstraint("effect_key", name="billing_charge_effect_once"),
    )
    op.create_index(
        "billing_charge_by_organisation", "billing_charge", ["organisation_id", "currency", "booked_at"], unique=False
    )
    op.create_table(
        "billing_charge_end",
        sa.Column("charge_id", BIG, autoincrement=False, nullable=False),
        sa.Column("document_id", BIG, nullable=True),
        sa.Column("journal_id", BIG, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(document_id IS NULL) <> (journal_id IS NULL)", name=op.f("ck_billing_charge_end_in_one_way")),
        sa.ForeignKeyConstraint(["charge_id"], ["billing_charge.id"], name="billing_charge_end_charge_fkey"),
        sa.ForeignKeyConstraint(["document_id"], ["billing_document.id"], name="billing_charge_end_document_fkey"),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_billing_charge_end_journal_id")),
        sa.PrimaryKeyConstraint("charge_id", name=op.f("pk_billing_charge_end")),
    )
    op.create_index("billing_charge_end_by_document", "billing_charge_end", ["document_id"], unique=False)
    for table in FINAL:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION billing_is_final()"
            )
            continue
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def downgrade() -> None:
    op.drop_table("billing_charge_end")
    op.drop_table("billing_charge")
