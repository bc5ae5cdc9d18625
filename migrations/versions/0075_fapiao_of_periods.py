"""Fapiao for the paid periods of passes."""

import sqlalchemy as sa
from alembic import op

revision = "fapiao_of_periods"
down_revision = "refunds_by_bank"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "fapiao_request"
RULE = "ck_fapiao_request_order_or_period"
SAYS = "(period_id IS NULL) = (order_id IS NOT NULL)"
KEY = "fk_fapiao_request_period_id"
OPEN = "uq_fapiao_request_period_open"
STANDS = sa.text("state <> 'declined'")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _change(_texts())
    else:
        op.alter_column(TABLE, "order_id", nullable=True)
        op.add_column(TABLE, sa.Column("period_id", BIG, nullable=True))
        op.create_foreign_key(op.f(KEY), TABLE, "pass_period", ["period_id"], ["id"])
        op.create_check_constraint(op.f(RULE), TABLE, SAYS)
    op.create_index(OPEN, TABLE, ["period_id"], unique=True, sqlite_where=STANDS, postgresql_where=STANDS)


def downgrade() -> None:
    op.drop_index(OPEN, table_name=TABLE)
    if op.get_bind().dialect.name == "sqlite":
        _change([(after, before) for before, after in _texts()], without="period_id")
    else:
        op.drop_constraint(op.f(RULE), TABLE, type_="check")
        op.drop_column(TABLE, "period_id")
        op.alter_column(TABLE, "order_id", nullable=False)


def _texts() -> list[tuple[str, str]]:
    """What the making of the table says before and after."""
    whole = "\tCONSTRAINT pk_fapiao_request "
    rule = f"\tCONSTRAINT {RULE} CHECK ({SAYS}), \n"
    key = f"\tCONSTRAINT {KEY} FOREIGN KEY(period_id) REFERENCES pass_period (id), \n"
    return [
        ("\torder_id INTEGER NOT NULL, \n", "\torder_id INTEGER, \n"),
        (whole, "\tperiod_id INTEGER, \n" + rule + key + whole),
    ]


def _change(texts: list[tuple[str, str]], *, without: str = "") -> None:
    """SQLite cannot change a column, so there the table is written anew, with its indexes as they were."""
    connection = op.get_bind()
    kept = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"), {"name": TABLE}
    ).all()
    (made,) = (row.sql for row in kept if row.type == "table")
    for before, after in texts:
        if before not in made:
            raise RuntimeError(f"{TABLE} does not read as expected: {before} in {made}")
        made = made.replace(before, after, 1)
    old = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({TABLE})")]
    copied = ", ".join(name for name in old if name != without)
    head, _bracket, columns = made.partition("(")
    if TABLE not in head:
        raise RuntimeError(f"{TABLE} does not read as expected: {head}")
    connection.exec_driver_sql(f"CREATE TABLE anew ({columns}")
    connection.exec_driver_sql(f"INSERT INTO anew ({copied}) SELECT {copied} FROM {TABLE}")
    connection.exec_driver_sql(f"DROP TABLE {TABLE}")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")  # what points at the table goes on pointing at that name
    connection.exec_driver_sql(f"ALTER TABLE anew RENAME TO {TABLE}")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
    for row in kept:
        if row.type != "table":
            connection.exec_driver_sql(row.sql)
