"""Terms that know their last day: a course is never under two of them at once, also where both have an end.

The index on open ends held that as long as terms had none from the start. What never began, since it ends when it
begins, is in nobody's way.
"""

from alembic import op

revision = "last_days"
down_revision = "mismatch_owners"
branch_labels = None
depends_on = None

OVERLAPS = (
    "SELECT RAISE(ABORT, 'contracts: terms_course overlaps') WHERE (NEW.ended_at IS NULL OR NEW.ended_at > NEW.effective_from) "
    "AND EXISTS (SELECT 1 FROM terms_course AS other WHERE other.course_id = NEW.course_id AND other.terms_id <> NEW.terms_id "
    "AND (other.ended_at IS NULL OR (other.ended_at > NEW.effective_from AND other.ended_at > other.effective_from)) "
    "AND (NEW.ended_at IS NULL OR other.effective_from < NEW.ended_at));"
)
ON_SQLITE = {
    "terms_course_insert_follows": "BEFORE INSERT ON terms_course",
    "terms_course_update_follows": "BEFORE UPDATE OF course_id, effective_from, ended_at ON terms_course",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, when in ON_SQLITE.items():
            op.execute(f"CREATE TRIGGER {name} {when} BEGIN {OVERLAPS} END")
    else:
        op.execute(
            "ALTER TABLE terms_course ADD CONSTRAINT terms_course_follow EXCLUDE USING gist "
            "(int8range(course_id, course_id, '[]') WITH &&, tstzrange(effective_from, ended_at) WITH &&)"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ON_SQLITE:
            op.execute(f"DROP TRIGGER {name}")
    else:
        op.execute("ALTER TABLE terms_course DROP CONSTRAINT terms_course_follow")
