"""What of each monthly part of a bundle's price belongs to which course."""

import sqlalchemy as sa
from alembic import op

revision = "bundle_instalments"
down_revision = "bank_statements"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "instalment_share",
        sa.Column("instalment_id", BIG, nullable=False),
        sa.Column("part_id", BIG, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor > 0 AND discount_minor >= 0", name=op.f("ck_instalment_share_amounts_sane")),
        sa.ForeignKeyConstraint(["instalment_id"], ["instalment.id"], name=op.f("fk_instalment_share_instalment_id")),
        sa.ForeignKeyConstraint(["part_id"], ["order_part.id"], name=op.f("fk_instalment_share_part_id")),
        sa.PrimaryKeyConstraint("instalment_id", "part_id", name=op.f("pk_instalment_share")),
    )
    op.create_index(op.f("ix_instalment_share_part_id"), "instalment_share", ["part_id"], unique=False)


def downgrade() -> None:
    op.drop_table("instalment_share")
