"""Chain the audit lines, those that are there first."""

import hashlib
import secrets
from datetime import UTC

import rfc8785
import sqlalchemy as sa
from alembic import op

revision = "audit_chain"
down_revision = "attribution"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SAID = ("act", "person_id", "by_id", "organisation_id", "facts")
LINES = sa.table(
    "people_audit", sa.column("id", BIG), sa.column("act", sa.String), sa.column("person_id", BIG), sa.column("by_id", BIG),
    sa.column("organisation_id", BIG), sa.column("facts", sa.JSON), sa.column("at", sa.DateTime(timezone=True)),
    sa.column("salt", sa.String), sa.column("digest", sa.String), sa.column("hash", sa.String),
)  # fmt: skip
HEAD = sa.table("audit_head", sa.column("id", sa.Integer), sa.column("height", BIG), sa.column("hash", sa.String))


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("height", BIG, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    with op.batch_alter_table("people_audit") as batch:
        batch.add_column(sa.Column("salt", sa.String(length=32), nullable=True))
        batch.add_column(sa.Column("digest", sa.String(length=64), nullable=False, server_default=""))
        batch.add_column(sa.Column("hash", sa.String(length=64), nullable=False, server_default=""))
    _chain(op.get_bind())
    with op.batch_alter_table("people_audit") as batch:
        batch.alter_column("digest", server_default=None)
        batch.alter_column("hash", server_default=None)


def _chain(connection: sa.Connection) -> None:
    last, height = hashlib.sha256(b"audit lines/1").hexdigest(), 0
    for row in connection.execute(sa.select(LINES).order_by(LINES.c.id)).all():
        salt = secrets.token_hex(16)
        digest = hashlib.sha256(rfc8785.dumps({"salt": salt} | {name: row._mapping[name] for name in SAID})).hexdigest()
        at = row.at.replace(tzinfo=UTC) if row.at.tzinfo is None else row.at.astimezone(UTC)
        height = row.id
        last = hashlib.sha256(f"{last} {height} {at.isoformat(timespec='microseconds')} {digest}".encode()).hexdigest()
        connection.execute(sa.update(LINES).where(LINES.c.id == row.id).values(salt=salt, digest=digest, hash=last))
    if height:
        connection.execute(sa.insert(HEAD).values(id=1, height=height, hash=last))


def downgrade() -> None:
    op.drop_table("audit_head")
    with op.batch_alter_table("people_audit") as batch:
        batch.drop_column("hash")
        batch.drop_column("digest")
        batch.drop_column("salt")
