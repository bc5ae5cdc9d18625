"""Privacy: exports and wishes to be forgotten; and a reason may be emptied, the one change that moves allow."""

import sqlalchemy as sa
from alembic import op

revision = "privacy"
down_revision = "pay_pages"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

KEPT = ("id", "machine", "subject_id", "n", "move", "from_state", "to_state", "at", "person_id", "organisation_id")


def _seal_moves(*, but_reasons: bool) -> None:
    """Moves are only ever added; with `but_reasons` one that a person gave may be emptied, when they are forgotten."""
    if op.get_bind().dialect.name == "sqlite":
        same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)
        unless = f" WHEN NOT (NEW.reason = '' AND {same})" if but_reasons else ""
        op.execute("DROP TRIGGER move_no_update")
        op.execute(
            f"CREATE TRIGGER move_no_update BEFORE UPDATE ON move{unless} BEGIN SELECT RAISE(ABORT, 'move is append-only'); END"
        )
        return
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in KEPT)
    allowed = f"IF TG_OP = 'UPDATE' AND NEW.reason = '' AND {same} THEN RETURN NEW; END IF; " if but_reasons else ""
    op.execute(
        "CREATE OR REPLACE FUNCTION move_is_sealed() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {allowed}RAISE EXCEPTION 'move is append-only'; END $$"
    )


def upgrade() -> None:
    _seal_moves(but_reasons=True)
    op.create_table(
        "data_export",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("storage_key", sa.String(length=80), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(ready_at IS NULL) = (storage_key IS NULL) OR dropped_at IS NOT NULL", name=op.f("ck_data_export_ready_has_a_file")
        ),
        sa.CheckConstraint("done BETWEEN 0 AND total", name=op.f("ck_data_export_progress_in_range")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_data_export_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_export")),
        sa.UniqueConstraint("public_id", name=op.f("uq_data_export_public_id")),
    )
    op.create_index(
        "uq_data_export_running",
        "data_export",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("ready_at IS NULL AND dropped_at IS NULL"),
        postgresql_where=sa.text("ready_at IS NULL AND dropped_at IS NULL"),
    )
    op.create_table(
        "erasure_wish",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("undone_at IS NULL OR done_at IS NULL", name=op.f("ck_erasure_wish_one_end")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_erasure_wish_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_wish")),
        sa.UniqueConstraint("public_id", name=op.f("uq_erasure_wish_public_id")),
    )
    op.create_index(
        "uq_erasure_wish_open",
        "erasure_wish",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL AND done_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL AND done_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("erasure_wish")
    op.drop_table("data_export")
    _seal_moves(but_reasons=False)
