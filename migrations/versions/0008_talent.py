"""Talent's ground: profiles, grants, blocks, moves, the career timeline; and who owns an organisation."""

import sqlalchemy as sa
from alembic import op

revision = "talent"
down_revision = "sales"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


APPEND_ONLY = ("move", "career_fact")


def _seal(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_sealed() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_is_sealed()"
    )


def upgrade() -> None:
    # Plain ALTERs: rebuilding the table on SQLite would drop what points at it.
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    reference = "CONSTRAINT fk_organisation_parent_id REFERENCES organisation (id)"
    op.execute(f"ALTER TABLE organisation ADD COLUMN parent_id {kind} {reference}")
    op.create_index(op.f("ix_organisation_parent_id"), "organisation", ["parent_id"], unique=False)
    op.create_table(
        "block",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cause IN ('chosen', 'employer')", name=op.f("ck_block_cause_known")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_block_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_block_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
        sa.UniqueConstraint("public_id", name=op.f("uq_block_public_id")),
    )
    op.create_index(op.f("ix_block_organisation_id"), "block", ["organisation_id"], unique=False)
    op.create_index(
        "uq_block_open",
        "block",
        ["person_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "employment",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("source IN ('person', 'placement', 'engagement')", name=op.f("ck_employment_source_known")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_employment_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_employment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employment")),
    )
    op.create_index(op.f("ix_employment_organisation_id"), "employment", ["organisation_id"], unique=False)
    op.create_index(
        "uq_employment_open",
        "employment",
        ["person_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text("until_at IS NULL"),
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.create_table(
        "move",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("machine", sa.String(length=20), nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("move", sa.String(length=24), nullable=False),
        sa.Column("from_state", sa.String(length=24), nullable=False),
        sa.Column("to_state", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("organisation_id", BIG, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("ck_move_counts")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_move_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_move_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move")),
        sa.UniqueConstraint("machine", "subject_id", "n", name="uq_move_n"),
    )
    op.create_index("ix_move_at", "move", ["machine", "at"], unique=False)
    op.create_table(
        "profile",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("visibility", sa.String(length=12), nullable=False),
        sa.Column("headline", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("city", sa.String(length=60), nullable=False),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("weekly_hours", sa.Integer(), nullable=False),
        sa.Column("available_from", sa.Date(), nullable=True),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("pay_floor_minor", BIG, nullable=True),
        sa.Column("pay_floor_currency", sa.String(length=3), nullable=True),
        sa.Column("pay_floor_period", sa.String(length=8), nullable=True),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("visibility IN ('hidden', 'anonymous', 'named')", name=op.f("ck_profile_visibility_known")),
        sa.CheckConstraint(
            "(pay_floor_minor IS NULL) = (pay_floor_currency IS NULL)", name=op.f("ck_profile_floor_has_currency")
        ),
        sa.CheckConstraint("(pay_floor_minor IS NULL) = (pay_floor_period IS NULL)", name=op.f("ck_profile_floor_has_period")),
        sa.CheckConstraint("weekly_hours BETWEEN 0 AND 60", name=op.f("ck_profile_weekly_hours_sane")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_profile_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile")),
        sa.UniqueConstraint("person_id", name=op.f("uq_profile_person_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_profile_public_id")),
    )
    op.create_index("ix_profile_searchable", "profile", ["visibility", "confirmed_at"], unique=False)
    op.create_table(
        "talent_grant",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("cause_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_by_id", BIG, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "cause IN ('request', 'introduction', 'application', 'engagement')", name=op.f("ck_talent_grant_cause_known")
        ),
        sa.CheckConstraint(
            "granted_at IS NOT NULL OR state NOT IN ('granted', 'withdrawn', 'expired')",
            name=op.f("ck_talent_grant_granted_is_dated"),
        ),
        sa.CheckConstraint("purpose IN ('hiring', 'application', 'work')", name=op.f("ck_talent_grant_purpose_known")),
        sa.CheckConstraint(
            "state IN ('requested', 'granted', 'declined', 'lapsed', 'withdrawn', 'expired', 'erasure_notified', 'erasure_confirmed')",
            name=op.f("ck_talent_grant_state_known"),
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_talent_grant_asked_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_talent_grant_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_talent_grant_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talent_grant")),
        sa.UniqueConstraint("public_id", name=op.f("uq_talent_grant_public_id")),
    )
    op.create_index("ix_talent_grant_organisation", "talent_grant", ["organisation_id", "state", "until_at"], unique=False)
    op.create_index(
        "uq_talent_grant_open",
        "talent_grant",
        ["person_id", "organisation_id", "purpose", "cause", "cause_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "blackout",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("profile_id", BIG, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_blackout_in_order")),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name=op.f("fk_blackout_profile_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blackout")),
    )
    op.create_index(op.f("ix_blackout_profile_id"), "blackout", ["profile_id"], unique=False)
    op.create_table(
        "career_fact",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("true_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("organisation_id", BIG, nullable=True),
        sa.Column("course_id", BIG, nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.String(length=60), nullable=False),
        sa.Column("fact_key", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "kind IN ('enrolled', 'certified', 'shown', 'introduced', 'granted', 'applied', 'interviewed', 'offered', 'accepted', 'started', 'hours_approved', 'guarantee_passed', 'moved', 'left', 'withdrew')",
            name=op.f("ck_career_fact_kind_known"),
        ),
        sa.CheckConstraint(
            "source IN ('system', 'person', 'employer', 'both', 'contract')", name=op.f("ck_career_fact_source_known")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_career_fact_course_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_career_fact_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_career_fact_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_career_fact")),
        sa.UniqueConstraint("fact_key", name="uq_career_fact_key"),
    )
    op.create_index("ix_career_fact_kind", "career_fact", ["kind", "true_at"], unique=False)
    op.create_index("ix_career_fact_person", "career_fact", ["person_id", "true_at"], unique=False)
    op.create_table(
        "claimed_skill",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("profile_id", BIG, nullable=False),
        sa.Column("words", sa.String(length=60), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name=op.f("fk_claimed_skill_profile_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claimed_skill")),
        sa.UniqueConstraint("profile_id", "words", name="uq_claimed_skill_words"),
    )
    op.create_table(
        "portfolio_item",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("profile_id", BIG, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('reviewed', 'own')", name=op.f("ck_portfolio_item_kind_known")),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name=op.f("fk_portfolio_item_profile_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_item")),
        sa.UniqueConstraint("public_id", name=op.f("uq_portfolio_item_public_id")),
    )
    op.create_index(op.f("ix_portfolio_item_profile_id"), "portfolio_item", ["profile_id"], unique=False)
    op.create_table(
        "proven_skill",
        sa.Column("profile_id", BIG, nullable=False),
        sa.Column("skill_id", BIG, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("credential_id", BIG, nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_proven_skill_level")),
        sa.ForeignKeyConstraint(["credential_id"], ["credential.id"], name=op.f("fk_proven_skill_credential_id")),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name=op.f("fk_proven_skill_profile_id")),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_proven_skill_skill_id")),
        sa.PrimaryKeyConstraint("profile_id", "skill_id", name=op.f("pk_proven_skill")),
    )
    op.create_index("ix_proven_skill_search", "proven_skill", ["skill_id", "level", "profile_id"], unique=False)

    for table in APPEND_ONLY:
        _seal(table)


def downgrade() -> None:
    op.drop_table("proven_skill")
    op.drop_table("portfolio_item")
    op.drop_table("claimed_skill")
    op.drop_table("career_fact")
    op.drop_table("blackout")
    op.drop_table("talent_grant")
    op.drop_table("profile")
    op.drop_table("move")
    op.drop_table("employment")
    op.drop_table("block")
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_is_sealed()")
    op.drop_index(op.f("ix_organisation_parent_id"), table_name="organisation")
    op.execute("ALTER TABLE organisation DROP COLUMN parent_id")
