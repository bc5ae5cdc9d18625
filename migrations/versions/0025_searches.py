"""Saved searches over the pool, and whom their letters have told of."""

import sqlalchemy as sa
from alembic import op

revision = "searches"
down_revision = "shortlists"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("alert", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("alert IN ('off', 'daily', 'weekly')", name=op.f("ck_saved_search_alert_known")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_saved_search_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_search_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_search_public_id")),
    )
    op.create_index("ix_saved_search_due", "saved_search", ["alert", "told_at"], unique=False)
    op.create_index(op.f("ix_saved_search_person_id"), "saved_search", ["person_id"], unique=False)
    op.create_table(
        "saved_search_known",
        sa.Column("search_id", BIG, nullable=False),
        sa.Column("profile_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name=op.f("fk_saved_search_known_profile_id")),
        sa.ForeignKeyConstraint(["search_id"], ["saved_search.id"], name=op.f("fk_saved_search_known_search_id")),
        sa.PrimaryKeyConstraint("search_id", "profile_id", name=op.f("pk_saved_search_known")),
    )
    op.create_index(op.f("ix_saved_search_known_profile_id"), "saved_search_known", ["profile_id"], unique=False)


def downgrade() -> None:
    op.drop_table("saved_search_known")
    op.drop_table("saved_search")
