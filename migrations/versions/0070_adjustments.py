"""Adjusting entries of finance: proposed by one person, confirmed by another."""

import sqlalchemy as sa
from alembic import op

revision = "adjustments"
down_revision = "turns_of_orders"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STANDS = sa.text("is_confirmed IS NOT FALSE")


def upgrade() -> None:
    op.create_table(
        "adjustment",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("debit_code", sa.String(length=80), nullable=False),
        sa.Column("credit_code", sa.String(length=80), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("movement_id", BIG, nullable=True),
        sa.Column("reverses_id", BIG, nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", BIG, nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", BIG, nullable=True),
        sa.Column("journal_id", BIG, nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_adjustment_amount_positive")),
        sa.CheckConstraint("debit_code <> credit_code", name=op.f("ck_adjustment_two_accounts")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_adjustment_decision_is_whole")),
        sa.CheckConstraint("(decided_at IS NULL) = (is_confirmed IS NULL)", name=op.f("ck_adjustment_decision_says_which")),
        sa.CheckConstraint(
            "is_confirmed IS NOT TRUE OR decided_by_id <> proposed_by_id", name=op.f("ck_adjustment_confirmed_by_another")
        ),
        sa.CheckConstraint("(journal_id IS NOT NULL) = (is_confirmed IS TRUE)", name=op.f("ck_adjustment_confirmed_is_booked")),
        sa.ForeignKeyConstraint(["movement_id"], ["rail_movement.id"], name="adjustment_movement_fkey"),
        sa.ForeignKeyConstraint(["reverses_id"], ["adjustment.id"], name="adjustment_reverses_fkey"),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_adjustment_proposed_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_adjustment_decided_by_id")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_adjustment_journal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_adjustment_public_id")),
    )
    op.create_index(
        "adjustment_reversed_once", "adjustment", ["reverses_id"], unique=True, sqlite_where=STANDS, postgresql_where=STANDS
    )
    op.create_index("adjustment_by_movement", "adjustment", ["movement_id"], unique=False)


def downgrade() -> None:
    op.drop_table("adjustment")
