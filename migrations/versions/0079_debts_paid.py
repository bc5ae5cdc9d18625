"""What partners paid back by bank transfer: which claims a line of the bank paid."""

import sqlalchemy as sa
from alembic import op

revision = "debts_paid"
down_revision = "fapiao_that_goes_on"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
USE = "bank_entry_use"
NAME = "ck_bank_entry_use_kind_known"
BEFORE = "kind IN ('assigned', 'sent_back', 'set_aside')"
AFTER = "kind IN ('assigned', 'sent_back', 'set_aside', 'debt_paid')"


def upgrade() -> None:
    _say_kinds(BEFORE, AFTER)
    op.create_table(
        "claim_paid",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("use_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("claim_id", BIG, nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_claim_paid_amount_positive")),
        sa.ForeignKeyConstraint(["claim_id"], ["journal.id"], name=op.f("fk_claim_paid_claim_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_claim_paid_organisation_id")),
        sa.ForeignKeyConstraint(["use_id"], ["bank_entry_use.id"], name="claim_paid_use_fkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_paid")),
        sa.UniqueConstraint("use_id", "claim_id", name="claim_paid_once"),
    )
    op.create_index("claim_paid_by_organisation", "claim_paid", ["organisation_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER claim_paid_no_{act.lower()} BEFORE {act} ON claim_paid "
                "BEGIN SELECT RAISE(ABORT, 'claim_paid is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER claim_paid_no_change BEFORE UPDATE OR DELETE ON claim_paid "
            "FOR EACH ROW EXECUTE FUNCTION payouts_are_final()"
        )


def downgrade() -> None:
    op.drop_table("claim_paid")
    _say_kinds(AFTER, BEFORE)


def _say_kinds(before: str, after: str) -> None:
    """SQLite cannot change a check, so there the table is written anew, with its indexes and triggers as they were."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f(NAME), USE, type_="check")
        op.create_check_constraint(op.f(NAME), USE, after)
        return
    kept = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"), {"name": USE}
    ).all()
    (table,) = (row.sql for row in kept if row.type == "table")
    if before not in table:
        raise RuntimeError(f"the check on {USE}.kind does not read as expected")
    connection.exec_driver_sql(table.replace(before, after).replace(USE, "bank_use_anew", 1))
    connection.exec_driver_sql(f"INSERT INTO bank_use_anew SELECT * FROM {USE}")
    connection.exec_driver_sql(f"DROP TABLE {USE}")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")  # what points at it goes on pointing at that name
    connection.exec_driver_sql(f"ALTER TABLE bank_use_anew RENAME TO {USE}")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
    for row in kept:
        if row.type != "table":
            connection.exec_driver_sql(row.sql)
