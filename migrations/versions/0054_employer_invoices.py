"""Orders that an employer pays by invoice, and invoices over orders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "employer_invoices"
down_revision = "payee_currencies"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = "ck_billing_document_cause_known"
BEFORE = "cause IN ('placement', 'work')"
AFTER = "cause IN ('placement', 'work', 'order')"


def upgrade() -> None:
    op.create_table(
        "employer_invoice",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_by_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["chosen_by_id"], ["person.id"], name=op.f("fk_employer_invoice_chosen_by_id")),
        sa.ForeignKeyConstraint(["document_id"], ["billing_document.id"], name=op.f("fk_employer_invoice_document_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_employer_invoice_order_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_employer_invoice_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer_invoice")),
    )
    op.create_index(op.f("ix_employer_invoice_document_id"), "employer_invoice", ["document_id"], unique=True)
    op.create_index(op.f("ix_employer_invoice_order_id"), "employer_invoice", ["order_id"], unique=True)
    op.create_index(op.f("ix_employer_invoice_organisation_id"), "employer_invoice", ["organisation_id"], unique=False)
    _say(BEFORE, AFTER)


def downgrade() -> None:
    op.drop_table("employer_invoice")
    _say(AFTER, BEFORE)


def _say(before: str, after: str) -> None:
    """What invoices may be for."""
    if op.get_bind().dialect.name == "sqlite":
        _change("billing_document", [(f"CONSTRAINT {NAME} CHECK ({before})", f"CONSTRAINT {NAME} CHECK ({after})")])
        return
    op.drop_constraint(op.f(NAME), "billing_document", type_="check")
    op.create_check_constraint(op.f(NAME), "billing_document", after)


def _change(table: str, texts: Sequence[tuple[str, str]]) -> None:
    """SQLite cannot change a check, so there a table is written anew, with its indexes and triggers as they were."""
    connection = op.get_bind()
    kept = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"), {"name": table}
    ).all()
    (made,) = (row.sql for row in kept if row.type == "table")
    for before, after in texts:
        if before not in made:
            raise RuntimeError(f"{table} does not read as expected: {before}")
        made = made.replace(before, after)
    columns = ", ".join(f'"{row[1]}"' for row in connection.exec_driver_sql(f'PRAGMA table_info("{table}")'))
    connection.exec_driver_sql(
        made.replace(
            f'CREATE TABLE "{table}"' if f'CREATE TABLE "{table}"' in made else f"CREATE TABLE {table}", "CREATE TABLE anew", 1
        )
    )
    connection.exec_driver_sql(f'INSERT INTO anew ({columns}) SELECT {columns} FROM "{table}"')
    connection.exec_driver_sql(f'DROP TABLE "{table}"')
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")  # what points at the table goes on pointing at that name
    connection.exec_driver_sql(f'ALTER TABLE anew RENAME TO "{table}"')
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
    for row in kept:
        if row.type != "table":
            connection.exec_driver_sql(row.sql)
