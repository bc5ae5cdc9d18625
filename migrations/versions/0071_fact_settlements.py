"""What is put right once a contested fact is settled: which sales are looked at, how far, and what that moved."""

import sqlalchemy as sa
from alembic import op

revision = "fact_settlements"
down_revision = "last_days"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "fact_settlement",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("fact_id", BIG, nullable=False),
        sa.Column("contest_id", BIG, nullable=True),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("through_id", BIG, nullable=False),
        sa.Column("looked_id", BIG, nullable=False),
        sa.Column("sales", sa.Integer(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["fact_id"], ["contribution_fact.id"], name=op.f("fk_fact_settlement_fact_id")),
        sa.ForeignKeyConstraint(["contest_id"], ["fact_contest.id"], name=op.f("fk_fact_settlement_contest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_settlement")),
        sa.UniqueConstraint("contest_id", name=op.f("uq_fact_settlement_contest_id")),
    )
    op.create_index(op.f("ix_fact_settlement_fact_id"), "fact_settlement", ["fact_id"], unique=False)
    op.create_index(op.f("ix_fact_settlement_done_at"), "fact_settlement", ["done_at"], unique=False)


def downgrade() -> None:
    op.drop_table("fact_settlement")
