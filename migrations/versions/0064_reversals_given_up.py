"""How a reversal that the payment provider refused ends."""

import sqlalchemy as sa
from alembic import op

revision = "reversals_given_up"
down_revision = "pass_disputes"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STANDS = sa.text("is_confirmed IS NOT FALSE")


def upgrade() -> None:
    op.create_table(
        "payout_back_given_up",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("payout_id", BIG, nullable=False),
        sa.Column("ending", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by_id", BIG, nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", BIG, nullable=True),
        sa.CheckConstraint("ending IN ('keeps', 'back', 'lost')", name=op.f("ck_payout_back_given_up_ending_known")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_payout_back_given_up_decision_is_whole")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (is_confirmed IS NULL)", name=op.f("ck_payout_back_given_up_decision_says_which")
        ),
        sa.CheckConstraint(
            "is_confirmed IS NOT TRUE OR decided_by_id <> proposed_by_id",
            name=op.f("ck_payout_back_given_up_confirmed_by_another"),
        ),
        sa.ForeignKeyConstraint(["payout_id"], ["payout_transfer_back.payout_id"], name="payout_back_given_up_fkey"),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_payout_back_given_up_proposed_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_payout_back_given_up_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_back_given_up")),
    )
    op.create_index(op.f("ix_payout_back_given_up_payout_id"), "payout_back_given_up", ["payout_id"], unique=False)
    op.create_index(
        "payout_back_given_up_once", "payout_back_given_up", ["payout_id"], unique=True, sqlite_where=STANDS,
        postgresql_where=STANDS,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("payout_back_given_up")
