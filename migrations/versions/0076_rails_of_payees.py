"""The rail by which a partner is paid stands by its name: a third needs no change of a table any more."""

import sqlalchemy as sa
from alembic import op

revision = "rails_of_payees"
down_revision = "fapiao_of_periods"
branch_labels = None
depends_on = None

WAY, ACCOUNT, ONE, KNOWN = "payout_way", "rail_account", "rail_account_one_each", "ck_payout_way_way_known"
CHECK = "way IN ('bank', 'rail')"
WAY_TEXTS = [
    ("\tway VARCHAR(8) NOT NULL, \n", "\tway VARCHAR(20) NOT NULL, \n"),
    (f"\tCONSTRAINT {KNOWN} CHECK ({CHECK}), \n", ""),
]
ACCOUNT_TEXTS = [
    ("\tcountry VARCHAR(2) NOT NULL, \n", "\trail VARCHAR(20) NOT NULL, \n\tcountry VARCHAR(2) NOT NULL, \n"),
    (f"CONSTRAINT {ONE} UNIQUE (organisation_id)", f"CONSTRAINT {ONE} UNIQUE (organisation_id, rail)"),
]


def upgrade() -> None:
    named = {"way": "CASE way WHEN 'rail' THEN 'stripe' ELSE way END"}
    if op.get_bind().dialect.name == "sqlite":
        _write_anew(WAY, WAY_TEXTS, named)
        _write_anew(ACCOUNT, ACCOUNT_TEXTS, {"rail": "'stripe'"})
        return
    op.drop_constraint(op.f(KNOWN), WAY, type_="check")
    op.alter_column(WAY, "way", type_=sa.String(20))
    _rename(named["way"])
    op.add_column(ACCOUNT, sa.Column("rail", sa.String(20), nullable=False, server_default="stripe"))
    op.alter_column(ACCOUNT, "rail", server_default=None)
    op.drop_constraint(ONE, ACCOUNT, type_="unique")
    op.create_unique_constraint(ONE, ACCOUNT, ["organisation_id", "rail"])


def downgrade() -> None:
    named = {"way": "CASE way WHEN 'bank' THEN way ELSE 'rail' END"}
    if op.get_bind().dialect.name == "sqlite":
        _write_anew(ACCOUNT, [(after, before) for before, after in ACCOUNT_TEXTS], {}, without="rail")
        key = "\tCONSTRAINT fk_payout_way_chosen_by_id "
        check = f"\tCONSTRAINT {KNOWN} CHECK ({CHECK}), \n"
        _write_anew(WAY, [(WAY_TEXTS[0][1], WAY_TEXTS[0][0]), (key, check + key)], named)
        return
    op.drop_constraint(ONE, ACCOUNT, type_="unique")
    op.create_unique_constraint(ONE, ACCOUNT, ["organisation_id"])
    op.drop_column(ACCOUNT, "rail")
    _rename(named["way"])
    op.alter_column(WAY, "way", type_=sa.String(8))
    op.create_check_constraint(op.f(KNOWN), WAY, CHECK)


def _rename(named: str) -> None:
    """The rows are final, so their guard looks away while they are called anew."""
    op.execute(f"ALTER TABLE {WAY} DISABLE TRIGGER {WAY}_no_change")
    op.execute(f"UPDATE {WAY} SET way = {named}")
    op.execute(f"ALTER TABLE {WAY} ENABLE TRIGGER {WAY}_no_change")


def _write_anew(table: str, texts: list[tuple[str, str]], values: dict[str, str], *, without: str = "") -> None:
    """SQLite cannot change a column, so there the table is written anew, with its indexes and triggers as they were."""
    connection = op.get_bind()
    kept = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"), {"name": table}
    ).all()
    (made,) = (row.sql for row in kept if row.type == "table")
    for before, after in texts:
        if before not in made:
            raise RuntimeError(f"{table} does not read as expected: {before} in {made}")
        made = made.replace(before, after, 1)
    old = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})") if row[1] != without]
    names = [*old, *(name for name in values if name not in old)]
    head, _bracket, columns = made.partition("(")
    if table not in head:
        raise RuntimeError(f"{table} does not read as expected: {head}")
    connection.exec_driver_sql(f"CREATE TABLE anew ({columns}")
    copied = ", ".join(values.get(name, name) for name in names)
    connection.exec_driver_sql(f"INSERT INTO anew ({', '.join(names)}) SELECT {copied} FROM {table}")
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")  # what points at the table goes on pointing at that name
    connection.exec_driver_sql(f"ALTER TABLE anew RENAME TO {table}")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
    for row in kept:
        if row.type != "table":
            connection.exec_driver_sql(row.sql)
