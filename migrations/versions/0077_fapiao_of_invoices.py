"""Fapiao for members' invoices."""

import sqlalchemy as sa
from alembic import op

revision = "fapiao_of_invoices"
down_revision = "rails_of_payees"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "fapiao_request"
OLD_RULE = "ck_fapiao_request_order_or_period"
OLD_SAYS = "(period_id IS NULL) = (order_id IS NOT NULL)"
RULE = "ck_fapiao_request_about_one_thing"
SAYS = (
    "CASE WHEN order_id IS NULL THEN 0 ELSE 1 END + CASE WHEN period_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN document_id IS NULL THEN 0 ELSE 1 END = 1"
)
KEY = "fk_fapiao_request_document_id"
OPEN = "uq_fapiao_request_document_open"
STANDS = sa.text("state <> 'declined'")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _change(_texts())
    else:
        op.add_column(TABLE, sa.Column("document_id", BIG, nullable=True))
        op.create_foreign_key(op.f(KEY), TABLE, "billing_document", ["document_id"], ["id"])
        op.drop_constraint(op.f(OLD_RULE), TABLE, type_="check")
        op.create_check_constraint(op.f(RULE), TABLE, SAYS)
    op.create_index(OPEN, TABLE, ["document_id"], unique=True, sqlite_where=STANDS, postgresql_where=STANDS)


def downgrade() -> None:
    op.drop_index(OPEN, table_name=TABLE)
    if op.get_bind().dialect.name == "sqlite":
        _change([(after, before) for before, after in _texts()], without="document_id")
    else:
        op.drop_constraint(op.f(RULE), TABLE, type_="check")
        op.drop_column(TABLE, "document_id")
        op.create_check_constraint(op.f(OLD_RULE), TABLE, OLD_SAYS)


def _texts() -> list[tuple[str, str]]:
    """What the making of the table says before and after."""
    whole = "\tCONSTRAINT pk_fapiao_request "
    key = f"\tCONSTRAINT {KEY} FOREIGN KEY(document_id) REFERENCES billing_document (id), \n"
    return [
        (f"CONSTRAINT {OLD_RULE} CHECK ({OLD_SAYS})", f"CONSTRAINT {RULE} CHECK ({SAYS})"),
        ("\tperiod_id INTEGER, \n", "\tperiod_id INTEGER, \n\tdocument_id INTEGER, \n"),
        (whole, key + whole),
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
