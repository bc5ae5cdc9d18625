"""How partners are paid: the way they chose, accounts at the payment provider, transfers made and taken back."""

import sqlalchemy as sa
from alembic import op

revision = "payout_ways"
down_revision = "passes"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FINAL = ("payout_way", "payout_transfer", "payout_transfer_made")
NAME = "ck_rail_movement_kind_known"
BEFORE = "kind IN ('sale', 'refund', 'refund_failed', 'payout', 'payout_failed', 'dispute', 'fee', 'other')"
AFTER = "kind IN ('sale', 'refund', 'refund_failed', 'transfer', 'transfer_back', 'payout', 'payout_failed', 'dispute', 'fee', 'other')"


def upgrade() -> None:
    op.create_table(
        "payout_way",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_by_id", BIG, nullable=False),
        sa.CheckConstraint("way IN ('bank', 'rail')", name=op.f("ck_payout_way_way_known")),
        sa.ForeignKeyConstraint(["chosen_by_id"], ["person.id"], name=op.f("fk_payout_way_chosen_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_payout_way_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_way")),
    )
    op.create_index("payout_way_by_organisation", "payout_way", ["organisation_id", "id"], unique=False)
    op.create_table(
        "rail_account",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted_by_id", BIG, nullable=False),
        sa.Column("rail_account_id", sa.String(length=120), nullable=True),
        sa.Column("transfers", sa.String(length=12), nullable=False),
        sa.Column("payouts", sa.String(length=12), nullable=False),
        sa.Column("due", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_rail_account_organisation_id")),
        sa.ForeignKeyConstraint(["wanted_by_id"], ["person.id"], name=op.f("fk_rail_account_wanted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rail_account")),
        sa.UniqueConstraint("organisation_id", name="rail_account_one_each"),
        sa.UniqueConstraint("public_id", name=op.f("uq_rail_account_public_id")),
        sa.UniqueConstraint("rail_account_id", name=op.f("uq_rail_account_rail_account_id")),
    )
    op.create_table(
        "payout_transfer",
        sa.Column("payout_id", BIG, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("source_charge", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["rail_account.id"], name=op.f("fk_payout_transfer_account_id")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name="payout_transfer_payout_fkey"),
        sa.PrimaryKeyConstraint("payout_id", name=op.f("pk_payout_transfer")),
    )
    op.create_table(
        "payout_transfer_made",
        sa.Column("payout_id", BIG, autoincrement=False, nullable=False),
        sa.Column("rail_transfer_id", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["payout_id"], ["payout_transfer.payout_id"], name="payout_transfer_made_fkey"),
        sa.PrimaryKeyConstraint("payout_id", name=op.f("pk_payout_transfer_made")),
        sa.UniqueConstraint("rail_transfer_id", name=op.f("uq_payout_transfer_made_rail_transfer_id")),
    )
    op.create_table(
        "payout_transfer_back",
        sa.Column("payout_id", BIG, autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted_by_id", BIG, nullable=True),
        sa.Column("rail_reversal_id", sa.String(length=120), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["payout_id"], ["payout_transfer_made.payout_id"], name="payout_transfer_back_fkey"),
        sa.ForeignKeyConstraint(["wanted_by_id"], ["person.id"], name=op.f("fk_payout_transfer_back_wanted_by_id")),
        sa.PrimaryKeyConstraint("payout_id", name=op.f("pk_payout_transfer_back")),
        sa.UniqueConstraint("rail_reversal_id", name=op.f("uq_payout_transfer_back_rail_reversal_id")),
    )

    for table in FINAL:
        if op.get_bind().dialect.name == "sqlite":
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        else:
            op.execute(
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION payouts_are_final()"
            )
    _say_kinds(BEFORE, AFTER)


def downgrade() -> None:
    _say_kinds(AFTER, BEFORE)
    op.drop_table("payout_transfer_back")
    op.drop_table("payout_transfer_made")
    op.drop_table("payout_transfer")
    op.drop_table("rail_account")
    op.drop_index("payout_way_by_organisation", table_name="payout_way")
    op.drop_table("payout_way")


def _say_kinds(before: str, after: str) -> None:
    """SQLite cannot change a check, so there the table is written anew, with its indexes and triggers as they were."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f(NAME), "rail_movement", type_="check")
        op.create_check_constraint(op.f(NAME), "rail_movement", after)
        return
    kept = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'rail_movement' AND sql IS NOT NULL")
    ).all()
    (table,) = (row.sql for row in kept if row.type == "table")
    if before not in table:
        raise RuntimeError("the check on rail_movement.kind does not read as expected")
    anew = table.replace(before, after).replace("rail_movement", "rail_movement_anew", 1)
    connection.exec_driver_sql(anew)
    connection.exec_driver_sql("INSERT INTO rail_movement_anew SELECT * FROM rail_movement")
    connection.exec_driver_sql("DROP TABLE rail_movement")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")  # what points at rail_movement goes on pointing at that name
    connection.exec_driver_sql("ALTER TABLE rail_movement_anew RENAME TO rail_movement")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
    for row in kept:
        if row.type != "table":
            connection.exec_driver_sql(row.sql)
