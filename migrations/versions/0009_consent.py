"""Consent: the text agreed to stands beside its hash, and an opening names the consent it stood on."""

import sqlalchemy as sa
from alembic import op

revision = "consent"
down_revision = "talent"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("access_log", sa.Column("grant_public_id", sa.String(length=16), nullable=True))
    op.add_column("talent_grant", sa.Column("text", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("talent_grant", "text")
    op.drop_column("access_log", "grant_public_id")
