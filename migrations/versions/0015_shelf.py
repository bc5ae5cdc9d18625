"""The shelf: whatever changes it lets the catalogue's revision grow, in the same transaction.

Processes keep what filters ask of the courses on the shelf for as long as the revision is
the same. So the database itself counts, not whoever writes: a console, a script and a
future operation cannot forget it.
"""

from alembic import op

revision = "shelf"
down_revision = "role_wishes"
branch_labels = None
depends_on = None

GROW = "INSERT INTO catalogue_revision (id, number) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET number = catalogue_revision.number + 1"

# (name, table, act, what must be so of a row). The skills of a release are sealed before it can be listed.
TRIGGERS = (
    ("release_listed", "release", "INSERT", "NEW.state = 'listed'"),
    ("release_changed", "release", "UPDATE", "OLD.state = 'listed' OR NEW.state = 'listed'"),
    ("release_gone", "release", "DELETE", "OLD.state = 'listed'"),
    ("course_moved", "course", "UPDATE OF organisation_id", ""),
    ("seller_renamed", "organisation", "UPDATE OF slug, is_house", ""),
    *(
        (f"{table}_{act.lower()}", table, act, "")
        for table in ("listing", "offering", "skill")
        for act in ("INSERT", "UPDATE", "DELETE")
    ),
)


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute(
            f"CREATE FUNCTION shelf_has_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {GROW}; RETURN NULL; END $$"
        )
    for name, table, act, condition in TRIGGERS:
        when = f" WHEN ({condition})" if condition else ""
        body = "EXECUTE FUNCTION shelf_has_changed()" if postgres else f"BEGIN {GROW}; END"
        op.execute(f"CREATE TRIGGER shelf_{name} AFTER {act} ON {table} FOR EACH ROW{when} {body}")


def downgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, table, _act, _condition in TRIGGERS:
        op.execute(f"DROP TRIGGER shelf_{name}" + (f" ON {table}" if postgres else ""))
    if postgres:
        op.execute("DROP FUNCTION shelf_has_changed()")
