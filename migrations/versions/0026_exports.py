"""Files taken out of the pool, and who stood in them; a record of a file is never changed."""

import sqlalchemy as sa
from alembic import op

revision = "exports"
down_revision = "searches"
branch_labels = None
depends_on = None

FINAL = "talent: the record of an export is final"
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pool_export",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("many", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("purpose IN ('choose', 'meeting', 'report')", name=op.f("ck_pool_export_purpose_known")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_pool_export_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_pool_export_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_export")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pool_export_public_id")),
    )
    op.create_index("ix_pool_export_organisation", "pool_export", ["organisation_id", "at"], unique=False)
    op.create_index("ix_pool_export_seat", "pool_export", ["by_id", "at"], unique=False)
    op.create_table(
        "pool_export_person",
        sa.Column("export_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["pool_export.id"], name=op.f("fk_pool_export_person_export_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pool_export_person_person_id")),
        sa.PrimaryKeyConstraint("export_id", "person_id", name=op.f("pk_pool_export_person")),
    )
    op.create_index(op.f("ix_pool_export_person_person_id"), "pool_export_person", ["person_id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION pool_export_is_final() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN RAISE EXCEPTION '{FINAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER pool_export_final BEFORE UPDATE OR DELETE ON pool_export"
            " FOR EACH ROW EXECUTE FUNCTION pool_export_is_final()"
        )
    else:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER pool_export_no_{act.lower()} BEFORE {act} ON pool_export BEGIN SELECT RAISE(ABORT, '{FINAL}'); END"
            )


def downgrade() -> None:
    op.drop_table("pool_export_person")
    op.drop_index("ix_pool_export_organisation", table_name="pool_export")
    op.drop_table("pool_export")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION pool_export_is_final()")
