"""The house's key for what it prints of contracts."""

import sqlalchemy as sa
from alembic import op

revision = "paper_key"
down_revision = "passkeys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_key",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("sealed_private", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_paper_key_one_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_key")),
    )


def downgrade() -> None:
    op.drop_table("paper_key")
