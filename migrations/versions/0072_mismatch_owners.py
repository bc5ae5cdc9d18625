"""Who of the house's finance looks after what reconciliation lists."""

import sqlalchemy as sa
from alembic import op

revision = "mismatch_owners"
down_revision = "adjustments"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "mismatch_owner",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.String(length=12), nullable=True),
        sa.Column("ended_by_id", BIG, nullable=True),
        sa.CheckConstraint(
            "kind IN ('line', 'movement', 'missing', 'transfer', 'payout', 'suspense', 'claim')",
            name=op.f("ck_mismatch_owner_kind_known"),
        ),
        sa.CheckConstraint("ending IN ('handed_over', 'let_go', 'settled')", name=op.f("ck_mismatch_owner_ending_known")),
        sa.CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name=op.f("ck_mismatch_owner_end_is_whole")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mismatch_owner_person_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_mismatch_owner_by_id")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name=op.f("fk_mismatch_owner_ended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mismatch_owner")),
    )
    op.create_index(
        "mismatch_owner_one", "mismatch_owner", ["kind", "reference"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("mismatch_owner_by_person", "mismatch_owner", ["person_id", "ended_at"], unique=False)


def downgrade() -> None:
    op.drop_table("mismatch_owner")
