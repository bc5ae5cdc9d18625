"""Shortlists: named lists of people from the pool, and notes on them."""

import sqlalchemy as sa
from alembic import op

revision = "shortlists"
down_revision = "charges"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "shortlist",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("made_by_id", BIG, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_shortlist_made_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_shortlist_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortlist")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shortlist_public_id")),
    )
    op.create_index(op.f("ix_shortlist_organisation_id"), "shortlist", ["organisation_id"], unique=False)
    op.create_table(
        "shortlist_entry",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("shortlist_id", BIG, nullable=False),
        sa.Column("profile_id", BIG, nullable=False),
        sa.Column("added_by_id", BIG, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_shortlist_entry_added_by_id")),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name=op.f("fk_shortlist_entry_profile_id")),
        sa.ForeignKeyConstraint(["shortlist_id"], ["shortlist.id"], name=op.f("fk_shortlist_entry_shortlist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortlist_entry")),
        sa.UniqueConstraint("public_id", name=op.f("uq_shortlist_entry_public_id")),
    )
    op.create_index(op.f("ix_shortlist_entry_profile_id"), "shortlist_entry", ["profile_id"], unique=False)
    op.create_index(op.f("ix_shortlist_entry_shortlist_id"), "shortlist_entry", ["shortlist_id"], unique=False)
    op.create_index(
        "uq_shortlist_entry_open",
        "shortlist_entry",
        ["shortlist_id", "profile_id"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "shortlist_note",
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("scope IN ('me', 'organisation')", name=op.f("ck_shortlist_note_scope_known")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_shortlist_note_by_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["shortlist_entry.id"], name=op.f("fk_shortlist_note_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "by_id", name=op.f("pk_shortlist_note")),
    )


def downgrade() -> None:
    op.drop_table("shortlist_note")
    op.drop_table("shortlist_entry")
    op.drop_table("shortlist")
