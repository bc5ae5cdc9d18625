"""The catalogue: courses, releases and their content, reviews, skills, and the search index.

The content of a frozen release is guarded by triggers: whoever holds the database
handle cannot change a word of what people enrolled in. HTML may be rendered anew
(it follows from the source, which the hash covers).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "catalog"
down_revision = "ledger"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

GUARDED = {
    "release_text": "release_id, locale, title, summary, outcomes",
    "phase": "release_id, position, key",
    "phase_text": "release_id, phase_id, locale, title",
    "lesson": "release_id, phase_id, position, key, minutes, is_preview",
    "lesson_text": "release_id, lesson_id, locale, title, summary",
    "step": "release_id, lesson_id, position, key, kind, definition, acceptance",
    "step_text": "release_id, step_id, locale, title, page, source, texts",
    "asset": "release_id, path, storage_key, sha256, media_type, bytes",
    "release_skill": "release_id, skill_id, level",
}
SEALED = "course_id, number, version, level, languages, licence, teachers, links, manifest, content_hash, frozen_at"


def upgrade() -> None:
    create_tables()
    create_search()
    if op.get_bind().dialect.name == "sqlite":
        guard_on_sqlite()
    else:
        guard_on_postgresql()


def downgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    if not postgres:
        op.execute("DROP TABLE search_fts")
    op.drop_table("search_entry")
    op.drop_table("step_text")
    op.drop_table("step_edit")
    op.drop_table("step")
    op.drop_table("lesson_text")
    op.drop_table("review_remark")
    op.drop_table("phase_text")
    op.drop_table("lesson")
    op.drop_table("release_text")
    op.drop_table("release_skill")
    op.drop_table("release_review")
    op.drop_table("release_event")
    op.drop_table("phase")
    op.drop_table("course_import")
    op.drop_table("asset")
    op.drop_table("release")
    op.drop_table("course")
    op.drop_table("skill")
    op.drop_table("catalogue_revision")
    if postgres:
        op.execute("DROP FUNCTION catalog_refuse_if_frozen() CASCADE")
        op.execute("DROP FUNCTION catalog_refuse_if_sealed() CASCADE")


def guard_on_sqlite() -> None:
    for table, columns in GUARDED.items():
        for verb, row in (("INSERT", "NEW"), (f"UPDATE OF {columns}", "OLD"), ("DELETE", "OLD")):
            name = f"{table}_{verb.split()[0].lower()}_frozen"
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
                f"WHEN (SELECT frozen_at FROM release WHERE id = {row}.release_id) IS NOT NULL "
                "BEGIN SELECT RAISE(ABORT, 'the release is frozen'); END"
            )
    op.execute(
        f"CREATE TRIGGER release_update_sealed BEFORE UPDATE OF {SEALED} ON release WHEN OLD.frozen_at IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'the release is frozen'); END"
    )
    op.execute(
        "CREATE TRIGGER release_delete_sealed BEFORE DELETE ON release WHEN OLD.frozen_at IS NOT NULL "
        "BEGIN SELECT RAISE(ABORT, 'the release is frozen'); END"
    )


def guard_on_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION catalog_refuse_if_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE about bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.release_id ELSE OLD.release_id END;
        BEGIN
          IF (SELECT frozen_at FROM release WHERE id = about) IS NOT NULL THEN
            RAISE EXCEPTION 'the release is frozen' USING ERRCODE = 'integrity_constraint_violation';
          END IF;
          RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION catalog_refuse_if_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF OLD.frozen_at IS NOT NULL THEN
            RAISE EXCEPTION 'the release is frozen' USING ERRCODE = 'integrity_constraint_violation';
          END IF;
          RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$
        """
    )
    for table, columns in GUARDED.items():
        op.execute(
            f"CREATE TRIGGER {table}_frozen BEFORE INSERT OR DELETE OR UPDATE OF {columns} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION catalog_refuse_if_frozen()"
        )
    op.execute(
        f"CREATE TRIGGER release_sealed BEFORE DELETE OR UPDATE OF {SEALED} ON release "
        "FOR EACH ROW EXECUTE FUNCTION catalog_refuse_if_sealed()"
    )


def create_search() -> None:
    op.create_table(
        "search_entry",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("ref_id", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.String(10), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("kind", "ref_id", "locale", name="uq_search_entry_thing"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("ix_search_entry_tokens", "search_entry", ["tokens"], postgresql_using="gin")
        return
    op.execute(
        "CREATE VIRTUAL TABLE search_fts USING fts5("
        "head, tokens, content='search_entry', content_rowid='id', tokenize='unicode61 remove_diacritics 0')"
    )
    op.execute("INSERT INTO search_fts(search_fts, rank) VALUES ('rank', 'bm25(6.0, 1.0)')")
    add = "INSERT INTO search_fts(rowid, head, tokens) VALUES (NEW.id, NEW.head, NEW.tokens);"
    take = "INSERT INTO search_fts(search_fts, rowid, head, tokens) VALUES ('delete', OLD.id, OLD.head, OLD.tokens);"
    op.execute(f"CREATE TRIGGER search_entry_added AFTER INSERT ON search_entry BEGIN {add} END")
    op.execute(f"CREATE TRIGGER search_entry_removed AFTER DELETE ON search_entry BEGIN {take} END")
    op.execute(f"CREATE TRIGGER search_entry_changed AFTER UPDATE ON search_entry BEGIN {take} {add} END")


def create_tables() -> None:
    op.create_table(
        "catalogue_revision",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_revision")),
    )
    op.create_table(
        "skill",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("synonyms", sa.JSON(), nullable=False),
        sa.Column("parent_id", BIG, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["skill.id"], name=op.f("fk_skill_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
        sa.UniqueConstraint("code", name=op.f("uq_skill_code")),
    )
    op.create_index(op.f("ix_skill_parent_id"), "skill", ["parent_id"], unique=False)
    op.create_table(
        "course",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("original_locale", sa.String(length=10), nullable=False),
        sa.Column("created_by_id", BIG, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_course_created_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_course_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("public_id", name=op.f("uq_course_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_course_slug")),
    )
    op.create_index(op.f("ix_course_created_by_id"), "course", ["created_by_id"], unique=False)
    op.create_index(op.f("ix_course_organisation_id"), "course", ["organisation_id"], unique=False)
    op.create_table(
        "release",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("licence", sa.String(length=80), nullable=False),
        sa.Column("teachers", sa.JSON(), nullable=False),
        sa.Column("source_format", sa.String(length=40), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("sketch", sa.JSON(), nullable=True),
        sa.Column("derived_from_id", BIG, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'draft') = (frozen_at IS NULL)", name=op.f("ck_release_only_drafts_are_open")),
        sa.CheckConstraint("level IN ('beginner', 'intermediate', 'advanced')", name=op.f("ck_release_level")),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'in_review', 'changes_requested', 'approved', 'listed', 'retired')",
            name=op.f("ck_release_state"),
        ),
        sa.CheckConstraint("(frozen_at IS NULL) = (content_hash IS NULL)", name=op.f("ck_release_frozen_is_hashed")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_release_course_id")),
        sa.ForeignKeyConstraint(["derived_from_id"], ["release.id"], name=op.f("fk_release_derived_from_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("course_id", "number", name="uq_release_number"),
        sa.UniqueConstraint("public_id", name=op.f("uq_release_public_id")),
    )
    op.create_index(op.f("ix_release_course_id"), "release", ["course_id"], unique=False)
    op.create_index(op.f("ix_release_derived_from_id"), "release", ["derived_from_id"], unique=False)
    op.create_index(
        "uq_release_one_draft",
        "release",
        ["course_id"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_index(
        "uq_release_one_listed",
        "release",
        ["course_id"],
        unique=True,
        sqlite_where=sa.text("state = 'listed'"),
        postgresql_where=sa.text("state = 'listed'"),
    )
    op.create_table(
        "asset",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_asset_release_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        sa.UniqueConstraint("release_id", "path", name="uq_asset_path"),
    )
    op.create_index(op.f("ix_asset_release_id"), "asset", ["release_id"], unique=False)
    op.create_table(
        "course_import",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=True),
        sa.Column("release_id", BIG, nullable=True),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'reading', 'done', 'refused')", name=op.f("ck_course_import_state")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_course_import_by_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_import_course_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_course_import_organisation_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_course_import_release_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_course_import_public_id")),
    )
    op.create_index(op.f("ix_course_import_by_id"), "course_import", ["by_id"], unique=False)
    op.create_index(op.f("ix_course_import_course_id"), "course_import", ["course_id"], unique=False)
    op.create_index(op.f("ix_course_import_organisation_id"), "course_import", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_course_import_release_id"), "course_import", ["release_id"], unique=False)
    op.create_table(
        "phase",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_phase_release_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase")),
        sa.UniqueConstraint("release_id", "key", name="uq_phase_key"),
    )
    op.create_index(op.f("ix_phase_release_id"), "phase", ["release_id"], unique=False)
    op.create_table(
        "release_event",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("by_id", BIG, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_release_event_by_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_event_release_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_event")),
    )
    op.create_index(op.f("ix_release_event_by_id"), "release_event", ["by_id"], unique=False)
    op.create_index(op.f("ix_release_event_release_id"), "release_event", ["release_id"], unique=False)
    op.create_table(
        "release_review",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("submitted_by_id", BIG, nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("reviewer_id", BIG, nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.CheckConstraint("decision IN ('approved', 'changes_requested', 'withdrawn')", name=op.f("ck_release_review_decision")),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_release_review_decision_is_dated")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_review_release_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_release_review_reviewer_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["person.id"], name=op.f("fk_release_review_submitted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_review")),
        sa.UniqueConstraint("public_id", name=op.f("uq_release_review_public_id")),
        sa.UniqueConstraint("release_id", name=op.f("uq_release_review_release_id")),
    )
    op.create_index(op.f("ix_release_review_reviewer_id"), "release_review", ["reviewer_id"], unique=False)
    op.create_index(op.f("ix_release_review_submitted_by_id"), "release_review", ["submitted_by_id"], unique=False)
    op.create_table(
        "release_skill",
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("skill_id", BIG, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_release_skill_level")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_skill_release_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_release_skill_skill_id")),
        sa.PrimaryKeyConstraint("release_id", "skill_id", name=op.f("pk_release_skill")),
    )
    op.create_index(op.f("ix_release_skill_skill_id"), "release_skill", ["skill_id"], unique=False)
    op.create_table(
        "release_text",
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_release_text_release_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("release_id", "locale", name=op.f("pk_release_text")),
    )
    op.create_table(
        "lesson",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("phase_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("is_preview", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["phase_id"], ["phase.id"], name=op.f("fk_lesson_phase_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_lesson_release_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
        sa.UniqueConstraint("release_id", "key", name="uq_lesson_key"),
    )
    op.create_index(op.f("ix_lesson_phase_id"), "lesson", ["phase_id"], unique=False)
    op.create_index(op.f("ix_lesson_release_id"), "lesson", ["release_id"], unique=False)
    op.create_table(
        "phase_text",
        sa.Column("phase_id", BIG, nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["phase_id"], ["phase.id"], name=op.f("fk_phase_text_phase_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_phase_text_release_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("phase_id", "locale", name=op.f("pk_phase_text")),
    )
    op.create_index(op.f("ix_phase_text_release_id"), "phase_text", ["release_id"], unique=False)
    op.create_table(
        "review_remark",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("review_id", BIG, nullable=False),
        sa.Column("step_key", sa.String(length=120), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_review_remark_by_id")),
        sa.ForeignKeyConstraint(["review_id"], ["release_review.id"], name=op.f("fk_review_remark_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_remark")),
    )
    op.create_index(op.f("ix_review_remark_by_id"), "review_remark", ["by_id"], unique=False)
    op.create_index(op.f("ix_review_remark_review_id"), "review_remark", ["review_id"], unique=False)
    op.create_table(
        "lesson_text",
        sa.Column("lesson_id", BIG, nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_lesson_text_lesson_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_lesson_text_release_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson_id", "locale", name=op.f("pk_lesson_text")),
    )
    op.create_index(op.f("ix_lesson_text_release_id"), "lesson_text", ["release_id"], unique=False)
    op.create_table(
        "step",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("lesson_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("acceptance", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('text', 'video', 'quiz', 'code')", name=op.f("ck_step_kind")),
        sa.ForeignKeyConstraint(["lesson_id"], ["lesson.id"], name=op.f("fk_step_lesson_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_step_release_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint("release_id", "key", name="uq_step_key"),
    )
    op.create_index(op.f("ix_step_lesson_id"), "step", ["lesson_id"], unique=False)
    op.create_index(op.f("ix_step_release_id"), "step", ["release_id"], unique=False)
    op.create_table(
        "step_edit",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("step_id", BIG, nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_step_edit_by_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_step_edit_release_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["step_id"], ["step.id"], name=op.f("fk_step_edit_step_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_edit")),
    )
    op.create_index(op.f("ix_step_edit_by_id"), "step_edit", ["by_id"], unique=False)
    op.create_index(op.f("ix_step_edit_release_id"), "step_edit", ["release_id"], unique=False)
    op.create_index(op.f("ix_step_edit_step_id"), "step_edit", ["step_id"], unique=False)
    op.create_table(
        "step_text",
        sa.Column("step_id", BIG, nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("page", sa.String(length=400), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("texts_html", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_step_text_release_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["step_id"], ["step.id"], name=op.f("fk_step_text_step_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("step_id", "locale", name=op.f("pk_step_text")),
    )
    op.create_index(op.f("ix_step_text_release_id"), "step_text", ["release_id"], unique=False)
