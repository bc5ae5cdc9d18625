"""Negotiation, terms, listings, facts and the book of money events, and what guards them.

What was signed, said or booked is final: triggers refuse to edit or delete it.
"""

import sqlalchemy as sa
from alembic import op

revision = "contracts"
down_revision = "learning"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Table -> columns that nobody edits; None: none of them.
FINAL: dict[str, str | None] = {
    "signature": None,
    "negotiation_entry": None,
    "money_event": None,
    "money_line": None,
    "terms": "contract_id, proposal_id, terms_hash, semantics, body, texts, agreed_at, effective_from",
    "proposal": "contract_id, n, offered_party, offered_at, reply_by, body, semantics, texts, terms_hash",
    "contribution_fact": "contract_id, course_id, kind, party, value, holds_from, recorded_at, recorded_party, fact_hash",
}


def upgrade() -> None:
    create_negotiation()
    create_terms()
    create_book()
    if op.get_bind().dialect.name == "sqlite":
        guard_on_sqlite()
    else:
        guard_on_postgresql()


def downgrade() -> None:
    op.drop_table("terms_course")
    op.drop_table("terms")
    op.drop_table("signature")
    op.drop_table("money_line")
    op.drop_table("listing")
    op.drop_table("fact_contest")
    op.drop_table("proposal")
    op.drop_table("negotiation_entry")
    op.drop_table("money_event")
    op.drop_table("contribution_fact")
    op.drop_table("contract_party")
    op.drop_table("contract_course")
    op.drop_table("contract")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION contracts_refuse() CASCADE")


def guard_on_sqlite() -> None:
    for table, columns in FINAL.items():
        change = f"UPDATE OF {columns}" if columns else "UPDATE"
        for verb in (change, "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_{verb.split()[0].lower()}_final BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'contracts: {table} is final'); END"
            )


def guard_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION contracts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'contracts: % is final', TG_TABLE_NAME; END $$"
    )
    for table, columns in FINAL.items():
        change = f"UPDATE OF {columns}" if columns else "UPDATE"
        op.execute(
            f"CREATE TRIGGER {table}_final BEFORE {change} OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION contracts_refuse()"
        )


def create_negotiation() -> None:
    op.create_table(
        "contract",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", BIG, nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_contract_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contract_public_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_contract_reference")),
    )
    op.create_table(
        "contract_party",
        sa.Column("contract_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("party", sa.String(length=16), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("side IN ('house', 'partner')", name=op.f("ck_contract_party_side_known")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contract_party_contract_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_contract_party_organisation_id")),
        sa.PrimaryKeyConstraint("contract_id", "organisation_id", name=op.f("pk_contract_party")),
    )
    op.create_index(op.f("ix_contract_party_organisation_id"), "contract_party", ["organisation_id"], unique=False)
    op.create_index(
        "uq_contract_party_one_house",
        "contract_party",
        ["contract_id"],
        unique=True,
        sqlite_where=sa.text("side = 'house'"),
        postgresql_where=sa.text("side = 'house'"),
    )
    op.create_table(
        "contract_course",
        sa.Column("contract_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contract_course_contract_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_contract_course_course_id")),
        sa.PrimaryKeyConstraint("contract_id", "course_id", name=op.f("pk_contract_course")),
    )
    op.create_index(op.f("ix_contract_course_course_id"), "contract_course", ["course_id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("contract_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("offered_by_id", BIG, nullable=True),
        sa.Column("offered_party", sa.String(length=16), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("semantics", sa.String(length=40), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("terms_hash", sa.String(length=64), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", BIG, nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_proposal_closed_is_dated")),
        sa.CheckConstraint(
            "state IN ('open', 'countered', 'declined', 'withdrawn', 'expired', 'agreed')", name=op.f("ck_proposal_state_known")
        ),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_proposal_closed_by_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_proposal_contract_id")),
        sa.ForeignKeyConstraint(["offered_by_id"], ["person.id"], name=op.f("fk_proposal_offered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("contract_id", "n", name="uq_proposal_n"),
        sa.UniqueConstraint("public_id", name=op.f("uq_proposal_public_id")),
    )
    op.create_index("ix_proposal_due", "proposal", ["state", "reply_by"], unique=False)
    op.create_index(
        "uq_proposal_one_open",
        "proposal",
        ["contract_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "signature",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("proposal_id", BIG, nullable=False),
        sa.Column("party", sa.String(length=16), nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("terms_hash", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("reauthenticated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signature_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_signature_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
        sa.UniqueConstraint("proposal_id", "party", name="uq_signature_one_per_side"),
    )
    op.create_table(
        "negotiation_entry",
        sa.Column("contract_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("party", sa.String(length=16), nullable=True),
        sa.Column("person", sa.String(length=16), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_negotiation_entry_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "n", name=op.f("pk_negotiation_entry")),
        sa.UniqueConstraint("hash", name=op.f("uq_negotiation_entry_hash")),
    )


def create_terms() -> None:
    op.create_table(
        "terms",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("contract_id", BIG, nullable=False),
        sa.Column("proposal_id", BIG, nullable=False),
        sa.Column("terms_hash", sa.String(length=64), nullable=False),
        sa.Column("semantics", sa.String(length=40), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= effective_from", name=op.f("ck_terms_ends_after_start")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_terms_contract_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_terms_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
        sa.UniqueConstraint("contract_id", "terms_hash", name="uq_terms_hash"),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_terms_proposal_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_terms_public_id")),
    )
    op.create_index("ix_terms_terms_hash", "terms", ["terms_hash"], unique=False)
    op.create_index(
        "uq_terms_one_open",
        "terms",
        ["contract_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "terms_course",
        sa.Column("terms_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_terms_course_course_id")),
        sa.ForeignKeyConstraint(["terms_id"], ["terms.id"], name=op.f("fk_terms_course_terms_id")),
        sa.PrimaryKeyConstraint("terms_id", "course_id", name=op.f("pk_terms_course")),
    )
    op.create_index("ix_terms_course_in_force", "terms_course", ["course_id", "effective_from"], unique=False)
    op.create_index(
        "uq_terms_course_one_open",
        "terms_course",
        ["course_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "listing",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("terms_hash", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", BIG, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", BIG, nullable=True),
        sa.Column("close_reason", sa.String(length=20), nullable=False),
        sa.CheckConstraint("(closed_at IS NULL) = (close_reason = '')", name=op.f("ck_listing_closing_has_a_reason")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_listing_closed_by_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_listing_course_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_listing_opened_by_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_listing_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint("public_id", name=op.f("uq_listing_public_id")),
    )
    op.create_index(op.f("ix_listing_course_id"), "listing", ["course_id"], unique=False)
    op.create_index(
        "uq_listing_one_open",
        "listing",
        ["course_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def create_book() -> None:
    op.create_table(
        "contribution_fact",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("contract_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("party", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("holds_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=True),
        sa.Column("recorded_party", sa.String(length=16), nullable=False),
        sa.Column("fact_hash", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('module_weight', 'approved_minutes')", name=op.f("ck_contribution_fact_kind_known")),
        sa.CheckConstraint("value >= 0", name=op.f("ck_contribution_fact_counts")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contribution_fact_contract_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_contribution_fact_course_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_contribution_fact_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_fact")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contribution_fact_public_id")),
    )
    op.create_index("ix_contribution_fact_course", "contribution_fact", ["contract_id", "course_id", "holds_from"], unique=False)
    op.create_table(
        "fact_contest",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("fact_id", BIG, nullable=False),
        sa.Column("party", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("contested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contested_by_id", BIG, nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contested_by_id"], ["person.id"], name=op.f("fk_fact_contest_contested_by_id")),
        sa.ForeignKeyConstraint(["fact_id"], ["contribution_fact.id"], name=op.f("fk_fact_contest_fact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_contest")),
    )
    op.create_index(op.f("ix_fact_contest_fact_id"), "fact_contest", ["fact_id"], unique=False)
    op.create_index(
        "uq_fact_contest_one_open",
        "fact_contest",
        ["fact_id"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "money_event",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("effect_key", sa.String(length=200), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contract_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("terms_hash", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("contribution", sa.JSON(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("journal_id", BIG, nullable=True),
        sa.Column("reverses_id", BIG, nullable=True),
        sa.CheckConstraint("(kind = 'refund') = (reverses_id IS NOT NULL)", name=op.f("ck_money_event_refund_names_its_sale")),
        sa.CheckConstraint("kind IN ('sale', 'refund')", name=op.f("ck_money_event_kind_known")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_money_event_contract_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_money_event_course_id")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_money_event_journal_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["money_event.id"], name=op.f("fk_money_event_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_event")),
        sa.UniqueConstraint("effect_key", name=op.f("uq_money_event_effect_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_money_event_public_id")),
    )
    op.create_index("ix_money_event_contract", "money_event", ["contract_id", "occurred_at"], unique=False)
    op.create_index("ix_money_event_course", "money_event", ["course_id", "occurred_at"], unique=False)
    op.create_index("ix_money_event_reverses", "money_event", ["reverses_id"], unique=False)
    op.create_table(
        "money_line",
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("party", sa.String(length=16), nullable=True),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.CheckConstraint("role IN ('tax', 'rail_fee', 'share', 'discount', 'fee_cost')", name=op.f("ck_money_line_role_known")),
        sa.ForeignKeyConstraint(["event_id"], ["money_event.id"], name=op.f("fk_money_line_event_id")),
        sa.PrimaryKeyConstraint("event_id", "n", name=op.f("pk_money_line")),
    )
    op.create_index("ix_money_line_party", "money_line", ["party", "event_id"], unique=False)
