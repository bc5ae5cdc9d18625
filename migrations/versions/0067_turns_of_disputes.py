"""When the turn of a dispute came last to be read at the rail."""

import sqlalchemy as sa
from alembic import op

revision = "turns_of_disputes"
down_revision = "reversals_given_up"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_dispute", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("payment_dispute", "asked_at")
