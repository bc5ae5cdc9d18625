"""A period as a kind of money event: what a course gets of the pool of a pass."""

import sqlalchemy as sa
from alembic import op

revision = "periods"
down_revision = "movement_matches"
branch_labels = None
depends_on = None

NAME = "ck_money_event_kind_known"
BEFORE = "kind IN ('sale', 'refund', 'hire', 'hour', 'rebate', 'true_up', 'guarantee')"
AFTER = "kind IN ('sale', 'refund', 'hire', 'hour', 'period', 'rebate', 'true_up', 'guarantee')"


def upgrade() -> None:
    _say_kinds(BEFORE, AFTER)


def downgrade() -> None:
    _say_kinds(AFTER, BEFORE)


def _say_kinds(before: str, after: str) -> None:
    """SQLite cannot change a check, so there the table is written anew, with its indexes and triggers as they were."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(NAME), "money_event", type_="check")
        op.create_check_constraint(op.f(NAME), "money_event", after)
        return
    connection = op.get_bind()
    kept = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'money_event' AND sql IS NOT NULL")
    ).all()
    (table,) = (row.sql for row in kept if row.type == "table")
    if before not in table:
        raise RuntimeError("the check on money_event.kind does not read as expected")
    anew = table.replace(before, after).replace("money_event", "money_event_anew", 1)
    connection.exec_driver_sql(anew)
    connection.exec_driver_sql("INSERT INTO money_event_anew SELECT * FROM money_event")
    connection.exec_driver_sql("DROP TABLE money_event")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")  # what points at money_event goes on pointing at that name
    connection.exec_driver_sql("ALTER TABLE money_event_anew RENAME TO money_event")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
    for row in kept:
        if row.type != "table":
            connection.exec_driver_sql(row.sql)
