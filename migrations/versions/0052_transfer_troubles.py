"""What lets a transfer at the provider, or its reversal, stand still."""

import sqlalchemy as sa
from alembic import op

revision = "transfer_troubles"
down_revision = "audit_chain"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "payout_transfer_trouble",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("payout_id", BIG, nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("problem", sa.String(length=200), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("again_by_id", BIG, nullable=True),
        sa.CheckConstraint("what IN ('transfer', 'back')", name=op.f("ck_payout_transfer_trouble_what_known")),
        sa.CheckConstraint("(again_at IS NULL) = (again_by_id IS NULL)", name=op.f("ck_payout_transfer_trouble_again_is_whole")),
        sa.ForeignKeyConstraint(["again_by_id"], ["person.id"], name=op.f("fk_payout_transfer_trouble_again_by_id")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout_transfer.payout_id"], name="payout_transfer_trouble_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_transfer_trouble")),
    )
    op.create_index(op.f("ix_payout_transfer_trouble_payout_id"), "payout_transfer_trouble", ["payout_id"], unique=False)
    op.create_index(
        "payout_transfer_trouble_one_open",
        "payout_transfer_trouble",
        ["payout_id", "what"],
        unique=True,
        sqlite_where=sa.text("again_at IS NULL"),
        postgresql_where=sa.text("again_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("payout_transfer_trouble")
