"""Movements of a rail that have their payment or refund are set aside; append-only."""

import sqlalchemy as sa
from alembic import op

revision = "movement_matches"
down_revision = "month_close"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rail_movement_match",
        sa.Column("movement_id", BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["movement_id"], ["rail_movement.id"], name="rail_movement_match_fkey"),
        sa.PrimaryKeyConstraint("movement_id", name=op.f("pk_rail_movement_match")),
    )

    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER rail_movement_match_no_{act.lower()} BEFORE {act} ON rail_movement_match "
                "BEGIN SELECT RAISE(ABORT, 'rail_movement_match is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER rail_movement_match_no_change BEFORE UPDATE OR DELETE ON rail_movement_match "
        "FOR EACH ROW EXECUTE FUNCTION payouts_are_final()"
    )


def downgrade() -> None:
    op.drop_table("rail_movement_match")
