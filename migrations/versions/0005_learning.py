"""Enrolments, work, evidence, credentials, and what people say about courses.

Evidence is append-only for the database too: whoever holds the handle cannot
change or remove a verdict without dropping a trigger first.
"""

import sqlalchemy as sa
from alembic import op

revision = "learning"
down_revision = "catalog"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_tables()
    if op.get_bind().dialect.name == "sqlite":
        seal_evidence_on_sqlite()
    else:
        seal_evidence_on_postgresql()


def downgrade() -> None:
    drop_tables()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION evidence_is_sealed()")


def drop_tables() -> None:
    op.drop_table("evidence_link")
    op.drop_table("evidence")
    op.drop_table("attempt")
    op.drop_table("credential")
    op.drop_table("step_progress")
    op.drop_table("release_move")
    op.drop_table("hint_opening")
    op.drop_table("completion")
    op.drop_table("enrolment")
    op.drop_table("answer")
    op.drop_table("visit_count")
    op.drop_table("report")
    op.drop_table("question")
    op.drop_table("course_review")
    op.drop_table("status_list")
    op.drop_table("issuer_key")


def seal_evidence_on_sqlite() -> None:
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER evidence_no_{act.lower()} BEFORE {act} ON evidence "
            "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END"
        )


def seal_evidence_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION evidence_is_sealed() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'evidence is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER evidence_no_change BEFORE UPDATE OR DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION evidence_is_sealed()"
    )


def _unique_while(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def create_tables() -> None:
    op.create_table(
        "issuer_key",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("algorithm", sa.String(16), nullable=False),
        sa.Column("public_multibase", sa.String(80), nullable=False),
        sa.Column("sealed_private", sa.Text(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.Column("compromised_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_issuer_key"),
        sa.UniqueConstraint("public_id", name="uq_issuer_key_public_id"),
        sa.UniqueConstraint("public_multibase", name="uq_issuer_key_public_multibase"),
        sa.CheckConstraint("compromised_at IS NULL OR retired_at IS NOT NULL", name=op.f("ck_issuer_key_compromised_is_retired")),
        sa.CheckConstraint(
            "(retired_at IS NULL) = (sealed_private IS NOT NULL)", name=op.f("ck_issuer_key_retired_keys_cannot_sign")
        ),
    )
    _unique_while("uq_issuer_key_in_use", "issuer_key", ["algorithm"], "retired_at IS NULL")
    op.create_table(
        "status_list",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_status_list"),
        sa.UniqueConstraint("number", name="uq_status_list_number"),
    )
    op.create_table(
        "course_review",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("edited_at", MOMENT, nullable=True),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.Column("hidden_at", MOMENT, nullable=True),
        sa.Column("reply_text", sa.Text(), nullable=True),
        sa.Column("replied_by_id", BIG, nullable=True),
        sa.Column("replied_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_course_review"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_course_review_course_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_course_review_person_id"),
        sa.ForeignKeyConstraint(["replied_by_id"], ["person.id"], name="fk_course_review_replied_by_id"),
        sa.UniqueConstraint("course_id", "person_id", name="uq_course_review_course_id_person_id"),
        sa.UniqueConstraint("public_id", name="uq_course_review_public_id"),
        sa.CheckConstraint("(replied_by_id IS NULL) = (replied_at IS NULL)", name=op.f("ck_course_review_reply_has_author")),
        sa.CheckConstraint("(reply_text IS NULL) = (replied_at IS NULL)", name=op.f("ck_course_review_reply_is_whole")),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_course_review_stars_in_range")),
    )
    op.create_index("ix_course_review_person_id", "course_review", ["person_id"])
    op.create_index("ix_course_review_replied_by_id", "course_review", ["replied_by_id"])
    op.create_table(
        "question",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("step_key", sa.String(120), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("edited_at", MOMENT, nullable=True),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.Column("hidden_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_question_course_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_question_person_id"),
        sa.UniqueConstraint("public_id", name="uq_question_public_id"),
    )
    op.create_index("ix_question_person_id", "question", ["person_id"])
    op.create_index("ix_question_step", "question", ["course_id", "step_key", "asked_at"])
    op.create_table(
        "report",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(16), nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("reporter_id", BIG, nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("decision", sa.String(8), nullable=True),
        sa.Column("decision_text", sa.Text(), nullable=True),
        sa.Column("decided_by_id", BIG, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_report_course_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_report_decided_by_id"),
        sa.ForeignKeyConstraint(["reporter_id"], ["person.id"], name="fk_report_reporter_id"),
        sa.UniqueConstraint("public_id", name="uq_report_public_id"),
        sa.CheckConstraint("(decided_by_id IS NULL) = (decision IS NULL)", name=op.f("ck_report_decision_has_author")),
        sa.CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name=op.f("ck_report_decision_is_whole")),
        sa.CheckConstraint("decision IS NULL OR decision IN ('keep', 'hide')", name=op.f("ck_report_decision_known")),
        sa.CheckConstraint("subject IN ('course', 'review', 'question', 'answer')", name=op.f("ck_report_subject_known")),
    )
    op.create_index("ix_report_course_id", "report", ["course_id"])
    op.create_index("ix_report_decided_by_id", "report", ["decided_by_id"])
    op.create_index("ix_report_queue", "report", ["decided_at", "reported_at"])
    op.create_index("ix_report_reporter_id", "report", ["reporter_id"])
    _unique_while("uq_report_open", "report", ["reporter_id", "subject", "subject_id"], "decided_at IS NULL")
    op.create_table(
        "visit_count",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_visit_count"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_visit_count_course_id"),
        sa.UniqueConstraint("course_id", "on_day", "what", name="uq_visit_count_course_id_on_day_what"),
        sa.CheckConstraint("what IN ('course', 'preview')", name=op.f("ck_visit_count_what_known")),
    )
    op.create_table(
        "answer",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("question_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.Column("edited_at", MOMENT, nullable=True),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.Column("hidden_at", MOMENT, nullable=True),
        sa.Column("marked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_answer_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_answer_person_id"),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name="fk_answer_question_id"),
        sa.UniqueConstraint("public_id", name="uq_answer_public_id"),
    )
    op.create_index("ix_answer_organisation_id", "answer", ["organisation_id"])
    op.create_index("ix_answer_person_id", "answer", ["person_id"])
    op.create_index("ix_answer_question", "answer", ["question_id", "answered_at"])
    _unique_while("uq_answer_marked", "answer", ["question_id"], "marked_at IS NOT NULL")
    op.create_table(
        "enrolment",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_reason", sa.String(32), nullable=True),
        sa.Column("last_step_key", sa.String(120), nullable=True),
        sa.Column("last_seen_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_enrolment"),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name="fk_enrolment_course_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_enrolment_person_id"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name="fk_enrolment_release_id"),
        sa.UniqueConstraint("public_id", name="uq_enrolment_public_id"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_reason IS NULL)", name=op.f("ck_enrolment_end_is_whole")),
        sa.CheckConstraint("source IN ('order', 'free')", name=op.f("ck_enrolment_source_known")),
    )
    op.create_index("ix_enrolment_course", "enrolment", ["course_id", "opened_at"])
    op.create_index("ix_enrolment_person", "enrolment", ["person_id", "last_seen_at"])
    op.create_index("ix_enrolment_release_id", "enrolment", ["release_id"])
    _unique_while("uq_enrolment_open", "enrolment", ["person_id", "course_id"], "ended_at IS NULL")
    op.create_table(
        "completion",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("enrolment_id", BIG, nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_completion"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_completion_enrolment_id"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name="fk_completion_release_id"),
        sa.UniqueConstraint("enrolment_id", "release_id", name="uq_completion_enrolment_id_release_id"),
    )
    op.create_index("ix_completion_release_id", "completion", ["release_id"])
    op.create_table(
        "hint_opening",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("enrolment_id", BIG, nullable=False),
        sa.Column("step_key", sa.String(120), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hint_opening"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_hint_opening_enrolment_id"),
        sa.UniqueConstraint("enrolment_id", "step_key", "n", name="uq_hint_opening_enrolment_id_step_key_n"),
    )
    op.create_table(
        "release_move",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("enrolment_id", BIG, nullable=False),
        sa.Column("from_release_id", BIG, nullable=False),
        sa.Column("to_release_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_release_move"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_release_move_enrolment_id"),
        sa.ForeignKeyConstraint(["from_release_id"], ["release.id"], name="fk_release_move_from_release_id"),
        sa.ForeignKeyConstraint(["to_release_id"], ["release.id"], name="fk_release_move_to_release_id"),
    )
    op.create_index("ix_release_move_enrolment", "release_move", ["enrolment_id", "at"])
    op.create_index("ix_release_move_from_release_id", "release_move", ["from_release_id"])
    op.create_index("ix_release_move_to_release_id", "release_move", ["to_release_id"])
    op.create_table(
        "step_progress",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("enrolment_id", BIG, nullable=False),
        sa.Column("step_key", sa.String(120), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("position_seconds", sa.Integer(), nullable=False),
        sa.Column("furthest_seconds", sa.Integer(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_step_progress"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_step_progress_enrolment_id"),
        sa.UniqueConstraint("enrolment_id", "step_key", name="uq_step_progress_enrolment_id_step_key"),
        sa.CheckConstraint("furthest_seconds >= position_seconds", name=op.f("ck_step_progress_furthest_is_furthest")),
        sa.CheckConstraint("position_seconds >= 0", name=op.f("ck_step_progress_position_not_negative")),
    )
    op.create_table(
        "credential",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("completion_id", BIG, nullable=False),
        sa.Column("enrolment_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("issuer_key_id", BIG, nullable=False),
        sa.Column("status_list_id", BIG, nullable=False),
        sa.Column("status_index", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.String(60), nullable=False),
        sa.Column("holder_name", sa.String(120), nullable=True),
        sa.Column("name_shown", sa.Boolean(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.Column("revoked_by_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_credential"),
        sa.ForeignKeyConstraint(["completion_id"], ["completion.id"], name="fk_credential_completion_id"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_credential_enrolment_id"),
        sa.ForeignKeyConstraint(["issuer_key_id"], ["issuer_key.id"], name="fk_credential_issuer_key_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_credential_person_id"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name="fk_credential_release_id"),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["person.id"], name="fk_credential_revoked_by_id"),
        sa.ForeignKeyConstraint(["status_list_id"], ["status_list.id"], name="fk_credential_status_list_id"),
        sa.UniqueConstraint("completion_id", name="uq_credential_completion_id"),
        sa.UniqueConstraint("public_id", name="uq_credential_public_id"),
        sa.UniqueConstraint("status_list_id", "status_index", name="uq_credential_status_list_id_status_index"),
        sa.CheckConstraint("NOT name_shown OR holder_name IS NOT NULL", name=op.f("ck_credential_a_shown_name_is_there")),
        sa.CheckConstraint("revoked_by_id IS NULL OR revoked_at IS NOT NULL", name=op.f("ck_credential_revocation_has_a_moment")),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name=op.f("ck_credential_revocation_is_whole")),
    )
    op.create_index("ix_credential_enrolment_id", "credential", ["enrolment_id"])
    op.create_index("ix_credential_issued_at", "credential", ["issued_at"])
    op.create_index("ix_credential_issuer_key_id", "credential", ["issuer_key_id"])
    op.create_index("ix_credential_person", "credential", ["person_id", "issued_at"])
    op.create_index("ix_credential_release_id", "credential", ["release_id"])
    op.create_table(
        "attempt",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("enrolment_id", BIG, nullable=False),
        sa.Column("step_id", BIG, nullable=False),
        sa.Column("step_key", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(8), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("submitted", sa.JSON(), nullable=False),
        sa.Column("score_bps", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("feedback", sa.JSON(), nullable=False),
        sa.Column("grader", sa.String(64), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("graded_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_attempt_enrolment_id"),
        sa.ForeignKeyConstraint(["step_id"], ["step.id"], name="fk_attempt_step_id"),
        sa.UniqueConstraint("enrolment_id", "step_key", "purpose", "n", name="uq_attempt_enrolment_id_step_key_purpose_n"),
        sa.UniqueConstraint("public_id", name="uq_attempt_public_id"),
        sa.CheckConstraint("kind IN ('quiz', 'code')", name=op.f("ck_attempt_kind_known")),
        sa.CheckConstraint("purpose IN ('check', 'try')", name=op.f("ck_attempt_purpose_known")),
        sa.CheckConstraint("score_bps IS NULL OR score_bps BETWEEN 0 AND 10000", name=op.f("ck_attempt_score_in_range")),
        sa.CheckConstraint("state IN ('waiting', 'graded', 'refused')", name=op.f("ck_attempt_state_known")),
        sa.CheckConstraint("(state = 'graded') = (passed IS NOT NULL)", name=op.f("ck_attempt_verdict_is_whole")),
    )
    op.create_index("ix_attempt_step_id", "attempt", ["step_id"])
    _unique_while("uq_attempt_waiting", "attempt", ["enrolment_id", "step_key"], "state = 'waiting'")
    op.create_table(
        "evidence",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("enrolment_id", BIG, nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("attempt_id", BIG, nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("step_key", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("score_bps", sa.Integer(), nullable=True),
        sa.Column("inputs_hash", sa.String(64), nullable=False),
        sa.Column("outputs_hash", sa.String(64), nullable=False),
        sa.Column("grader", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name="fk_evidence_attempt_id"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_evidence_enrolment_id"),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name="fk_evidence_release_id"),
        sa.UniqueConstraint("attempt_id", name="uq_evidence_attempt_id"),
        sa.UniqueConstraint("enrolment_id", "n", name="uq_evidence_enrolment_id_n"),
        sa.UniqueConstraint("hash", name="uq_evidence_hash"),
        sa.UniqueConstraint("public_id", name="uq_evidence_public_id"),
        sa.CheckConstraint("kind IN ('read', 'watched', 'quiz', 'code', 'course')", name=op.f("ck_evidence_kind_known")),
        sa.CheckConstraint("verdict IN ('passed', 'failed')", name=op.f("ck_evidence_verdict_known")),
    )
    op.create_index("ix_evidence_release_id", "evidence", ["release_id"])
    op.create_table(
        "evidence_link",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("evidence_id", BIG, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_link"),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name="fk_evidence_link_evidence_id"),
        sa.UniqueConstraint("public_id", name="uq_evidence_link_public_id"),
    )
    op.create_index("ix_evidence_link_evidence_id", "evidence_link", ["evidence_id"])
    _unique_while("uq_evidence_link_open", "evidence_link", ["evidence_id"], "closed_at IS NULL")
