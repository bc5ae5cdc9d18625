"""Prices paid in monthly parts: plans and their parts."""

import sqlalchemy as sa
from alembic import op

revision = "instalments"
down_revision = "repayments"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SOLD = sa.text("outcome = 'sold'")
ASKED = sa.text("try_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "instalment_plan",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("payer_id", sa.String(length=120), nullable=False),
        sa.Column("card_id", sa.String(length=120), nullable=False),
        sa.Column("late_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("page_n", sa.Integer(), nullable=False),
        sa.Column("page_parts", sa.String(length=40), nullable=False),
        sa.Column("page_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_id", sa.String(length=120), nullable=True),
        sa.Column("session_url", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('late', 'paused')) = (late_since IS NOT NULL)", name=op.f("ck_instalment_plan_late_is_dated")
        ),
        sa.CheckConstraint("(state IN ('paid', 'ended')) = (over_at IS NOT NULL)", name=op.f("ck_instalment_plan_end_is_dated")),
        sa.CheckConstraint(
            "state IN ('running', 'late', 'paused', 'paid', 'ended')", name=op.f("ck_instalment_plan_state_known")
        ),
        sa.CheckConstraint("(session_id IS NULL) = (session_url IS NULL)", name=op.f("ck_instalment_plan_page_is_whole")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_instalment_plan_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment_plan")),
        sa.UniqueConstraint("session_id", name=op.f("uq_instalment_plan_session_id")),
    )
    op.create_index(op.f("ix_instalment_plan_order_id"), "instalment_plan", ["order_id"], unique=True)
    op.create_table(
        "instalment",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("replaces_n", sa.Integer(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payment_id", BIG, nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=60), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_instalment_amount_positive")),
        sa.CheckConstraint("payment_id IS NULL OR dropped_at IS NULL", name=op.f("ck_instalment_paid_or_dropped")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_instalment_order_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_instalment_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment")),
        sa.UniqueConstraint("order_id", "n", name=op.f("uq_instalment_order_id_n")),
        sa.UniqueConstraint("public_id", name=op.f("uq_instalment_public_id")),
    )
    op.create_index(op.f("ix_instalment_payment_id"), "instalment", ["payment_id"], unique=False)
    op.create_index("ix_instalment_try", "instalment", ["try_at"], unique=False, sqlite_where=ASKED, postgresql_where=ASKED)
    for table in ("offering", "order"):
        rule = f"CONSTRAINT ck_{table}_instalments_in_range CHECK (instalments BETWEEN 1 AND 6)"
        op.execute(sa.text(f'ALTER TABLE "{table}" ADD COLUMN instalments INTEGER DEFAULT 1 NOT NULL {rule}'))
    op.add_column("payment", sa.Column("instalment_n", sa.Integer(), server_default="1", nullable=False))
    op.drop_index("uq_payment_sold", table_name="payment")
    op.create_index(
        "uq_payment_sold", "payment", ["order_id", "instalment_n"], unique=True, sqlite_where=SOLD, postgresql_where=SOLD
    )


def downgrade() -> None:
    op.drop_index("uq_payment_sold", table_name="payment")
    op.create_index("uq_payment_sold", "payment", ["order_id"], unique=True, sqlite_where=SOLD, postgresql_where=SOLD)
    op.drop_column("payment", "instalment_n")
    op.drop_table("instalment")
    op.drop_table("instalment_plan")
    for table in ("order", "offering"):
        op.execute(sa.text(f'ALTER TABLE "{table}" DROP COLUMN instalments'))
