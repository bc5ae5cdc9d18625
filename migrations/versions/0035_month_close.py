"""Months of the books: who prepared their close, and who closed them."""

import sqlalchemy as sa
from alembic import op

revision = "month_close"
down_revision = "payout_calendar"
branch_labels = None
depends_on = None

FINAL = "statements: the close of a month is final"
TABLES = ("month_preparation", "month_close")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "month_preparation",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("checklist", sa.JSON(), nullable=False),
        sa.Column("prepared_by_id", BIG, nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(month) = 7", name=op.f("ck_month_preparation_month_written")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["person.id"], name=op.f("fk_month_preparation_prepared_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_preparation")),
        sa.UniqueConstraint("id", "month", "prepared_by_id", name="uq_month_preparation_by"),
        sa.UniqueConstraint("public_id", name=op.f("uq_month_preparation_public_id")),
    )
    op.create_index("ix_month_preparation_month", "month_preparation", ["month"], unique=False)
    op.create_table(
        "month_close",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("preparation_id", BIG, nullable=False),
        sa.Column("prepared_by_id", BIG, nullable=False),
        sa.Column("closed_by_id", BIG, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checklist", sa.JSON(), nullable=False),
        sa.Column("after_id", BIG, nullable=False),
        sa.Column("through_id", BIG, nullable=False),
        sa.Column("chain_hash", sa.String(length=64), nullable=True),
        sa.CheckConstraint("closed_by_id <> prepared_by_id", name=op.f("ck_month_close_closed_by_another")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_month_close_closed_by_id")),
        sa.ForeignKeyConstraint(
            ["preparation_id", "month", "prepared_by_id"],
            ["month_preparation.id", "month_preparation.month", "month_preparation.prepared_by_id"],
            name="month_close_preparation_fkey",
        ),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_month_close")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION month_close_is_final() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN RAISE EXCEPTION '{FINAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    for table in TABLES:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_final BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION month_close_is_final()"
            )
            continue
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{FINAL}'); END"
            )


def downgrade() -> None:
    op.drop_table("month_close")
    op.drop_table("month_preparation")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION month_close_is_final()")
