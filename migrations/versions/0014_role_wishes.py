"""Role wishes: a role of power in the house waits for a second person."""

import sqlalchemy as sa
from alembic import op

revision = "role_wishes"
down_revision = "hiring"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("answered_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "role_wish",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("asked_by_id", BIG, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (verdict IS NULL) AND (answered_at IS NULL) = (answered_by_id IS NULL)",
            name=op.f("ck_role_wish_answer_is_whole"),
        ),
        sa.CheckConstraint(
            "role IN ('owner', 'staff_catalogue', 'staff_finance', 'staff_support')", name=op.f("ck_role_wish_role")
        ),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict = 'declined' OR (answered_by_id <> asked_by_id AND answered_by_id <> person_id)",
            name=op.f("ck_role_wish_two_persons"),
        ),
        sa.CheckConstraint("verdict IN ('confirmed', 'declined')", name=op.f("ck_role_wish_verdict")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_role_wish_answered_by_id_person")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_role_wish_asked_by_id_person")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_role_wish_organisation_id_organisation")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_wish_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_wish")),
        sa.UniqueConstraint("public_id", name=op.f("uq_role_wish_public_id")),
    )
    op.create_index(op.f("ix_role_wish_organisation_id"), "role_wish", ["organisation_id"])
    op.create_index(
        "uq_role_wish_open", "role_wish", ["person_id", "organisation_id", "role"],
        unique=True, sqlite_where=OPEN, postgresql_where=OPEN,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("role_wish")
