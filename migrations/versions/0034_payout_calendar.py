"""When payouts leave and from which amount, as finance decided; append-only."""

import sqlalchemy as sa
from alembic import op

revision = "payout_calendar"
down_revision = "rail_movements"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "payout_calendar",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("minimum_minor", sa.JSON(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", BIG, nullable=False),
        sa.CheckConstraint("day BETWEEN 1 AND 28", name=op.f("ck_payout_calendar_day_in_every_month")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_payout_calendar_set_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_calendar")),
    )

    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER payout_calendar_no_{act.lower()} BEFORE {act} ON payout_calendar "
                "BEGIN SELECT RAISE(ABORT, 'payout_calendar is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER payout_calendar_no_change BEFORE UPDATE OR DELETE ON payout_calendar "
        "FOR EACH ROW EXECUTE FUNCTION payouts_are_final()"
    )


def downgrade() -> None:
    op.drop_table("payout_calendar")
