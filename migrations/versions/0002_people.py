"""People and organisations: the vault, roles, sessions, links, and the trail they leave."""

import sqlalchemy as sa
from alembic import op

revision = "people"
down_revision = "floor"
branch_labels = None
depends_on = None

big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "guess",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_guess"),
    )
    op.create_index("ix_guess_at", "guess", ["at"], unique=False)
    op.create_index("ix_guess_subject", "guess", ["subject", "at"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=240), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("name_en_key", sa.String(length=240), nullable=False),
        sa.Column("is_house", sa.Boolean(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        sa.UniqueConstraint("name_en_key", name="uq_organisation_name_en_key"),
        sa.UniqueConstraint("name_key", name="uq_organisation_name_key"),
        sa.UniqueConstraint("public_id", name="uq_organisation_public_id"),
        sa.UniqueConstraint("slug", name="uq_organisation_slug"),
    )
    op.create_index(
        "uq_organisation_one_house",
        "organisation",
        ["is_house"],
        unique=True,
        sqlite_where=sa.text("is_house"),
        postgresql_where=sa.text("is_house"),
    )
    op.create_table(
        "person",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("confirmed_at", moment, nullable=True),
        sa.Column("erased_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("public_id", name="uq_person_public_id"),
    )
    op.create_table(
        "access_log",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("by_id", big, nullable=False),
        sa.Column("organisation_id", big, nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_access_log_by_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_access_log_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_access_log_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_access_log"),
    )
    op.create_index("ix_access_log_person_id", "access_log", ["person_id", "at"], unique=False)
    op.create_table(
        "guardian_consent",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("answered_at", moment, nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.CheckConstraint("verdict IN ('given', 'refused')", name=op.f("ck_guardian_consent_verdict")),
        sa.CheckConstraint("(answered_at IS NULL) = (verdict IS NULL)", name=op.f("ck_guardian_consent_answer_is_whole")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_guardian_consent_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_guardian_consent"),
    )
    op.create_index("ix_guardian_consent_person_id", "guardian_consent", ["person_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", big, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_key", sa.String(length=320), nullable=True),
        sa.Column("roles", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("invited_by_id", big, nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("accepted_at", moment, nullable=True),
        sa.Column("accepted_by_id", big, nullable=True),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.CheckConstraint("(accepted_at IS NULL) = (accepted_by_id IS NULL)", name=op.f("ck_invitation_acceptance_is_whole")),
        sa.CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_invitation_one_end")),
        sa.ForeignKeyConstraint(["accepted_by_id"], ["person.id"], name="fk_invitation_accepted_by_id"),
        sa.ForeignKeyConstraint(["invited_by_id"], ["person.id"], name="fk_invitation_invited_by_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_invitation_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("public_id", name="uq_invitation_public_id"),
        sa.UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
    )
    op.create_index("ix_invitation_organisation_id", "invitation", ["organisation_id"], unique=False)
    op.create_table(
        "known_device",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("first_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_known_device_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_known_device"),
    )
    op.create_index("uq_known_device", "known_device", ["person_id", "token_hash"], unique=True)
    op.create_table(
        "mail_link",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("used_at", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.CheckConstraint(
            "purpose IN ('confirm', 'reset', 'address', 'guardian', 'withdraw_consent')", name=op.f("ck_mail_link_purpose")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_mail_link_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_link"),
        sa.UniqueConstraint("token_hash", name="uq_mail_link_token_hash"),
    )
    op.create_index("ix_mail_link_person_id", "mail_link", ["person_id", "purpose"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("organisation_id", big, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("since_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("added_by_id", big, nullable=True),
        sa.Column("ended_by_id", big, nullable=True),
        sa.CheckConstraint(
            "role IN ('owner', 'author', 'teacher', 'finance', 'hr', 'staff_catalogue', 'staff_finance', 'staff_support')",
            name=op.f("ck_membership_role"),
        ),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name="fk_membership_added_by_id"),
        sa.ForeignKeyConstraint(["ended_by_id"], ["person.id"], name="fk_membership_ended_by_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_membership_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_membership_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_membership"),
    )
    op.create_index("ix_membership_organisation_id", "membership", ["organisation_id"], unique=False)
    op.create_index(
        "uq_membership_open",
        "membership",
        ["person_id", "organisation_id", "role"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "organisation_right",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("organisation_id", big, nullable=False),
        sa.Column("right", sa.String(length=16), nullable=False),
        sa.Column("from_at", moment, nullable=False),
        sa.Column("until_at", moment, nullable=True),
        sa.Column("granted_by_id", big, nullable=True),
        sa.CheckConstraint("\"right\" IN ('sells', 'hires', 'member')", name=op.f("ck_organisation_right_right")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name="fk_organisation_right_granted_by_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_organisation_right_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_right"),
    )
    op.create_index(
        "uq_organisation_right_open",
        "organisation_right",
        ["organisation_id", "right"],
        unique=True,
        sqlite_where=sa.text("until_at IS NULL"),
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.create_table(
        "partner_application",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", big, nullable=False),
        sa.Column("asked_by_id", big, nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("website", sa.String(length=300), nullable=False),
        sa.Column("answered_at", moment, nullable=True),
        sa.Column("answered_by_id", big, nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("verdict IN ('approved', 'declined')", name=op.f("ck_partner_application_verdict")),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict = 'approved' OR reason <> ''", name=op.f("ck_partner_application_decline_has_a_reason")
        ),
        sa.CheckConstraint("(answered_at IS NULL) = (verdict IS NULL)", name=op.f("ck_partner_application_answer_is_whole")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name="fk_partner_application_answered_by_id"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name="fk_partner_application_asked_by_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_partner_application_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_partner_application"),
        sa.UniqueConstraint("public_id", name="uq_partner_application_public_id"),
    )
    op.create_index(
        "uq_partner_application_open",
        "partner_application",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "payee_record",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("organisation_id", big, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("account_tail", sa.String(length=4), nullable=False),
        sa.Column("tax_tail", sa.String(length=4), nullable=False),
        sa.Column("given_at", moment, nullable=False),
        sa.Column("given_by_id", big, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name="fk_payee_record_given_by_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_payee_record_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payee_record"),
    )
    op.create_index(
        "uq_payee_record_current",
        "payee_record",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "people_audit",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("person_id", big, nullable=True),
        sa.Column("by_id", big, nullable=True),
        sa.Column("organisation_id", big, nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_people_audit_by_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_people_audit_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_people_audit_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_people_audit"),
    )
    op.create_index("ix_people_audit_organisation_id", "people_audit", ["organisation_id", "at"], unique=False)
    op.create_index("ix_people_audit_person_id", "people_audit", ["person_id", "at"], unique=False)
    op.create_table(
        "personal_record",
        sa.Column("person_id", big, autoincrement=False, nullable=False),
        sa.Column("display_name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=320), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("guardian_email", sa.String(length=254), nullable=True),
        sa.Column("next_email", sa.String(length=254), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_personal_record_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_personal_record"),
        sa.UniqueConstraint("email_key", name="uq_personal_record_email_key"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("used_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_recovery_code_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
    )
    op.create_index("uq_recovery_code", "recovery_code", ["person_id", "code_hash"], unique=True)
    op.create_table(
        "second_factor",
        sa.Column("person_id", big, autoincrement=False, nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("begun_at", moment, nullable=False),
        sa.Column("confirmed_at", moment, nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_second_factor_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_second_factor"),
    )
    op.create_table(
        "sign_in_session",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("organisation_id", big, nullable=True),
        sa.Column("begun_at", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("fresh_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_sign_in_session_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sign_in_session_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_session"),
        sa.UniqueConstraint("public_id", name="uq_sign_in_session_public_id"),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_session_token_hash"),
    )
    op.create_index("ix_sign_in_session_person_id", "sign_in_session", ["person_id"], unique=False)
    op.create_table(
        "terms_acceptance",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("document", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.CheckConstraint("document IN ('terms', 'privacy')", name=op.f("ck_terms_acceptance_document")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_terms_acceptance_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_terms_acceptance"),
        sa.UniqueConstraint("person_id", "document", "version", name="uq_terms_acceptance_person_id_document_version"),
    )
    op.create_table(
        "look",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("staff_id", big, nullable=False),
        sa.Column("session_id", big, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_look_person_id"),
        sa.ForeignKeyConstraint(["session_id"], ["sign_in_session.id"], name="fk_look_session_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["person.id"], name="fk_look_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_look"),
        sa.UniqueConstraint("public_id", name="uq_look_public_id"),
    )
    op.create_index("ix_look_person_id", "look", ["person_id"], unique=False)
    op.create_index("ix_look_session_id", "look", ["session_id"], unique=False)
    op.create_table(
        "payee_opening",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("organisation_id", big, nullable=False),
        sa.Column("payee_record_id", big, nullable=False),
        sa.Column("by_id", big, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_payee_opening_by_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_payee_opening_organisation_id"),
        sa.ForeignKeyConstraint(["payee_record_id"], ["payee_record.id"], name="fk_payee_opening_payee_record_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payee_opening"),
    )
    op.create_index("ix_payee_opening_organisation_id", "payee_opening", ["organisation_id"], unique=False)


def downgrade() -> None:
    op.drop_table("payee_opening")
    op.drop_table("look")
    op.drop_table("terms_acceptance")
    op.drop_table("sign_in_session")
    op.drop_table("second_factor")
    op.drop_table("recovery_code")
    op.drop_table("personal_record")
    op.drop_table("people_audit")
    op.drop_table("payee_record")
    op.drop_table("partner_application")
    op.drop_table("organisation_right")
    op.drop_table("membership")
    op.drop_table("mail_link")
    op.drop_table("known_device")
    op.drop_table("invitation")
    op.drop_table("guardian_consent")
    op.drop_table("access_log")
    op.drop_table("person")
    op.drop_table("organisation")
    op.drop_table("guess")
