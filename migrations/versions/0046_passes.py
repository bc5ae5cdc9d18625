"""Passes over several courses: subscriptions, periods, pools by month, active minutes."""

import sqlalchemy as sa
from alembic import op

revision = "passes"
down_revision = "clicked_at"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = "ck_enrolment_source_known"
BEFORE = "source IN ('order', 'free')"
AFTER = "source IN ('order', 'free', 'pass')"


def upgrade() -> None:
    _say_sources(BEFORE, AFTER)
    op.create_table(
        "course_pass",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("about_en", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("tax_bps", sa.Integer(), nullable=False),
        sa.Column("trial_days", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("refund_days", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("floor_minutes", sa.Integer(), nullable=False),
        sa.Column("unused", sa.String(length=10), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", BIG, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "rule IN ('minutes_each', 'minutes_together', 'courses_each')", name=op.f("ck_course_pass_rule_known")
        ),
        sa.CheckConstraint("unused IN ('house', 'together')", name=op.f("ck_course_pass_unused_known")),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_course_pass_price_positive")),
        sa.CheckConstraint("tax_bps BETWEEN 0 AND 10000", name=op.f("ck_course_pass_tax_in_range")),
        sa.CheckConstraint(
            "trial_days BETWEEN 0 AND 90 AND grace_days BETWEEN 0 AND 30", name=op.f("ck_course_pass_days_in_range")
        ),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_course_pass_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_pass")),
        sa.UniqueConstraint("public_id", name=op.f("uq_course_pass_public_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_course_pass_slug")),
    )
    op.create_table(
        "pass_course",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("pass_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_by_id", BIG, nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_pass_course_course_id")),
        sa.ForeignKeyConstraint(["joined_by_id"], ["person.id"], name=op.f("fk_pass_course_joined_by_id")),
        sa.ForeignKeyConstraint(["pass_id"], ["course_pass.id"], name=op.f("fk_pass_course_pass_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_course")),
    )
    op.create_index(op.f("ix_pass_course_course_id"), "pass_course", ["course_id"], unique=False)
    op.create_index(
        "uq_pass_course_in",
        "pass_course",
        ["pass_id", "course_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "pass_subscription",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("pass_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("tax_bps", sa.Integer(), nullable=False),
        sa.Column("trial_days", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("session_id", sa.String(length=120), nullable=True),
        sa.Column("session_url", sa.Text(), nullable=True),
        sa.Column("rail_subscription_id", sa.String(length=120), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("covered_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stops_at_end", sa.Boolean(), nullable=False),
        sa.Column("late_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("invoice_url", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_n", sa.Integer(), nullable=False),
        sa.Column("heard_n", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_pass_subscription_end_is_dated")),
        sa.CheckConstraint("(state = 'late') = (late_since IS NOT NULL)", name=op.f("ck_pass_subscription_late_is_dated")),
        sa.CheckConstraint(
            "state IN ('placed', 'awaiting_payment', 'trial', 'running', 'late', 'ended', 'expired')",
            name=op.f("ck_pass_subscription_state_known"),
        ),
        sa.ForeignKeyConstraint(["pass_id"], ["course_pass.id"], name=op.f("fk_pass_subscription_pass_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_pass_subscription_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_subscription")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pass_subscription_public_id")),
        sa.UniqueConstraint("rail_subscription_id", name=op.f("uq_pass_subscription_rail_subscription_id")),
        sa.UniqueConstraint("session_id", name=op.f("uq_pass_subscription_session_id")),
    )
    op.create_index("ix_pass_subscription_pass", "pass_subscription", ["pass_id"], unique=False)
    op.create_index("ix_pass_subscription_person", "pass_subscription", ["person_id", "placed_at"], unique=False)
    op.create_index("ix_pass_subscription_state", "pass_subscription", ["state", "placed_at"], unique=False)
    op.create_index(
        "uq_pass_subscription_going",
        "pass_subscription",
        ["person_id", "pass_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('placed', 'awaiting_payment', 'trial', 'running', 'late')"),
        postgresql_where=sa.text("state IN ('placed', 'awaiting_payment', 'trial', 'running', 'late')"),
    )
    op.create_table(
        "pool_month",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("pass_id", BIG, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("facts_hash", sa.String(length=64), nullable=False),
        sa.Column("drawn_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shared_by_id", BIG, nullable=True),
        sa.Column("funded_minor", sa.BigInteger(), nullable=True),
        sa.Column("distributed_minor", sa.BigInteger(), nullable=True),
        sa.Column("journal_id", BIG, nullable=True),
        sa.CheckConstraint("(shared_at IS NULL) = (funded_minor IS NULL)", name=op.f("ck_pool_month_sharing_is_whole")),
        sa.CheckConstraint("distributed_minor BETWEEN 0 AND funded_minor", name=op.f("ck_pool_month_nothing_beyond_the_pool")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_pool_month_journal_id")),
        sa.ForeignKeyConstraint(["pass_id"], ["course_pass.id"], name=op.f("fk_pool_month_pass_id")),
        sa.ForeignKeyConstraint(["shared_by_id"], ["person.id"], name=op.f("fk_pool_month_shared_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_month")),
        sa.UniqueConstraint("pass_id", "month", name=op.f("uq_pool_month_pass_id_month")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pool_month_public_id")),
    )
    op.create_table(
        "pass_period",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("subscription_id", BIG, nullable=False),
        sa.Column("pool_month_id", BIG, nullable=True),
        sa.Column("pooled_minor", sa.BigInteger(), nullable=True),
        sa.Column("rail", sa.String(length=16), nullable=False),
        sa.Column("rail_invoice_id", sa.String(length=120), nullable=False),
        sa.Column("rail_payment_id", sa.String(length=120), nullable=False),
        sa.Column("rail_charge_id", sa.String(length=120), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_bps", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0 AND fee_minor >= 0", name=op.f("ck_pass_period_amounts_sane")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_pass_period_ends_after_start")),
        sa.ForeignKeyConstraint(["pool_month_id"], ["pool_month.id"], name=op.f("fk_pass_period_pool_month_id")),
        sa.ForeignKeyConstraint(["subscription_id"], ["pass_subscription.id"], name=op.f("fk_pass_period_subscription_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_period")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pass_period_public_id")),
        sa.UniqueConstraint("rail_invoice_id", name=op.f("uq_pass_period_rail_invoice_id")),
        sa.UniqueConstraint("rail_payment_id", name=op.f("uq_pass_period_rail_payment_id")),
    )
    op.create_index("ix_pass_period_ends", "pass_period", ["ends_at"], unique=False)
    op.create_index(op.f("ix_pass_period_pool_month_id"), "pass_period", ["pool_month_id"], unique=False)
    op.create_index(op.f("ix_pass_period_rail_charge_id"), "pass_period", ["rail_charge_id"], unique=False)
    op.create_index("ix_pass_period_subscription", "pass_period", ["subscription_id", "starts_at"], unique=False)
    op.create_table(
        "active_day",
        sa.Column("enrolment_id", BIG, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.CheckConstraint("seconds BETWEEN 0 AND 86400", name=op.f("ck_active_day_no_more_than_a_day")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_active_day_enrolment_id")),
        sa.PrimaryKeyConstraint("enrolment_id", "on_day", name=op.f("pk_active_day")),
    )
    op.create_table(
        "learning_pulse",
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("enrolment_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_learning_pulse_enrolment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_learning_pulse_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_learning_pulse")),
    )
    op.create_table(
        "pass_enrolment",
        sa.Column("enrolment_id", BIG, nullable=False),
        sa.Column("subscription_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_pass_enrolment_enrolment_id")),
        sa.ForeignKeyConstraint(["subscription_id"], ["pass_subscription.id"], name=op.f("fk_pass_enrolment_subscription_id")),
        sa.PrimaryKeyConstraint("enrolment_id", "subscription_id", name=op.f("pk_pass_enrolment")),
    )
    op.create_index(op.f("ix_pass_enrolment_subscription_id"), "pass_enrolment", ["subscription_id"], unique=False)
    op.create_table(
        "pass_refund",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("period_id", BIG, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("rail_refund_id", sa.String(length=120), nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted_by_id", BIG, nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('wanted', 'pending', 'done', 'failed')", name=op.f("ck_pass_refund_state_known")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_pass_refund_amount_positive")),
        sa.ForeignKeyConstraint(["period_id"], ["pass_period.id"], name=op.f("fk_pass_refund_period_id")),
        sa.ForeignKeyConstraint(["wanted_by_id"], ["person.id"], name=op.f("fk_pass_refund_wanted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pass_refund")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pass_refund_public_id")),
        sa.UniqueConstraint("rail_refund_id", name=op.f("uq_pass_refund_rail_refund_id")),
    )
    op.create_index("ix_pass_refund_period", "pass_refund", ["period_id"], unique=False)
    op.create_table(
        "period_use",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("pool_month_id", BIG, nullable=False),
        sa.Column("period_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("share_minor", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_period_use_minutes_not_negative")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_period_use_course_id")),
        sa.ForeignKeyConstraint(["period_id"], ["pass_period.id"], name=op.f("fk_period_use_period_id")),
        sa.ForeignKeyConstraint(["pool_month_id"], ["pool_month.id"], name=op.f("fk_period_use_pool_month_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_use")),
        sa.UniqueConstraint("period_id", "course_id", name=op.f("uq_period_use_period_id_course_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_period_use_public_id")),
    )
    op.create_index("ix_period_use_course", "period_use", ["course_id", "pool_month_id"], unique=False)
    op.create_index(op.f("ix_period_use_pool_month_id"), "period_use", ["pool_month_id"], unique=False)
    op.create_table(
        "use_contest",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("use_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("contested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contested_by_id", BIG, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name=op.f("ck_use_contest_answer_is_whole")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_use_contest_answered_by_id")),
        sa.ForeignKeyConstraint(["contested_by_id"], ["person.id"], name=op.f("fk_use_contest_contested_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_use_contest_organisation_id")),
        sa.ForeignKeyConstraint(["use_id"], ["period_use.id"], name=op.f("fk_use_contest_use_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_contest")),
        sa.UniqueConstraint("public_id", name=op.f("uq_use_contest_public_id")),
    )
    op.create_index(op.f("ix_use_contest_use_id"), "use_contest", ["use_id"], unique=False)
    op.create_index(
        "uq_use_contest_open",
        "use_contest",
        ["use_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("use_contest")
    op.drop_table("period_use")
    op.drop_table("pass_refund")
    op.drop_table("pass_enrolment")
    op.drop_table("learning_pulse")
    op.drop_table("active_day")
    op.drop_table("pass_period")
    op.drop_table("pool_month")
    op.drop_table("pass_subscription")
    op.drop_table("pass_course")
    op.drop_table("course_pass")
    _say_sources(AFTER, BEFORE)


def _say_sources(before: str, after: str) -> None:
    """SQLite cannot change a check, so there the table is written anew, with its indexes and triggers as they were."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(NAME), "enrolment", type_="check")
        op.create_check_constraint(op.f(NAME), "enrolment", after)
        return
    connection = op.get_bind()
    kept = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'enrolment' AND sql IS NOT NULL")
    ).all()
    (table,) = (row.sql for row in kept if row.type == "table")
    if before not in table:
        raise RuntimeError("the check on enrolment.source does not read as expected")
    anew = table.replace(before, after).replace("enrolment", "enrolment_anew", 1)
    connection.exec_driver_sql(anew)
    connection.exec_driver_sql("INSERT INTO enrolment_anew SELECT * FROM enrolment")
    connection.exec_driver_sql("DROP TABLE enrolment")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")  # what points at enrolment goes on pointing at that name
    connection.exec_driver_sql("ALTER TABLE enrolment_anew RENAME TO enrolment")
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
    for row in kept:
        if row.type != "table":
            connection.exec_driver_sql(row.sql)
