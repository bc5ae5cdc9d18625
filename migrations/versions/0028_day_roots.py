"""A root for every day of the books: one hash that says all journals of the day, final like they are."""

import sqlalchemy as sa
from alembic import op

revision = "day_roots"
down_revision = "forgotten_words"
branch_labels = None
depends_on = None

FINAL = "ledger: what is booked is final"
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "day_root",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("after_id", BIG, nullable=False),
        sa.Column("through_id", BIG, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("after_id >= 0 AND through_id >= after_id", name=op.f("ck_day_root_counts_on")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_root")),
    )
    op.create_index("day_root_by_through", "day_root", ["through_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        # ledger_is_final() came with the ledger.
        op.execute(
            "CREATE TRIGGER day_root_is_final BEFORE UPDATE OR DELETE ON day_root FOR EACH ROW EXECUTE FUNCTION ledger_is_final()"
        )
        op.execute(
            "CREATE TRIGGER day_root_is_not_emptied BEFORE TRUNCATE ON day_root"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()"
        )
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{FINAL}'); END"
    op.execute(f"CREATE TRIGGER day_root_is_not_edited BEFORE UPDATE ON day_root {refuse}")
    op.execute(f"CREATE TRIGGER day_root_is_not_deleted BEFORE DELETE ON day_root {refuse}")
    op.execute(
        "CREATE TRIGGER day_root_is_not_replaced BEFORE INSERT ON day_root"
        f" WHEN EXISTS (SELECT 1 FROM day_root x WHERE x.day = NEW.day) {refuse}"
    )


def downgrade() -> None:
    op.drop_table("day_root")
