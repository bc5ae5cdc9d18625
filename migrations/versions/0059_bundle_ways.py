"""Bundles as gifts and for an employer to pay: both point at a course or at a bundle; a refund of a course that the taker had."""

import sqlalchemy as sa
from alembic import op

revision = "bundle_ways"
down_revision = "bought_beside_a_pass"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = "state IN ('placed', 'awaiting_payment')"
OWN = f"gift_id IS NULL AND {WAITING}"
GIVEN = f"gift_id IS NOT NULL AND {WAITING}"
EITHER = "(bundle_id IS NULL) = (course_id IS NOT NULL)"
TABLES = {"gift": "ck_gift_claim_is_whole", "sponsor_request": "ck_sponsor_request_answer_is_whole"}
"""Before which of its checks SQLite reads the new column."""
CAUSES = ("cause IN ('window', 'decided', 'late', 'duplicate')", "cause IN ('window', 'decided', 'late', 'duplicate', 'held')")
CAUSE = "ck_refund_cause_known"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            _change(table, _texts(table))
        _change("refund", [(f"CONSTRAINT {CAUSE} CHECK ({CAUSES[0]})", f"CONSTRAINT {CAUSE} CHECK ({CAUSES[1]})")])
    else:
        for table in TABLES:
            op.alter_column(table, "course_id", nullable=True)
            op.add_column(table, sa.Column("bundle_id", BIG, nullable=True))
            op.create_foreign_key(op.f(f"fk_{table}_bundle_id"), table, "bundle", ["bundle_id"], ["id"])
            op.create_check_constraint(op.f(f"ck_{table}_course_or_bundle"), table, EITHER)
        _say_causes(CAUSES[1])
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_bundle_id"), table, ["bundle_id"], unique=False)
    _one_open(True)
    op.drop_index("uq_order_paying_bundle", table_name="order")
    _one_waits("uq_order_paying_bundle", OWN)
    _one_waits("uq_order_paying_bundle_gift", GIVEN)


def downgrade() -> None:
    op.drop_index("uq_order_paying_bundle_gift", table_name="order")
    op.drop_index("uq_order_paying_bundle", table_name="order")
    _one_waits("uq_order_paying_bundle", WAITING)
    _one_open(False)
    for table in TABLES:
        op.drop_index(op.f(f"ix_{table}_bundle_id"), table_name=table)
    if op.get_bind().dialect.name == "sqlite":
        _change("refund", [(f"CONSTRAINT {CAUSE} CHECK ({CAUSES[1]})", f"CONSTRAINT {CAUSE} CHECK ({CAUSES[0]})")])
        for table in TABLES:
            _change(table, [(after, before) for before, after in _texts(table)], without="bundle_id")
    else:
        _say_causes(CAUSES[0])
        for table in TABLES:
            op.drop_column(table, "bundle_id")
            op.alter_column(table, "course_id", nullable=False)


def _one_waits(name: str, where: str) -> None:
    """A buyer has one order for a bundle that waits to be paid."""
    op.create_index(
        name, "order", ["buyer_id", "bundle_id"], unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def _one_open(made: bool) -> None:
    """A learner has one request for a bundle that is open."""
    name, where = "uq_sponsor_request_open_bundle", sa.text("state = 'open'")
    if made:
        columns = ["learner_id", "bundle_id"]
        op.create_index(name, "sponsor_request", columns, unique=True, sqlite_where=where, postgresql_where=where)
    else:
        op.drop_index(name, table_name="sponsor_request")


def _say_causes(rule: str) -> None:
    op.drop_constraint(op.f(CAUSE), "refund", type_="check")
    op.create_check_constraint(op.f(CAUSE), "refund", rule)


def _texts(table: str) -> list[tuple[str, str]]:
    """What the making of a table says before and after."""
    first = f"\tCONSTRAINT {TABLES[table]} "
    column = "\tbundle_id INTEGER, \n"
    rule = f"\tCONSTRAINT ck_{table}_course_or_bundle CHECK ({EITHER}), \n"
    key = f"\tCONSTRAINT fk_{table}_bundle_id FOREIGN KEY(bundle_id) REFERENCES bundle (id), \n"
    whole = f"\tCONSTRAINT pk_{table} "
    nullable = ("\tcourse_id INTEGER NOT NULL, \n", "\tcourse_id INTEGER, \n")
    return [nullable, (whole, column + whole), (first, rule + key + first)]


def _change(table: str, texts: list[tuple[str, str]], *, without: str = "") -> None:
    """SQLite cannot change a check or a column, so there a table is written anew, with its indexes and triggers as they were.

    without: a column that goes.
    """
    connection = op.get_bind()
    kept = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"), {"name": table}
    ).all()
    (made,) = (row.sql for row in kept if row.type == "table")
    for before, after in texts:
        if before not in made:
            raise RuntimeError(f"{table} does not read as expected: {before} in {made}")
        made = made.replace(before, after, 1)
    old = [row[1] for row in connection.exec_driver_sql(f'PRAGMA table_info("{table}")')]
    copied = ", ".join(f'"{name}"' for name in old if name != without)
    named = f'CREATE TABLE "{table}"' if f'CREATE TABLE "{table}"' in made else f"CREATE TABLE {table}"
    connection.exec_driver_sql(made.replace(named, "CREATE TABLE anew", 1))
    connection.exec_driver_sql(f'INSERT INTO anew ({copied}) SELECT {copied} FROM "{table}"')
    connection.exec_driver_sql(f'DROP TABLE "{table}"')
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")  # what points at the table goes on pointing at that name
    connection.exec_driver_sql(f'ALTER TABLE anew RENAME TO "{table}"')
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
    for row in kept:
        if row.type != "table":
            connection.exec_driver_sql(row.sql)
