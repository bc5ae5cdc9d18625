"""Refunds of which one person of finance has said that they were paid by bank."""

import sqlalchemy as sa
from alembic import op

revision = "refunds_said_paid"
down_revision = "debts_paid"
branch_labels = None
depends_on = None

TABLES = ("refund", "pass_refund")
MARK = "to be confirmed: paid by bank; "
"""What stood before the rail's own word until now."""


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("said_paid_at", sa.DateTime(timezone=True), nullable=True))
        said = {"marked": MARK + "%", "after": len(MARK) + 1}
        op.get_bind().execute(
            sa.text(
                f"UPDATE {table} SET said_paid_at = wanted_at, problem = substr(problem, :after) "
                "WHERE state = 'failed' AND problem LIKE :marked"
            ),
            said,
        )


def downgrade() -> None:
    for table in TABLES:
        op.get_bind().execute(
            sa.text(f"UPDATE {table} SET problem = substr(:mark || problem, 1, 200) WHERE said_paid_at IS NOT NULL"),
            {"mark": MARK},
        )
        op.drop_column(table, "said_paid_at")
