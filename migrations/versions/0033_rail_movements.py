"""What a rail says moved its balance, and what was found out about it; append-only."""

import sqlalchemy as sa
from alembic import op

revision = "rail_movements"
down_revision = "closing"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

FINAL = ("rail_movement", "rail_movement_explanation")


def upgrade() -> None:
    op.create_table(
        "rail_movement",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("rail", sa.String(length=16), nullable=False),
        sa.Column("movement_id", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("source_id", sa.String(length=120), nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("fee_minor", BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("journal_id", BIG, nullable=True),
        sa.CheckConstraint(
            "(kind IN ('payout', 'payout_failed')) = (journal_id IS NOT NULL)", name=op.f("ck_rail_movement_payouts_are_booked")
        ),
        sa.CheckConstraint(
            "kind IN ('sale', 'refund', 'refund_failed', 'payout', 'payout_failed', 'dispute', 'fee', 'other')",
            name=op.f("ck_rail_movement_kind_known"),
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_rail_movement_journal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rail_movement")),
        sa.UniqueConstraint("movement_id", name=op.f("uq_rail_movement_movement_id")),
    )
    op.create_index("rail_movement_by_moment", "rail_movement", ["rail", "made_at"], unique=False)
    op.create_index("rail_movement_by_source", "rail_movement", ["source_id"], unique=False)
    op.create_table(
        "rail_movement_explanation",
        sa.Column("movement_id", BIG, autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_rail_movement_explanation_by_id")),
        sa.ForeignKeyConstraint(["movement_id"], ["rail_movement.id"], name="rail_movement_explanation_fkey"),
        sa.PrimaryKeyConstraint("movement_id", name=op.f("pk_rail_movement_explanation")),
    )

    if op.get_bind().dialect.name == "sqlite":
        for table in FINAL:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    for table in FINAL:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION payouts_are_final()"
        )


def downgrade() -> None:
    op.drop_table("rail_movement_explanation")
    op.drop_table("rail_movement")
