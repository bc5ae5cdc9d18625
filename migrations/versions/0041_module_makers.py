"""Who made what is new in each module of a release; sealed with it."""

import sqlalchemy as sa
from alembic import op

revision = "module_makers"
down_revision = "disputes"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "module_maker",
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("lesson_key", sa.String(length=120), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_module_maker_organisation_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_module_maker_release_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("release_id", "lesson_key", name=op.f("pk_module_maker")),
    )
    op.create_index(op.f("ix_module_maker_organisation_id"), "module_maker", ["organisation_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
            op.execute(
                f"CREATE TRIGGER module_maker_{verb.lower()}_frozen BEFORE {verb} ON module_maker "
                f"WHEN (SELECT frozen_at FROM release WHERE id = {row}.release_id) IS NOT NULL "
                "BEGIN SELECT RAISE(ABORT, 'the release is frozen'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER module_maker_frozen BEFORE INSERT OR DELETE OR UPDATE ON module_maker "
        "FOR EACH ROW EXECUTE FUNCTION catalog_refuse_if_frozen()"
    )


def downgrade() -> None:
    op.drop_table("module_maker")
