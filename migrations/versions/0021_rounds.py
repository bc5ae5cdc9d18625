"""Matching rounds: timetable and seats, sealed lists, runs, results."""

import sqlalchemy as sa
from alembic import op

revision = "rounds"
down_revision = "prices"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "matching_round",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("audit_days", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("made_by_id", BIG, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lists_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ranks_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accept_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_lists_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_ranks_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_accept_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rules_hash", sa.String(length=64), nullable=False),
        sa.Column("announced", sa.JSON(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("announced_at IS NULL OR rules_hash <> ''", name=op.f("ck_matching_round_announced_with_rules")),
        sa.CheckConstraint(
            "state IN ('draft', 'announced', 'sealed', 'run', 'accepting', 'second', 'second_run', 'second_accepting', 'closed', 'cancelled')",
            name=op.f("ck_matching_round_state_known"),
        ),
        sa.CheckConstraint("audit_days BETWEEN 7 AND 180", name=op.f("ck_matching_round_audit_sane")),
        sa.CheckConstraint(
            "lists_until_at < ranks_until_at AND ranks_until_at < accept_until_at AND accept_until_at < second_lists_until_at AND second_lists_until_at < second_ranks_until_at AND second_ranks_until_at < second_accept_until_at",
            name=op.f("ck_matching_round_times_in_order"),
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_matching_round_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_round")),
        sa.UniqueConstraint("public_id", name=op.f("uq_matching_round_public_id")),
    )
    op.create_table(
        "matching_entry",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("round_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_matching_entry_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["matching_round.id"], name=op.f("fk_matching_entry_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_entry")),
        sa.UniqueConstraint("public_id", name=op.f("uq_matching_entry_public_id")),
        sa.UniqueConstraint("round_id", "person_id", name="uq_matching_entry_once"),
    )
    op.create_index(op.f("ix_matching_entry_person_id"), "matching_entry", ["person_id"], unique=False)
    op.create_table(
        "matching_run",
        sa.Column("round_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("number_sealed", sa.Text(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("seals_root", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("certificates_root", sa.String(length=64), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("learners", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.CheckConstraint("n IN (1, 2)", name=op.f("ck_matching_run_first_or_second")),
        sa.ForeignKeyConstraint(["round_id"], ["matching_round.id"], name=op.f("fk_matching_run_round_id")),
        sa.PrimaryKeyConstraint("round_id", "n", name=op.f("pk_matching_run")),
    )
    op.create_table(
        "matching_seat",
        sa.Column("round_id", BIG, nullable=False),
        sa.Column("opening_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("entered_by_id", BIG, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("places BETWEEN 1 AND 100", name=op.f("ck_matching_seat_places_sane")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name=op.f("fk_matching_seat_entered_by_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_matching_seat_opening_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_matching_seat_organisation_id")),
        sa.ForeignKeyConstraint(["round_id"], ["matching_round.id"], name=op.f("fk_matching_seat_round_id")),
        sa.PrimaryKeyConstraint("round_id", "opening_id", name=op.f("pk_matching_seat")),
    )
    op.create_index(op.f("ix_matching_seat_opening_id"), "matching_seat", ["opening_id"], unique=False)
    op.create_index(op.f("ix_matching_seat_organisation_id"), "matching_seat", ["organisation_id"], unique=False)
    op.create_table(
        "matching_asked",
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("opening_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["matching_entry.id"], name=op.f("fk_matching_asked_entry_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_matching_asked_opening_id")),
        sa.PrimaryKeyConstraint("entry_id", "n", "opening_id", name=op.f("pk_matching_asked")),
    )
    op.create_index(op.f("ix_matching_asked_opening_id"), "matching_asked", ["opening_id"], unique=False)
    op.create_table(
        "matching_list",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("round_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("entry_id", BIG, nullable=True),
        sa.Column("opening_id", BIG, nullable=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(entry_id IS NULL) <> (opening_id IS NULL)", name=op.f("ck_matching_list_one_writer")),
        sa.CheckConstraint("n IN (1, 2)", name=op.f("ck_matching_list_first_or_second")),
        sa.ForeignKeyConstraint(["entry_id"], ["matching_entry.id"], name=op.f("fk_matching_list_entry_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_matching_list_opening_id")),
        sa.ForeignKeyConstraint(["round_id"], ["matching_round.id"], name=op.f("fk_matching_list_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_list")),
        sa.UniqueConstraint("round_id", "n", "entry_id", name="uq_matching_list_entry"),
        sa.UniqueConstraint("round_id", "n", "opening_id", name="uq_matching_list_opening"),
    )
    op.create_table(
        "matching_result",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("round_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("opening_id", BIG, nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("certificate", sa.JSON(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("application_id", BIG, nullable=True),
        sa.CheckConstraint("opening_id IS NULL OR state <> 'unmatched'", name=op.f("ck_matching_result_no_seat_when_unmatched")),
        sa.CheckConstraint(
            "state IN ('offered', 'unmatched', 'accepted', 'declined', 'lapsed')", name=op.f("ck_matching_result_state_known")
        ),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_matching_result_application_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["matching_entry.id"], name=op.f("fk_matching_result_entry_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_matching_result_opening_id")),
        sa.ForeignKeyConstraint(["round_id"], ["matching_round.id"], name=op.f("fk_matching_result_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_result")),
        sa.UniqueConstraint("entry_id", "n", name="uq_matching_result_once"),
    )
    op.create_index(op.f("ix_matching_result_opening_id"), "matching_result", ["opening_id"], unique=False)
    op.create_index("ix_matching_result_round", "matching_result", ["round_id", "n", "state"], unique=False)


def downgrade() -> None:
    op.drop_table("matching_result")
    op.drop_table("matching_list")
    op.drop_table("matching_asked")
    op.drop_table("matching_seat")
    op.drop_table("matching_run")
    op.drop_table("matching_entry")
    op.drop_table("matching_round")
