"""The pool: whatever changes who may be found in it leaves a row, in the same transaction.

Processes keep the pool as sets of places and read anew what has changed since they last
looked. So the database itself tells, not whoever writes: a console and a future operation
cannot forget it. On PostgreSQL a row bears the number of its transaction, because rows may
be committed in another order than their ids were drawn.
"""

import sqlalchemy as sa
from alembic import op

revision = "pool"
down_revision = "rounds"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# (name, table, acts, where the profile's id comes from)
OF_PERSON = "SELECT id FROM profile WHERE person_id = {row}.person_id"
TRIGGERS = (
    ("profile_insert", "profile", "INSERT", "SELECT {row}.id AS id"),
    ("profile_update", "profile", "UPDATE OF person_id, visibility, confirmed_at, city, remote, weekly_hours, forms", "SELECT {row}.id AS id"),
    ("profile_delete", "profile", "DELETE", "SELECT {row}.id AS id"),
    ("proven_insert", "proven_skill", "INSERT", "SELECT {row}.profile_id AS id"),
    ("proven_update", "proven_skill", "UPDATE", "SELECT {row}.profile_id AS id"),
    ("proven_delete", "proven_skill", "DELETE", "SELECT {row}.profile_id AS id"),
    ("block_insert", "block", "INSERT", OF_PERSON),
    ("block_update", "block", "UPDATE", OF_PERSON),
    ("block_delete", "block", "DELETE", OF_PERSON),
    ("credential_update", "credential", "UPDATE OF revoked_at", OF_PERSON),
)  # fmt: skip

TOLD_SQLITE = "INSERT INTO pool_change (profile_id, number) SELECT id, (SELECT coalesce(max(number), 0) + 1 FROM pool_change) FROM ({found})"
TOLD_POSTGRESQL = (
    "INSERT INTO pool_change (profile_id, number) SELECT told.id, told.number"
    " FROM (SELECT found.id, pg_current_xact_id()::text::bigint AS number FROM ({found}) AS found) AS told"
    " WHERE NOT EXISTS (SELECT 1 FROM pool_change"
    " WHERE pool_change.number = told.number AND pool_change.profile_id = told.id)"
)


def upgrade() -> None:
    op.create_table(
        "pool_change",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("profile_id", BIG, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_change")),
    )
    op.create_index("ix_pool_change_number", "pool_change", ["number", "profile_id"])
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, table, act, found in TRIGGERS:
        row = "OLD" if act == "DELETE" else "NEW"
        source = (
            found.format(row=row)
            .replace(f"SELECT {row}.profile_id AS id", f"SELECT {row}.profile_id AS id")
            .replace(f"SELECT {row}.id AS id", f"SELECT {row}.id AS id")
        )
        if postgres:
            told = TOLD_POSTGRESQL.format(found=source)
            op.execute(f"CREATE FUNCTION pool_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {told}; RETURN NULL; END $$")
            op.execute(f"CREATE TRIGGER pool_{name} AFTER {act} ON {table} FOR EACH ROW EXECUTE FUNCTION pool_{name}()")
        else:
            op.execute(f"CREATE TRIGGER pool_{name} AFTER {act} ON {table} BEGIN {TOLD_SQLITE.format(found=source)}; END")


def downgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, table, _act, _found in TRIGGERS:
        op.execute(f"DROP TRIGGER pool_{name}" + (f" ON {table}" if postgres else ""))
        if postgres:
            op.execute(f"DROP FUNCTION pool_{name}()")
    op.drop_table("pool_change")
