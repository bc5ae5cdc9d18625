"""An order keeps when the link that brought its buyer was opened."""

import sqlalchemy as sa
from alembic import op

revision = "clicked_at"
down_revision = "buyer_papers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order", sa.Column("clicked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("order", "clicked_at")
