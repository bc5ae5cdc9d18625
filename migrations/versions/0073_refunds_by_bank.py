"""Which failed refund an adjusting entry pays by bank."""

import sqlalchemy as sa
from alembic import op

revision = "refunds_by_bank"
down_revision = "explanation_changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("adjustment", sa.Column("refund_name", sa.String(length=16), nullable=True))
    op.create_index("adjustment_by_refund", "adjustment", ["refund_name"], unique=False)


def downgrade() -> None:
    op.drop_index("adjustment_by_refund", table_name="adjustment")
    op.drop_column("adjustment", "refund_name")
