"""What the alliance publishes: append-only."""

import sqlalchemy as sa
from alembic import op

revision = "alliance"
down_revision = "privacy"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "publication",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('roster')", name=op.f("ck_publication_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("public_id", name=op.f("uq_publication_public_id")),
    )
    op.create_index("uq_publication_key", "publication", ["kind", "key"], unique=True)
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER publication_no_{act.lower()} BEFORE {act} ON publication "
                "BEGIN SELECT RAISE(ABORT, 'publication is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION publication_is_sealed() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'publication is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER publication_no_change BEFORE UPDATE OR DELETE ON publication "
        "FOR EACH ROW EXECUTE FUNCTION publication_is_sealed()"
    )


def downgrade() -> None:
    op.drop_table("publication")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION publication_is_sealed()")
