"""Statements of the house's bank: what waits to be booked, what was booked, and what became of each entry's money."""

import sqlalchemy as sa
from alembic import op

revision = "bank_statements"
down_revision = "turns_of_disputes"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FINAL = ("bank_statement", "bank_entry", "bank_entry_use", "bank_entry_owner")


def upgrade() -> None:
    op.create_table(
        "bank_draft",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_bank_draft_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_draft")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bank_draft_public_id")),
        sa.UniqueConstraint("sha256", name=op.f("uq_bank_draft_sha256")),
    )
    op.create_table(
        "bank_statement",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("opening_minor", BIG, nullable=True),
        sa.Column("closing_minor", BIG, nullable=True),
        sa.Column("known_count", sa.Integer(), nullable=False),
        sa.Column("pending_count", sa.Integer(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(opening_minor IS NULL) = (closing_minor IS NULL)", name=op.f("ck_bank_statement_balances_are_whole")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_bank_statement_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bank_statement_public_id")),
        sa.UniqueConstraint("sha256", name=op.f("uq_bank_statement_sha256")),
    )
    op.create_index("bank_statement_by_account", "bank_statement", ["account", "currency", "to_on"], unique=False)
    op.create_table(
        "bank_entry",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("statement_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("nature", sa.String(length=12), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("bank_reference", sa.String(length=60), nullable=False),
        sa.Column("end_to_end", sa.String(length=60), nullable=False),
        sa.Column("party", sa.String(length=200), nullable=False),
        sa.Column("party_account", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("journal_id", BIG, nullable=True),
        sa.CheckConstraint("(nature = 'receipt') = (journal_id IS NOT NULL)", name=op.f("ck_bank_entry_receipts_are_booked")),
        sa.CheckConstraint(
            "nature IN ('receipt', 'by_hand', 'returned', 'provider', 'payout', 'repayment', 'taken_back', 'other')",
            name=op.f("ck_bank_entry_nature_known"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_bank_entry_amount_positive")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_bank_entry_journal_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["bank_statement.id"], name="bank_entry_statement_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_entry")),
        sa.UniqueConstraint("fingerprint", name="bank_entry_once"),
        sa.UniqueConstraint("public_id", name=op.f("uq_bank_entry_public_id")),
    )
    op.create_index("bank_entry_by_reference", "bank_entry", ["bank_reference"], unique=False)
    op.create_index("bank_entry_by_statement", "bank_entry", ["statement_id", "n"], unique=False)
    op.create_table(
        "bank_entry_owner",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["bank_entry.id"], name="bank_entry_owner_entry_fkey"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_bank_entry_owner_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_entry_owner")),
    )
    op.create_index("bank_entry_owner_by_entry", "bank_entry_owner", ["entry_id", "id"], unique=False)
    op.create_table(
        "bank_entry_use",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("receipt_id", BIG, nullable=True),
        sa.Column("bank_reference", sa.String(length=60), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("journal_id", BIG, nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undoes_id", BIG, nullable=True),
        sa.CheckConstraint(
            "(kind = 'assigned') = (receipt_id IS NOT NULL)", name=op.f("ck_bank_entry_use_assigned_by_a_receipt")
        ),
        sa.CheckConstraint("kind IN ('assigned', 'sent_back', 'set_aside')", name=op.f("ck_bank_entry_use_kind_known")),
        sa.CheckConstraint(
            "(undoes_id IS NULL AND amount_minor > 0) OR (undoes_id IS NOT NULL AND amount_minor < 0)",
            name=op.f("ck_bank_entry_use_sign"),
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_bank_entry_use_by_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["bank_entry.id"], name="bank_entry_use_entry_fkey"),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_bank_entry_use_journal_id")),
        sa.ForeignKeyConstraint(["receipt_id"], ["billing_receipt.id"], name="bank_entry_use_receipt_fkey"),
        sa.ForeignKeyConstraint(["undoes_id"], ["bank_entry_use.id"], name="bank_entry_use_undoes_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_entry_use")),
        sa.UniqueConstraint("undoes_id", name="bank_entry_use_undone_once"),
    )
    op.create_index("bank_entry_use_by_entry", "bank_entry_use", ["entry_id"], unique=False)
    op.create_index("bank_entry_use_by_receipt", "bank_entry_use", ["receipt_id"], unique=False)

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
    for table in ("bank_entry_use", "bank_entry_owner", "bank_entry", "bank_statement", "bank_draft"):
        op.drop_table(table)
