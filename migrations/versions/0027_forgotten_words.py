"""The record of an export stays final, but for its free words: they give way to a dash when somebody is forgotten."""

from alembic import op

revision = "forgotten_words"
down_revision = "exports"
branch_labels = None
depends_on = None

FINAL = "talent: the record of an export is final"
KEPT = ("id", "public_id", "organisation_id", "by_id", "purpose", "many", "at")
FORGETS = " AND ".join([*(f"NEW.{name} = OLD.{name}" for name in KEPT), "NEW.words = '—'", "NEW.source = '—'"])


def upgrade() -> None:
    _only(FORGETS)


def downgrade() -> None:
    _only(None)


def _only(forgets: str | None) -> None:
    """Refuse every change of a record; with `forgets`, save those for which it holds."""
    if op.get_bind().dialect.name == "postgresql":
        let = f"IF TG_OP = 'UPDATE' THEN IF {forgets} THEN RETURN NEW; END IF; END IF;" if forgets else ""
        op.execute(
            "CREATE OR REPLACE FUNCTION pool_export_is_final() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN {let} RAISE EXCEPTION '{FINAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        return
    when = f" WHEN NOT ({forgets})" if forgets else ""
    op.execute("DROP TRIGGER pool_export_no_update")
    op.execute(
        f"CREATE TRIGGER pool_export_no_update BEFORE UPDATE ON pool_export{when} BEGIN SELECT RAISE(ABORT, '{FINAL}'); END"
    )
