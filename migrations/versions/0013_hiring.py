"""Hiring: openings, introductions, applications, interviews, offers, placements, and days off."""

import sqlalchemy as sa
from alembic import op

revision = "hiring"
down_revision = "alliance"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TERMS = (
    "organisation_id", "kind", "title", "about", "form", "pay_minor", "currency", "pay_period", "weekly_hours", "city", "remote",
    "places", "answer_within_days", "guarantee_days", "published_at", "terms_hash", "follows_id",
)  # fmt: skip
SAID = (
    "offer_id",
    "n",
    "pay_minor",
    "currency",
    "pay_period",
    "weekly_hours",
    "place",
    "form",
    "start_on",
    "made_by_id",
    "made_at",
)


def _refuse(table: str, name: str, act: str, when: str, sentence: str) -> None:
    """A trigger that refuses an act on a row while a condition holds."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{sentence}'); END")
        return
    row = "OLD" if act == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {when} THEN RAISE EXCEPTION '{sentence}'; END IF; RETURN {row}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _changed(columns: tuple[str, ...]) -> str:
    sign = "IS NOT" if op.get_bind().dialect.name == "sqlite" else "IS DISTINCT FROM"
    return " OR ".join(f"OLD.{column} {sign} NEW.{column}" for column in columns)


def _keep_promises() -> None:
    """A published opening keeps its terms and skills, an offer its versions, the budget its entries."""
    published = f"OLD.published_at IS NOT NULL AND ({_changed(TERMS)})"
    _refuse("opening", "opening_keeps_its_terms", "UPDATE", published, "a published opening keeps its terms")
    _refuse("opening", "opening_stays", "DELETE", "OLD.published_at IS NOT NULL", "a published opening stays")
    known = "EXISTS (SELECT 1 FROM opening WHERE id = {row}.opening_id AND published_at IS NOT NULL)"
    for act, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        name = f"opening_skill_stays_{act.lower()}"
        _refuse("opening_skill", name, act, known.format(row=row), "a published opening keeps its skills")
    _refuse("offer_version", "offer_version_stays", "UPDATE", _changed(SAID), "what an offer said stays")
    _refuse("offer_version", "offer_version_is_kept", "DELETE", "OLD.id > 0", "what an offer said stays")
    for act in ("UPDATE", "DELETE"):
        _refuse("outreach_entry", f"outreach_entry_no_{act.lower()}", act, "OLD.id > 0", "outreach_entry is append-only")


FUNCTIONS = (
    "opening_keeps_its_terms", "opening_stays", "opening_skill_stays_insert", "opening_skill_stays_update",
    "opening_skill_stays_delete", "offer_version_stays", "offer_version_is_kept", "outreach_entry_no_update",
    "outreach_entry_no_delete",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("public_id", name=op.f("uq_calendar_feed_public_id")),
    )
    op.create_index(
        "uq_calendar_feed_open",
        "calendar_feed",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "chosen_zone",
        sa.Column("person_id", BIG, autoincrement=False, nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_chosen_zone_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_chosen_zone")),
    )
    op.create_table(
        "day_off",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("words", sa.String(length=60), nullable=False),
        sa.Column("set_by_id", BIG, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_day_off_set_by_id")),
        sa.PrimaryKeyConstraint("on", name=op.f("pk_day_off")),
    )
    op.create_table(
        "opening",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("pay_minor", BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("pay_period", sa.String(length=8), nullable=False),
        sa.Column("weekly_hours", sa.Integer(), nullable=False),
        sa.Column("city", sa.String(length=60), nullable=False),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("answer_within_days", sa.Integer(), nullable=False),
        sa.Column("guarantee_days", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("follows_id", BIG, nullable=True),
        sa.Column("made_by_id", BIG, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("terms_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "form IN ('employee', 'non_full_time', 'secondment', 'business_service', 'personal_service', 'internship')",
            name=op.f("ck_opening_form_known"),
        ),
        sa.CheckConstraint("kind IN ('hire', 'part_time')", name=op.f("ck_opening_kind_known")),
        sa.CheckConstraint("pay_period IN ('month', 'hour')", name=op.f("ck_opening_pay_period_known")),
        sa.CheckConstraint(
            "state IN ('draft', 'approval', 'open', 'paused', 'filled', 'closed')", name=op.f("ck_opening_state_known")
        ),
        sa.CheckConstraint("answer_within_days BETWEEN 1 AND 20", name=op.f("ck_opening_answers_in_time")),
        sa.CheckConstraint("guarantee_days BETWEEN 0 AND 180", name=op.f("ck_opening_guarantee_sane")),
        sa.CheckConstraint("pay_minor > 0", name=op.f("ck_opening_pays")),
        sa.CheckConstraint("places BETWEEN 1 AND 100", name=op.f("ck_opening_places_sane")),
        sa.CheckConstraint("weekly_hours BETWEEN 1 AND 60", name=op.f("ck_opening_hours_sane")),
        sa.ForeignKeyConstraint(["follows_id"], ["opening.id"], name=op.f("fk_opening_follows_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_opening_made_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_opening_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
        sa.UniqueConstraint("public_id", name=op.f("uq_opening_public_id")),
    )
    op.create_index("ix_opening_listed", "opening", ["state", "published_at"], unique=False)
    op.create_index(op.f("ix_opening_organisation_id"), "opening", ["organisation_id"], unique=False)
    op.create_table(
        "outreach_entry",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=12), nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cause IN ('introduction', 'answer', 'closing', 'rest')", name=op.f("ck_outreach_entry_cause_known")),
        sa.CheckConstraint("change IN (-1, 1)", name=op.f("ck_outreach_entry_one_token")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_outreach_entry_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outreach_entry")),
        sa.UniqueConstraint("cause", "subject_id", name="uq_outreach_entry_cause"),
    )
    op.create_index(op.f("ix_outreach_entry_organisation_id"), "outreach_entry", ["organisation_id"], unique=False)
    op.create_table(
        "application_batch",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("opening_id", BIG, nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undo_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_application_batch_by_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_application_batch_opening_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_batch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_application_batch_public_id")),
    )
    op.create_index("ix_application_batch_recent", "application_batch", ["opening_id", "at"], unique=False)
    op.create_table(
        "introduction",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("opening_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("sent_by_id", BIG, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('sent', 'seen', 'accepted', 'declined', 'expired')", name=op.f("ck_introduction_state_known")
        ),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_introduction_opening_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_introduction_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_introduction_person_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["person.id"], name=op.f("fk_introduction_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction")),
        sa.UniqueConstraint("public_id", name=op.f("uq_introduction_public_id")),
    )
    op.create_index("ix_introduction_due", "introduction", ["ended_at", "answer_by_at"], unique=False)
    op.create_index(op.f("ix_introduction_organisation_id"), "introduction", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_introduction_person_id"), "introduction", ["person_id"], unique=False)
    op.create_index(
        "uq_introduction_open",
        "introduction",
        ["opening_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "opening_skill",
        sa.Column("opening_id", BIG, nullable=False),
        sa.Column("skill_id", BIG, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_opening_skill_level")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_opening_skill_opening_id")),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_opening_skill_skill_id")),
        sa.PrimaryKeyConstraint("opening_id", "skill_id", name=op.f("pk_opening_skill")),
    )
    op.create_index(op.f("ix_opening_skill_skill_id"), "opening_skill", ["skill_id"], unique=False)
    op.create_table(
        "opening_team",
        sa.Column("opening_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_opening_team_opening_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_opening_team_person_id")),
        sa.PrimaryKeyConstraint("opening_id", "person_id", name=op.f("pk_opening_team")),
    )
    op.create_index(op.f("ix_opening_team_person_id"), "opening_team", ["person_id"], unique=False)
    op.create_table(
        "application",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("opening_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("introduction_id", BIG, nullable=True),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage_since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tell_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("reason_words", sa.Text(), nullable=False),
        sa.Column("mail_hash", sa.String(length=64), nullable=False),
        sa.Column("merged_into_id", BIG, nullable=True),
        sa.CheckConstraint("source IN ('applied', 'introduction')", name=op.f("ck_application_source_known")),
        sa.CheckConstraint(
            "state IN ('applied', 'sourced', 'interview', 'screen', 'offer', 'hired', 'rejected', 'withdrawn', 'lapsed')",
            name=op.f("ck_application_state_known"),
        ),
        sa.ForeignKeyConstraint(["introduction_id"], ["introduction.id"], name=op.f("fk_application_introduction_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["application.id"], name=op.f("fk_application_merged_into_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_application_opening_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_application_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_application_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("public_id", name=op.f("uq_application_public_id")),
    )
    op.create_index("ix_application_board", "application", ["opening_id", "state", "applied_at"], unique=False)
    op.create_index("ix_application_due", "application", ["ended_at", "due_at"], unique=False)
    op.create_index("ix_application_mail", "application", ["organisation_id", "mail_hash"], unique=False)
    op.create_index(op.f("ix_application_merged_into_id"), "application", ["merged_into_id"], unique=False)
    op.create_index(op.f("ix_application_person_id"), "application", ["person_id"], unique=False)
    op.create_index(
        "uq_application_open",
        "application",
        ["opening_id", "person_id", "source"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "application_batch_item",
        sa.Column("batch_id", BIG, nullable=False),
        sa.Column("application_id", BIG, nullable=False),
        sa.Column("from_state", sa.String(length=12), nullable=False),
        sa.Column("to_state", sa.String(length=12), nullable=False),
        sa.Column("due_before_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("was_answered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_application_batch_item_application_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["application_batch.id"], name=op.f("fk_application_batch_item_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "application_id", name=op.f("pk_application_batch_item")),
    )
    op.create_index(op.f("ix_application_batch_item_application_id"), "application_batch_item", ["application_id"], unique=False)
    op.create_table(
        "application_merge",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("kept_id", BIG, nullable=False),
        sa.Column("merged_id", BIG, nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_application_merge_two_of_them")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_application_merge_by_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["application.id"], name=op.f("fk_application_merge_kept_id")),
        sa.ForeignKeyConstraint(["merged_id"], ["application.id"], name=op.f("fk_application_merge_merged_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_merge")),
        sa.UniqueConstraint("public_id", name=op.f("uq_application_merge_public_id")),
    )
    op.create_index(op.f("ix_application_merge_kept_id"), "application_merge", ["kept_id"], unique=False)
    op.create_index(
        "uq_application_merge_open",
        "application_merge",
        ["merged_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "application_note",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("application_id", BIG, nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("scope IN ('me', 'team', 'organisation')", name=op.f("ck_application_note_scope_known")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_application_note_application_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_application_note_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_note")),
        sa.UniqueConstraint("public_id", name=op.f("uq_application_note_public_id")),
    )
    op.create_index(op.f("ix_application_note_application_id"), "application_note", ["application_id"], unique=False)
    _make_what_follows()
    _keep_promises()


def _make_what_follows() -> None:
    op.create_table(
        "interview",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("application_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("made_by_id", BIG, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("asked_other_times", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('video', 'phone', 'on_site')", name=op.f("ck_interview_kind_known")),
        sa.CheckConstraint("state <> 'agreed' OR starts_at IS NOT NULL", name=op.f("ck_interview_agreed_has_a_time")),
        sa.CheckConstraint(
            "state IN ('proposed', 'agreed', 'held', 'missed', 'cancelled')", name=op.f("ck_interview_state_known")
        ),
        sa.CheckConstraint("minutes BETWEEN 10 AND 480", name=op.f("ck_interview_length_sane")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_interview_application_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_interview_made_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_interview_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interview_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview")),
        sa.UniqueConstraint("public_id", name=op.f("uq_interview_public_id")),
    )
    op.create_index(op.f("ix_interview_application_id"), "interview", ["application_id"], unique=False)
    op.create_index(op.f("ix_interview_person_id"), "interview", ["person_id"], unique=False)
    op.create_index("ix_interview_starts", "interview", ["organisation_id", "state", "starts_at"], unique=False)
    op.create_table(
        "offer",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("application_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decide_by_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'approved', 'extended', 'accepted', 'declined', 'expired', 'dropped', 'rescinded')",
            name=op.f("ck_offer_state_known"),
        ),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_offer_application_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_offer_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_offer_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("public_id", name=op.f("uq_offer_public_id")),
    )
    op.create_index("ix_offer_due", "offer", ["state", "decide_by_at"], unique=False)
    op.create_index(op.f("ix_offer_organisation_id"), "offer", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_offer_person_id"), "offer", ["person_id"], unique=False)
    op.create_index(
        "uq_offer_open",
        "offer",
        ["application_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "scorecard",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("application_id", BIG, nullable=False),
        sa.Column("by_id", BIG, nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('strong_no', 'no', 'yes', 'strong_yes')", name=op.f("ck_scorecard_verdict_known")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_scorecard_application_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_scorecard_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecard")),
        sa.UniqueConstraint("application_id", "by_id", name="uq_scorecard_one_each"),
    )
    op.create_table(
        "interview_slot",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("interview_id", BIG, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name=op.f("fk_interview_slot_interview_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview_slot")),
        sa.UniqueConstraint("interview_id", "starts_at", name="uq_interview_slot_time"),
        sa.UniqueConstraint("public_id", name=op.f("uq_interview_slot_public_id")),
    )
    op.create_table(
        "offer_version",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("offer_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("pay_minor", BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("pay_period", sa.String(length=8), nullable=False),
        sa.Column("weekly_hours", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_by_id", BIG, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", BIG, nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "form IN ('employee', 'non_full_time', 'secondment', 'business_service', 'personal_service', 'internship')",
            name=op.f("ck_offer_version_form_known"),
        ),
        sa.CheckConstraint("pay_period IN ('month', 'hour')", name=op.f("ck_offer_version_pay_period_known")),
        sa.CheckConstraint("(approved_at IS NULL) = (approved_by_id IS NULL)", name=op.f("ck_offer_version_approval_is_whole")),
        sa.CheckConstraint("pay_minor > 0", name=op.f("ck_offer_version_pays")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_offer_version_approved_by_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_offer_version_made_by_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_offer_version_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_version")),
        sa.UniqueConstraint("offer_id", "n", name="uq_offer_version_n"),
    )
    op.create_table(
        "placement",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("opening_id", BIG, nullable=False),
        sa.Column("application_id", BIG, nullable=False),
        sa.Column("offer_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("pay_minor", BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("pay_period", sa.String(length=8), nullable=False),
        sa.Column("weekly_hours", sa.Integer(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("guarantee_days", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("guarantee_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('agreed', 'confirmed_by_employer', 'confirmed_by_person', 'guarantee', 'fell_through', 'refunded', 'disputed', 'settled')",
            name=op.f("ck_placement_state_known"),
        ),
        sa.CheckConstraint(
            "(guarantee_until_at IS NULL) = (started_at IS NULL)", name=op.f("ck_placement_guarantee_begins_with_the_start")
        ),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_placement_application_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_placement_offer_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_placement_opening_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_placement_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_placement_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
        sa.UniqueConstraint("application_id", name="uq_placement_application"),
        sa.UniqueConstraint("offer_id", name="uq_placement_offer"),
        sa.UniqueConstraint("public_id", name=op.f("uq_placement_public_id")),
    )
    op.create_index("ix_placement_due", "placement", ["state", "guarantee_until_at"], unique=False)
    op.create_index(op.f("ix_placement_organisation_id"), "placement", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_placement_person_id"), "placement", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("placement")
    op.drop_table("offer_version")
    op.drop_table("interview_slot")
    op.drop_table("scorecard")
    op.drop_table("offer")
    op.drop_table("interview")
    op.drop_table("application_note")
    op.drop_table("application_merge")
    op.drop_table("application_batch_item")
    op.drop_table("application")
    op.drop_table("opening_team")
    op.drop_table("opening_skill")
    op.drop_table("introduction")
    op.drop_table("application_batch")
    op.drop_table("outreach_entry")
    op.drop_table("opening")
    op.drop_table("day_off")
    op.drop_table("chosen_zone")
    op.drop_table("calendar_feed")
    if op.get_bind().dialect.name != "sqlite":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}()")
