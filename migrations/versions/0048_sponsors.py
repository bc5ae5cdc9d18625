"""Requests that an employer pay, and the channel of a sponsor."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "sponsors"
down_revision = "payout_ways"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAMES = ("ck_order_channel_known", "ck_order_channel_has_organisation")
BEFORE = (
    "channel IN ('partner_link', 'platform', 'coupon')",
    "(channel = 'platform') OR (attributed_organisation_id IS NOT NULL)",
)
AFTER = (
    "channel IN ('partner_link', 'platform', 'coupon', 'sponsor')",
    "channel IN ('platform', 'sponsor') OR attributed_organisation_id IS NOT NULL",
)


def upgrade() -> None:
    op.create_table(
        "sponsor_request",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("learner_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("employer_email", sa.String(length=254), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("order_id", BIG, nullable=True),
        sa.Column("link_code", sa.String(length=16), nullable=True),
        sa.Column("clicked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name=op.f("ck_sponsor_request_answer_is_whole")),
        sa.CheckConstraint("state IN ('open', 'paid', 'declined', 'withdrawn')", name=op.f("ck_sponsor_request_state_known")),
        sa.CheckConstraint("(link_code IS NULL) = (clicked_at IS NULL)", name=op.f("ck_sponsor_request_click_is_whole")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_sponsor_request_course_id")),
        sa.ForeignKeyConstraint(["learner_id"], ["person.id"], name=op.f("fk_sponsor_request_learner_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_sponsor_request_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sponsor_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sponsor_request_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sponsor_request_token_hash")),
    )
    op.create_index(op.f("ix_sponsor_request_course_id"), "sponsor_request", ["course_id"], unique=False)
    op.create_index(op.f("ix_sponsor_request_order_id"), "sponsor_request", ["order_id"], unique=True)
    op.create_index(
        "uq_sponsor_request_open",
        "sponsor_request",
        ["learner_id", "course_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    _say(BEFORE, AFTER)


def downgrade() -> None:
    _say(AFTER, BEFORE)
    op.drop_table("sponsor_request")


def _say(before: tuple[str, str], after: tuple[str, str]) -> None:
    """Other rules for the channel of an order."""
    if op.get_bind().dialect.name != "sqlite":
        for name, rule in zip(NAMES, after, strict=True):
            op.drop_constraint(op.f(name), "order", type_="check")
            op.create_check_constraint(op.f(name), "order", rule)
        return
    texts = [
        (f"CONSTRAINT {name} CHECK ({old})", f"CONSTRAINT {name} CHECK ({new})")
        for name, old, new in zip(NAMES, before, after, strict=True)
    ]
    _change("order", texts)


def _change(table: str, texts: Sequence[tuple[str, str]]) -> None:
    """SQLite cannot change a check, so there a table is written anew, with its indexes and triggers as they were."""
    connection = op.get_bind()
    kept = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"), {"name": table}
    ).all()
    (made,) = (row.sql for row in kept if row.type == "table")
    for before, after in texts:
        if before not in made:
            raise RuntimeError(f"{table} does not read as expected: {before}")
        made = made.replace(before, after)
    columns = ", ".join(f'"{row[1]}"' for row in connection.exec_driver_sql(f'PRAGMA table_info("{table}")'))
    connection.exec_driver_sql(made.replace(f'CREATE TABLE "{table}"', "CREATE TABLE anew", 1))
    connection.exec_driver_sql(f'INSERT INTO anew ({columns}) SELECT {columns} FROM "{table}"')
    connection.exec_driver_sql(f'DROP TABLE "{table}"')
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")  # what points at the table goes on pointing at that name
    connection.exec_driver_sql(f'ALTER TABLE anew RENAME TO "{table}"')
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
    for row in kept:
        if row.type != "table":
            connection.exec_driver_sql(row.sql)
