"""A fapiao for each later period of a pass."""

import sqlalchemy as sa
from alembic import op

revision = "fapiao_that_goes_on"
down_revision = "fapiao_of_invoices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("fapiao_request", sa.Column("goes_on", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("fapiao_request", "goes_on")
