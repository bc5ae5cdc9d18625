"""An account of its own for a currency."""

import sqlalchemy as sa
from alembic import op

revision = "payee_currencies"
down_revision = "transfer_troubles"
branch_labels = None
depends_on = None

CURRENT = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.add_column("payee_record", sa.Column("currency", sa.String(length=3), nullable=False, server_default=""))
    _say_current("organisation_id", "currency")


def downgrade() -> None:
    op.execute("UPDATE payee_record SET ended_at = given_at WHERE currency <> '' AND ended_at IS NULL")
    _say_current("organisation_id")
    op.drop_column("payee_record", "currency")


def _say_current(*columns: str) -> None:
    op.drop_index("uq_payee_record_current", table_name="payee_record")
    op.create_index(
        "uq_payee_record_current", "payee_record", list(columns), unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT
    )
