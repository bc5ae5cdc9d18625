"""Part-time work: engagements, papers of the home employer, weeks with their days, and disputes."""

import sqlalchemy as sa
from alembic import op

revision = "work"
down_revision = "billing"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


TERMS = (
    "person_id", "organisation_id", "opening_id", "application_id", "title", "form", "weekly_minutes", "hourly_minor", "currency",
    "start_on", "approve_within_days", "proposed_by_id", "proposed_at",
)  # fmt: skip
HANDED_IN = ("engagement_id", "person_id", "organisation_id", "week_on", "minutes", "corrects_id")


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
    """An engagement keeps its terms; a week that was handed in keeps its hours, and an approved one its pay."""
    _refuse("engagement", "engagement_keeps_its_terms", "UPDATE", _changed(TERMS), "an engagement keeps its terms")
    _refuse("engagement", "engagement_stays", "DELETE", "OLD.id > 0", "an engagement stays")
    handed_in = f"OLD.state <> 'draft' AND ({_changed(HANDED_IN)})"
    _refuse("timesheet", "timesheet_keeps_its_hours", "UPDATE", handed_in, "a week handed in keeps its hours")
    paid = f"OLD.pay_minor IS NOT NULL AND ({_changed(('pay_minor', 'approved_at'))})"
    _refuse("timesheet", "timesheet_keeps_its_pay", "UPDATE", paid, "an approved week keeps its pay")
    _refuse("timesheet", "timesheet_stays", "DELETE", "OLD.id > 0", "a week stays")
    known = "EXISTS (SELECT 1 FROM timesheet WHERE id = {row}.timesheet_id AND state <> 'draft')"
    for act, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        name = f"timesheet_day_stays_{act.lower()}"
        _refuse("timesheet_day", name, act, known.format(row=row), "a week handed in keeps its days")


FUNCTIONS = (
    "engagement_keeps_its_terms", "engagement_stays", "timesheet_keeps_its_hours", "timesheet_keeps_its_pay", "timesheet_stays",
    "timesheet_day_stays_insert", "timesheet_day_stays_update", "timesheet_day_stays_delete",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "engagement",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("opening_id", BIG, nullable=True),
        sa.Column("application_id", BIG, nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("weekly_minutes", sa.Integer(), nullable=False),
        sa.Column("hourly_minor", BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("approve_within_days", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("home_rule", sa.String(length=12), nullable=False),
        sa.Column("proposed_by_id", BIG, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "form IN ('employee', 'non_full_time', 'secondment', 'business_service', 'personal_service', 'internship')",
            name=op.f("ck_engagement_form_known"),
        ),
        sa.CheckConstraint(
            "home_rule IN ('undecided', 'not_needed', 'attached', 'pending')", name=op.f("ck_engagement_home_rule_known")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'home_rule', 'declined', 'expired', 'taken_back', 'active', 'paused', 'ended')",
            name=op.f("ck_engagement_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('active', 'paused') OR home_rule IN ('not_needed', 'attached')",
            name=op.f("ck_engagement_home_rule_first"),
        ),
        sa.CheckConstraint("approve_within_days BETWEEN 1 AND 10", name=op.f("ck_engagement_approves_in_time")),
        sa.CheckConstraint("hourly_minor > 0", name=op.f("ck_engagement_pays")),
        sa.CheckConstraint("weekly_minutes BETWEEN 1 AND 3600", name=op.f("ck_engagement_hours_sane")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_engagement_application_id")),
        sa.ForeignKeyConstraint(["opening_id"], ["opening.id"], name=op.f("fk_engagement_opening_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_engagement_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_engagement_person_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_engagement_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement")),
        sa.UniqueConstraint("public_id", name=op.f("uq_engagement_public_id")),
    )
    op.create_index("ix_engagement_due", "engagement", ["state", "answer_by_at"], unique=False)
    op.create_index(op.f("ix_engagement_organisation_id"), "engagement", ["organisation_id"], unique=False)
    op.create_index("ix_engagement_promised", "engagement", ["person_id", "state"], unique=False)
    op.create_index(
        "uq_engagement_application",
        "engagement",
        ["application_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "home_document",
        sa.Column("engagement_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_home_document_engagement_id")),
        sa.PrimaryKeyConstraint("engagement_id", name=op.f("pk_home_document")),
    )
    op.create_table(
        "timesheet",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("engagement_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("corrects_id", BIG, nullable=True),
        sa.Column("pay_minor", BIG, nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'disputed', 'approved', 'invoiced', 'paid', 'reversed', 'dropped')",
            name=op.f("ck_timesheet_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'invoiced', 'paid') OR pay_minor IS NOT NULL", name=op.f("ck_timesheet_approved_pays")
        ),
        sa.CheckConstraint("minutes BETWEEN 0 AND 10080", name=op.f("ck_timesheet_minutes_sane")),
        sa.ForeignKeyConstraint(["corrects_id"], ["timesheet.id"], name=op.f("fk_timesheet_corrects_id")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_timesheet_engagement_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_timesheet_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_timesheet_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timesheet")),
        sa.UniqueConstraint("public_id", name=op.f("uq_timesheet_public_id")),
    )
    op.create_index("ix_timesheet_due", "timesheet", ["state", "due_at"], unique=False)
    op.create_index(op.f("ix_timesheet_engagement_id"), "timesheet", ["engagement_id"], unique=False)
    op.create_index(op.f("ix_timesheet_organisation_id"), "timesheet", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_timesheet_person_id"), "timesheet", ["person_id"], unique=False)
    op.create_index(
        "uq_timesheet_week",
        "timesheet",
        ["engagement_id", "week_on"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('reversed', 'dropped')"),
        postgresql_where=sa.text("state NOT IN ('reversed', 'dropped')"),
    )
    op.create_table(
        "dispute",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("timesheet_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("opened_by_id", BIG, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('between_parties', 'with_mediator', 'outside', 'settled', 'withdrawn')",
            name=op.f("ck_dispute_state_known"),
        ),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_dispute_opened_by_id")),
        sa.ForeignKeyConstraint(["timesheet_id"], ["timesheet.id"], name=op.f("fk_dispute_timesheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("public_id", name=op.f("uq_dispute_public_id")),
        sa.UniqueConstraint("timesheet_id", name=op.f("uq_dispute_timesheet_id")),
    )
    op.create_index("ix_dispute_due", "dispute", ["state", "due_at"], unique=False)
    op.create_table(
        "timesheet_day",
        sa.Column("timesheet_id", BIG, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_timesheet_day_minutes_of_a_day")),
        sa.ForeignKeyConstraint(["timesheet_id"], ["timesheet.id"], name=op.f("fk_timesheet_day_timesheet_id")),
        sa.PrimaryKeyConstraint("timesheet_id", "on", name=op.f("pk_timesheet_day")),
    )

    _keep_promises()


def downgrade() -> None:
    op.drop_table("timesheet_day")
    op.drop_table("dispute")
    op.drop_table("timesheet")
    op.drop_table("home_document")
    op.drop_table("engagement")
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}()")
