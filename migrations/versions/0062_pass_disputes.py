"""Disputes over passes: one is about the payment of an order, or about a paid period of a pass."""

import sqlalchemy as sa
from alembic import op

revision = "pass_disputes"
down_revision = "returns"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "payment_dispute"
RULES = {
    "ck_payment_dispute_order_or_period": "(period_id IS NULL) = (order_id IS NOT NULL)",
    "ck_payment_dispute_order_has_payment": "(payment_id IS NULL) = (order_id IS NULL)",
}
OPTIONAL = ("order_id", "payment_id")
KEY = "fk_payment_dispute_period_id"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _change(_texts())
    else:
        for name in OPTIONAL:
            op.alter_column(TABLE, name, nullable=True)
        op.add_column(TABLE, sa.Column("period_id", BIG, nullable=True))
        op.create_foreign_key(op.f(KEY), TABLE, "pass_period", ["period_id"], ["id"])
        for name, rule in RULES.items():
            op.create_check_constraint(op.f(name), TABLE, rule)
    op.create_index(op.f("ix_payment_dispute_period_id"), TABLE, ["period_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_payment_dispute_period_id"), table_name=TABLE)
    if op.get_bind().dialect.name == "sqlite":
        _change([(after, before) for before, after in _texts()], without="period_id")
    else:
        for name in RULES:
            op.drop_constraint(op.f(name), TABLE, type_="check")
        op.drop_column(TABLE, "period_id")
        for name in OPTIONAL:
            op.alter_column(TABLE, name, nullable=False)


def _texts() -> list[tuple[str, str]]:
    """What the making of the table says before and after."""
    nullable = [(f"\t{name} INTEGER NOT NULL, \n", f"\t{name} INTEGER, \n") for name in OPTIONAL]
    whole = "\tCONSTRAINT pk_payment_dispute "
    rules = "".join(f"\tCONSTRAINT {name} CHECK ({rule}), \n" for name, rule in RULES.items())
    key = f"\tCONSTRAINT {KEY} FOREIGN KEY(period_id) REFERENCES pass_period (id), \n"
    return [*nullable, (whole, "\tperiod_id INTEGER, \n" + rules + key + whole)]


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
