"""What buyers' banks take back: disputes, and two kinds of money event for what they took and gave back."""

import sqlalchemy as sa
from alembic import op

revision = "disputes"
down_revision = "bundles"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHECKS = {
    "ck_money_event_kind_known": (
        "kind IN ('sale', 'refund', 'hire', 'hour', 'period', 'rebate', 'true_up', 'guarantee')",
        "kind IN ('sale', 'refund', 'dispute', 'reinstated', 'hire', 'hour', 'period', 'rebate', 'true_up', 'guarantee')",
    ),
    "ck_money_event_refund_names_its_sale": (
        "(kind IN ('refund', 'rebate')) = (reverses_id IS NOT NULL)",
        "(kind IN ('refund', 'dispute', 'reinstated', 'rebate')) = (reverses_id IS NOT NULL)",
    ),
}


def upgrade() -> None:
    _say_kinds(0, 1)
    op.create_table(
        "payment_dispute",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("payment_id", BIG, nullable=False),
        sa.Column("rail_dispute_id", sa.String(length=120), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shared_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("reinstated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NOT NULL) = (state IN ('won', 'lost', 'dropped'))", name=op.f("ck_payment_dispute_closed_when_over")
        ),
        sa.CheckConstraint(
            "state IN ('inquiry', 'needs_response', 'under_review', 'won', 'lost', 'dropped')",
            name=op.f("ck_payment_dispute_state_known"),
        ),
        sa.CheckConstraint("amount_minor > 0 AND fee_minor >= 0", name=op.f("ck_payment_dispute_amounts_sane")),
        sa.CheckConstraint(
            "reinstated_at IS NULL OR withdrawn_at IS NOT NULL", name=op.f("ck_payment_dispute_comes_back_after_it_left")
        ),
        sa.CheckConstraint("shared_minor BETWEEN 0 AND amount_minor", name=op.f("ck_payment_dispute_shared_within_amount")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_payment_dispute_order_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payment_dispute_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_dispute")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payment_dispute_public_id")),
        sa.UniqueConstraint("rail_dispute_id", name=op.f("uq_payment_dispute_rail_dispute_id")),
    )
    op.create_index("ix_payment_dispute_open", "payment_dispute", ["closed_at", "answer_by"], unique=False)
    op.create_index(op.f("ix_payment_dispute_order_id"), "payment_dispute", ["order_id"], unique=False)
    op.create_index(op.f("ix_payment_dispute_payment_id"), "payment_dispute", ["payment_id"], unique=False)


def downgrade() -> None:
    _say_kinds(1, 0)
    op.drop_table("payment_dispute")


def _say_kinds(before: int, after: int) -> None:
    """SQLite cannot change a check, so there the table is written anew, with its indexes and triggers as they were."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        for name, words in CHECKS.items():
            op.drop_constraint(op.f(name), "money_event", type_="check")
            op.create_check_constraint(op.f(name), "money_event", words[after])
        return
    kept = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'money_event' AND sql IS NOT NULL")
    ).all()
    (anew,) = (row.sql for row in kept if row.type == "table")
    for words in CHECKS.values():
        if words[before] not in anew:
            raise RuntimeError("a check on money_event does not read as expected")
        anew = anew.replace(words[before], words[after])
    connection.exec_driver_sql(anew.replace("money_event", "money_event_anew", 1))
    connection.exec_driver_sql("INSERT INTO money_event_anew SELECT * FROM money_event")
    connection.exec_driver_sql("DROP TABLE money_event")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")  # what points at money_event goes on pointing at that name
    connection.exec_driver_sql("ALTER TABLE money_event_anew RENAME TO money_event")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
    for row in kept:
        if row.type != "table":
            connection.exec_driver_sql(row.sql)
