"""Explanations of reconciliation that were taken back, or given anew."""

import sqlalchemy as sa
from alembic import op

revision = "explanation_changes"
down_revision = "exchanged_movements"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "explanation_change"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('line', 'movement')", name=op.f("ck_explanation_change_kind_known")),
        sa.CheckConstraint("n > 0", name=op.f("ck_explanation_change_counted")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_explanation_change_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_explanation_change")),
        sa.UniqueConstraint("kind", "number", "n", name="explanation_change_once"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {TABLE}_no_{act.lower()} BEFORE {act} ON {TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION payouts_are_final()"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
