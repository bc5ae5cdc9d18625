"""Contests of how a sale came, and a kind of money event for what they move."""

import sqlalchemy as sa
from alembic import op

revision = "attribution"
down_revision = "gifts"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHECKS = {
    "ck_money_event_kind_known": (
        "kind IN ('sale', 'refund', 'dispute', 'reinstated', 'hire', 'hour', 'period', 'rebate', 'true_up', 'guarantee')",
        "kind IN ('sale', 'refund', 'dispute', 'reinstated', 'reshared', 'hire', 'hour', 'period', 'rebate', 'true_up', "
        "'guarantee')",
    ),
    "ck_money_event_refund_names_its_sale": (
        "(kind IN ('refund', 'dispute', 'reinstated', 'rebate')) = (reverses_id IS NOT NULL)",
        "(kind IN ('refund', 'dispute', 'reinstated', 'reshared', 'rebate')) = (reverses_id IS NOT NULL)",
    ),
}


def upgrade() -> None:
    _say_kinds(0, 1)
    op.create_table(
        "attribution_contest",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("party", sa.String(length=16), nullable=False),
        sa.Column("asked", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("attributed", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("contested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contested_by_id", BIG, nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", BIG, nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.CheckConstraint(
            "(channel = 'partner_link') = (attributed IS NOT NULL)", name=op.f("ck_attribution_contest_link_has_a_partner")
        ),
        sa.CheckConstraint("channel IN ('partner_link', 'platform')", name=op.f("ck_attribution_contest_channel_known")),
        sa.CheckConstraint(
            "outcome IN ('accepted', 'taken_back', 'unanswered', 'let_stand')", name=op.f("ck_attribution_contest_outcome_known")
        ),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_attribution_contest_answer_is_whole")),
        sa.CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name=op.f("ck_attribution_contest_end_is_whole")),
        sa.CheckConstraint("party <> asked", name=op.f("ck_attribution_contest_two_sides")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_attribution_contest_answered_by_id")),
        sa.ForeignKeyConstraint(["contested_by_id"], ["person.id"], name=op.f("fk_attribution_contest_contested_by_id")),
        sa.ForeignKeyConstraint(["event_id"], ["money_event.id"], name=op.f("fk_attribution_contest_event_id")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_attribution_contest_settled_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attribution_contest")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attribution_contest_public_id")),
    )
    op.create_index("ix_attribution_contest_asked", "attribution_contest", ["asked", "settled_at"], unique=False)
    op.create_index("ix_attribution_contest_due", "attribution_contest", ["settled_at", "due_at"], unique=False)
    op.create_index(op.f("ix_attribution_contest_event_id"), "attribution_contest", ["event_id"], unique=True)
    op.create_index("ix_attribution_contest_party", "attribution_contest", ["party", "settled_at"], unique=False)


def downgrade() -> None:
    op.drop_table("attribution_contest")
    _say_kinds(1, 0)


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
