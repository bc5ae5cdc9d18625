"""Published prices, pinned on openings; and hires with their rebates in the book of money events."""

import sqlalchemy as sa
from alembic import op

revision = "prices"
down_revision = "right_to_hire"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = ("ck_money_event_kind_known", "ck_money_event_refund_names_its_sale")
BEFORE = ("kind IN ('sale', 'refund')", "(kind = 'refund') = (reverses_id IS NOT NULL)")
AFTER = ("kind IN ('sale', 'refund', 'hire', 'rebate')", "(kind IN ('refund', 'rebate')) = (reverses_id IS NOT NULL)")


def upgrade() -> None:
    op.create_table(
        "published_prices",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_by_id", BIG, nullable=True),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("effective_from >= announced_at", name=op.f("ck_published_prices_announced_before")),
        sa.ForeignKeyConstraint(["announced_by_id"], ["person.id"], name=op.f("fk_published_prices_announced_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_prices")),
        sa.UniqueConstraint("currency", "version", name="uq_published_prices_version"),
        sa.UniqueConstraint("public_id", name=op.f("uq_published_prices_public_id")),
    )
    op.create_index("ix_published_prices_in_force", "published_prices", ["currency", "effective_from"], unique=False)
    lite = op.get_bind().dialect.name == "sqlite"
    kind = "INTEGER" if lite else "BIGINT"
    # A plain ALTER: rebuilding the table on SQLite would drop what points at it.
    op.execute(
        f"ALTER TABLE opening ADD COLUMN prices_id {kind} CONSTRAINT fk_opening_prices_id REFERENCES published_prices (id)"
    )
    _guard(lite)
    _say_kinds(AFTER, lite)


def downgrade() -> None:
    lite = op.get_bind().dialect.name == "sqlite"
    _say_kinds(BEFORE, lite)
    op.execute("DROP TRIGGER opening_keeps_its_prices" + ("" if lite else " ON opening"))
    if lite:
        op.execute("ALTER TABLE opening DROP COLUMN prices_id")
    else:
        op.drop_column("opening", "prices_id")
    op.drop_table("published_prices")
    if not lite:
        op.execute("DROP FUNCTION published_prices_stay()")
        op.execute("DROP FUNCTION opening_keeps_its_prices()")


def _guard(lite: bool) -> None:
    """What was announced stays, and so does what an opening was published under."""
    if lite:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER published_prices_no_{act.lower()} BEFORE {act} ON published_prices "
                "BEGIN SELECT RAISE(ABORT, 'published prices stay as they are'); END"
            )
        op.execute(
            "CREATE TRIGGER opening_keeps_its_prices BEFORE UPDATE OF prices_id ON opening "
            "WHEN OLD.published_at IS NOT NULL AND OLD.prices_id IS NOT NEW.prices_id "
            "BEGIN SELECT RAISE(ABORT, 'a published opening keeps its prices'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION published_prices_stay() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'published prices stay as they are'; END $$"
    )
    op.execute(
        "CREATE TRIGGER published_prices_no_change BEFORE UPDATE OR DELETE ON published_prices "
        "FOR EACH ROW EXECUTE FUNCTION published_prices_stay()"
    )
    op.execute(
        "CREATE FUNCTION opening_keeps_its_prices() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF OLD.published_at IS NOT NULL AND OLD.prices_id IS DISTINCT FROM NEW.prices_id THEN "
        "RAISE EXCEPTION 'a published opening keeps its prices'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER opening_keeps_its_prices BEFORE UPDATE ON opening "
        "FOR EACH ROW EXECUTE FUNCTION opening_keeps_its_prices()"
    )


def _say_kinds(rules: tuple[str, str], lite: bool) -> None:
    """Which kinds of money event there are. SQLite cannot change a check, so there the table is written anew."""
    if not lite:
        for name, rule in zip(KINDS, rules, strict=True):
            op.drop_constraint(op.f(name), "money_event", type_="check")
            op.create_check_constraint(op.f(name), "money_event", rule)
        return
    op.create_table(
        "money_event_anew",
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
        *(sa.CheckConstraint(rule, name=op.f(name)) for name, rule in zip(KINDS, rules, strict=True)),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_money_event_contract_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_money_event_course_id")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_money_event_journal_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["money_event.id"], name=op.f("fk_money_event_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_event")),
        sa.UniqueConstraint("effect_key", name=op.f("uq_money_event_effect_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_money_event_public_id")),
    )
    op.execute("INSERT INTO money_event_anew SELECT * FROM money_event")
    op.execute("DROP TABLE money_event")
    op.execute("PRAGMA legacy_alter_table = ON")  # what points at money_event goes on pointing at that name
    op.rename_table("money_event_anew", "money_event")
    op.execute("PRAGMA legacy_alter_table = OFF")
    op.create_index("ix_money_event_contract", "money_event", ["contract_id", "occurred_at"], unique=False)
    op.create_index("ix_money_event_course", "money_event", ["course_id", "occurred_at"], unique=False)
    op.create_index("ix_money_event_reverses", "money_event", ["reverses_id"], unique=False)
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER money_event_{act.lower()}_final BEFORE {act} ON money_event "
            "BEGIN SELECT RAISE(ABORT, 'contracts: money_event is final'); END"
        )
