"""Pay pages: an order counts the pages it asked the rail for, so that a spoiled key gives way to the next."""

import sqlalchemy as sa
from alembic import op

revision = "pay_pages"
down_revision = "consent"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order", sa.Column("page_n", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("order", "page_n")
