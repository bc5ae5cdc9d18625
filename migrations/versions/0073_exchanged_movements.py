"""What a movement of the rail's balance was in the buyer's currency, and at which rate it was settled."""

import sqlalchemy as sa
from alembic import op

revision = "exchanged_movements"
down_revision = "fact_settlements"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("rail_movement", sa.Column("presented_minor", BIG, nullable=True))
    op.add_column("rail_movement", sa.Column("presented_currency", sa.String(length=3), nullable=True))
    op.add_column("rail_movement", sa.Column("rate", sa.String(length=32), nullable=True))


def downgrade() -> None:
    for column in ("rate", "presented_currency", "presented_minor"):
        op.drop_column("rail_movement", column)
