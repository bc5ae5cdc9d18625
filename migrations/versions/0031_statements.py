"""Statements of partners, as they were issued, and money events found by their journal."""

import sqlalchemy as sa
from alembic import op

revision = "statements"
down_revision = "payouts"
branch_labels = None
depends_on = None

FINAL = "statements: what was issued is final"
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "statement",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("after_id", BIG, nullable=False),
        sa.Column("through_id", BIG, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(month) = 7", name=op.f("ck_statement_month_written")),
        sa.CheckConstraint("through_id >= after_id", name=op.f("ck_statement_counts_on")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_statement_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("organisation_id", "month", "currency", name="uq_statement_month"),
        sa.UniqueConstraint("public_id", name=op.f("uq_statement_public_id")),
    )
    op.create_index("ix_statement_month", "statement", ["month"], unique=False)
    op.create_index("ix_money_event_journal", "money_event", ["journal_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION statement_is_final() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN RAISE EXCEPTION '{FINAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER statement_final BEFORE UPDATE OR DELETE ON statement"
            " FOR EACH ROW EXECUTE FUNCTION statement_is_final()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER statement_no_{act.lower()} BEFORE {act} ON statement BEGIN SELECT RAISE(ABORT, '{FINAL}'); END"
        )


def downgrade() -> None:
    op.drop_index("ix_money_event_journal", "money_event")
    op.drop_table("statement")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION statement_is_final()")
