"""Payouts: runs, payouts and what happened to them, the bank's answers; append-only."""

import sqlalchemy as sa
from alembic import op

revision = "payouts"
down_revision = "hours"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

FINAL = (
    "payout_hold_end", "payout_run", "payout_run_decision", "payout", "payout_offset", "payout_withheld", "payout_step",
    "payout_file_download", "payout_answer", "payout_answer_line", "payout_explanation",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "payout_answer",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_payout_answer_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_answer")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payout_answer_public_id")),
        sa.UniqueConstraint("sha256", name=op.f("uq_payout_answer_sha256")),
    )
    op.create_table(
        "payout_run",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=False),
        sa.Column("account", sa.JSON(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prepared_by_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["person.id"], name=op.f("fk_payout_run_prepared_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_run")),
        sa.UniqueConstraint("id", "prepared_by_id", name="payout_run_with_who_prepared_it"),
        sa.UniqueConstraint("public_id", name=op.f("uq_payout_run_public_id")),
    )
    op.create_table(
        "payout",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("run_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("payee_record_id", BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("ready_minor", BIG, nullable=False),
        sa.Column("offset_minor", BIG, nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.CheckConstraint("amount_minor > 0 AND offset_minor >= 0", name=op.f("ck_payout_pays_something")),
        sa.CheckConstraint("ready_minor = amount_minor + offset_minor", name=op.f("ck_payout_adds_up")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_payout_organisation_id")),
        sa.ForeignKeyConstraint(["payee_record_id"], ["payee_record.id"], name=op.f("fk_payout_payee_record_id")),
        sa.ForeignKeyConstraint(["run_id"], ["payout_run.id"], name=op.f("fk_payout_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payout_public_id")),
        sa.UniqueConstraint("run_id", "organisation_id", name="payout_once_in_a_run"),
    )
    op.create_index("payout_by_organisation", "payout", ["organisation_id", "id"], unique=False)
    op.create_table(
        "payout_file_download",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("run_id", BIG, nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_payout_file_download_by_id")),
        sa.ForeignKeyConstraint(["run_id"], ["payout_run.id"], name=op.f("fk_payout_file_download_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_file_download")),
    )
    op.create_index(op.f("ix_payout_file_download_run_id"), "payout_file_download", ["run_id"], unique=False)
    op.create_table(
        "payout_run_decision",
        sa.Column("run_id", BIG, autoincrement=False, nullable=False),
        sa.Column("prepared_by_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind <> 'confirmed' OR by_id <> prepared_by_id", name=op.f("ck_payout_run_decision_confirmed_by_another")
        ),
        sa.CheckConstraint("kind IN ('confirmed', 'taken_back')", name=op.f("ck_payout_run_decision_kind_known")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_payout_run_decision_by_id")),
        sa.ForeignKeyConstraint(
            ["run_id", "prepared_by_id"], ["payout_run.id", "payout_run.prepared_by_id"], name="payout_run_decision_run_fkey"
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_payout_run_decision")),
    )
    op.create_table(
        "payout_withheld",
        sa.Column("run_id", BIG, autoincrement=False, nullable=False),
        sa.Column("organisation_id", BIG, autoincrement=False, nullable=False),
        sa.Column("ready_minor", BIG, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="payout_withheld_organisation_fkey"),
        sa.ForeignKeyConstraint(["run_id"], ["payout_run.id"], name="payout_withheld_run_fkey"),
        sa.PrimaryKeyConstraint("run_id", "organisation_id", name=op.f("pk_payout_withheld")),
    )
    op.create_index("payout_withheld_by_organisation", "payout_withheld", ["organisation_id", "run_id"], unique=False)
    op.create_table(
        "payout_answer_line",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("answer_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("amount_minor", BIG, nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("bank_reference", sa.String(length=60), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("payout_id", BIG, nullable=True),
        sa.Column("result", sa.String(length=10), nullable=False),
        sa.CheckConstraint("outcome IN ('paid', 'bounced')", name=op.f("ck_payout_answer_line_outcome_known")),
        sa.CheckConstraint(
            "result IN ('booked', 'known', 'unknown', 'differs')", name=op.f("ck_payout_answer_line_result_known")
        ),
        sa.ForeignKeyConstraint(["answer_id"], ["payout_answer.id"], name=op.f("fk_payout_answer_line_answer_id")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_answer_line_payout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_answer_line")),
        sa.UniqueConstraint("answer_id", "n", name="payout_answer_line_numbered"),
    )
    op.create_index("payout_answer_line_by_payout", "payout_answer_line", ["payout_id"], unique=False)
    op.create_table(
        "payout_hold_end",
        sa.Column("event_id", BIG, autoincrement=False, nullable=False),
        sa.Column("journal_id", BIG, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["money_event.id"], name="payout_hold_end_event_fkey"),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name="payout_hold_end_journal_fkey"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_payout_hold_end")),
    )
    op.create_table(
        "payout_offset",
        sa.Column("payout_id", BIG, autoincrement=False, nullable=False),
        sa.Column("journal_id", BIG, autoincrement=False, nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payout_offset_sets_something_off")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name="payout_offset_journal_fkey"),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name="payout_offset_payout_fkey"),
        sa.PrimaryKeyConstraint("payout_id", "journal_id", name=op.f("pk_payout_offset")),
    )
    op.create_index("payout_offset_by_journal", "payout_offset", ["journal_id"], unique=False)
    op.create_table(
        "payout_step",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("payout_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("journal_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('ordered', 'paid', 'bounced', 'returned')", name=op.f("ck_payout_step_kind_known")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_payout_step_journal_id")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_step_payout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_step")),
        sa.UniqueConstraint("payout_id", "kind", name="payout_step_once"),
    )
    op.create_index(
        "payout_step_one_end",
        "payout_step",
        ["payout_id"],
        unique=True,
        sqlite_where=sa.text("kind IN ('paid', 'bounced')"),
        postgresql_where=sa.text("kind IN ('paid', 'bounced')"),
    )
    op.create_table(
        "payout_explanation",
        sa.Column("line_id", BIG, autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_payout_explanation_by_id")),
        sa.ForeignKeyConstraint(["line_id"], ["payout_answer_line.id"], name="payout_explanation_line_fkey"),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_payout_explanation")),
    )

    if op.get_bind().dialect.name == "sqlite":
        for table in FINAL:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION payouts_are_final() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in FINAL:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION payouts_are_final()"
        )


def downgrade() -> None:
    op.drop_table("payout_explanation")
    op.drop_table("payout_step")
    op.drop_table("payout_offset")
    op.drop_table("payout_hold_end")
    op.drop_table("payout_answer_line")
    op.drop_index("payout_withheld_by_organisation", table_name="payout_withheld")
    op.drop_table("payout_withheld")
    op.drop_table("payout_run_decision")
    op.drop_table("payout_file_download")
    op.drop_index("payout_by_organisation", table_name="payout")
    op.drop_table("payout")
    op.drop_table("payout_run")
    op.drop_table("payout_answer")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION payouts_are_final()")
