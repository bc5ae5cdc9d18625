"""When the turn of an order, and of the subscription to a pass, came last to be read at the rail."""

import sqlalchemy as sa
from alembic import op

revision = "turns_of_orders"
down_revision = "bundle_instalments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("order", "pass_subscription"):
        op.add_column(table, sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table in ("pass_subscription", "order"):
        op.drop_column(table, "asked_at")
