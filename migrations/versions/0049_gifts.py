"""Gifts: courses that somebody pays for and another person takes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "gifts"
down_revision = "sponsors"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = "state IN ('placed', 'awaiting_payment')"
OWN = f"gift_id IS NULL AND {WAITING}"
GIVEN = f"gift_id IS NOT NULL AND {WAITING}"
ENROLLED = "(state IN ('paid', 'free', 'refunded')) = (enrolment_id IS NOT NULL)"
BEFORE = f"bundle_id IS NOT NULL OR {ENROLLED}"
AFTER = f"bundle_id IS NOT NULL OR gift_id IS NOT NULL OR {ENROLLED}"
SOLD = (f"CONSTRAINT ck_order_sold_is_enrolled CHECK ({BEFORE})", f"CONSTRAINT ck_order_sold_is_enrolled CHECK ({AFTER})")


def upgrade() -> None:
    op.create_table(
        "gift",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("giver_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("recipient_email", sa.String(length=254), nullable=True),
        sa.Column("letter_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("letter_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("link_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by_id", BIG, nullable=True),
        sa.CheckConstraint("(claimed_at IS NULL) = (claimed_by_id IS NULL)", name=op.f("ck_gift_claim_is_whole")),
        sa.CheckConstraint("(token_hash IS NULL) = (link_until IS NULL)", name=op.f("ck_gift_link_is_whole")),
        sa.CheckConstraint(
            "claimed_at IS NULL OR (token_hash IS NULL AND recipient_email IS NULL)", name=op.f("ck_gift_claimed_is_closed")
        ),
        sa.ForeignKeyConstraint(["claimed_by_id"], ["person.id"], name=op.f("fk_gift_claimed_by_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_gift_course_id")),
        sa.ForeignKeyConstraint(["giver_id"], ["person.id"], name=op.f("fk_gift_giver_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift")),
        sa.UniqueConstraint("public_id", name=op.f("uq_gift_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_gift_token_hash")),
    )
    op.create_index("ix_gift_claimed_by", "gift", ["claimed_by_id"], unique=False)
    op.create_index(op.f("ix_gift_giver_id"), "gift", ["giver_id"], unique=False)
    op.create_index("ix_gift_link_until", "gift", ["link_until"], unique=False)
    op.drop_index("uq_order_paying", table_name="order")
    if op.get_bind().dialect.name == "sqlite":
        _change("order", [SOLD], {"gift_id": "INTEGER"}, {"fk_order_gift_id": ("gift_id", "gift")})
    else:
        op.add_column("order", sa.Column("gift_id", BIG, nullable=True))
        op.create_foreign_key(op.f("fk_order_gift_id"), "order", "gift", ["gift_id"], ["id"])
        op.drop_constraint(op.f("ck_order_sold_is_enrolled"), "order", type_="check")
        op.create_check_constraint(op.f("ck_order_sold_is_enrolled"), "order", AFTER)
    op.create_index(op.f("ix_order_gift_id"), "order", ["gift_id"], unique=True)
    _one_waits("uq_order_paying", OWN)
    _one_waits("uq_order_paying_gift", GIVEN)


def downgrade() -> None:
    op.drop_index("uq_order_paying_gift", table_name="order")
    op.drop_index("uq_order_paying", table_name="order")
    op.drop_index(op.f("ix_order_gift_id"), table_name="order")
    if op.get_bind().dialect.name == "sqlite":
        _change("order", [(SOLD[1], SOLD[0])], {"gift_id": None}, {"fk_order_gift_id": ("gift_id", "gift")})
    else:
        op.drop_constraint(op.f("ck_order_sold_is_enrolled"), "order", type_="check")
        op.create_check_constraint(op.f("ck_order_sold_is_enrolled"), "order", BEFORE)
        op.drop_constraint(op.f("fk_order_gift_id"), "order", type_="foreignkey")
        op.drop_column("order", "gift_id")
    _one_waits("uq_order_paying", WAITING)
    op.drop_table("gift")


def _one_waits(name: str, where: str) -> None:
    """A buyer has one order for a course that waits to be paid."""
    op.create_index(
        name, "order", ["buyer_id", "course_id"], unique=True, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
    )


def _change(
    table: str, texts: Sequence[tuple[str, str]], columns: dict[str, str | None], keys: dict[str, tuple[str, str]]
) -> None:
    """SQLite cannot change a check or add a key, so there a table is written anew, with its indexes and triggers as they were.

    columns: those that come with their type, those that go with None. keys: name -> (column, table it points at), with the columns.
    """
    connection = op.get_bind()
    kept = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"), {"name": table}
    ).all()
    (made,) = (row.sql for row in kept if row.type == "table")
    for before, after in texts:
        if before not in made:
            raise RuntimeError(f"{table} does not read as expected: {before}")
        made = made.replace(before, after)
    old = [row[1] for row in connection.exec_driver_sql(f'PRAGMA table_info("{table}")')]
    copied = ", ".join(f'"{name}"' for name in old if name not in columns)
    for name, type_ in columns.items():
        if type_ is not None:
            made = made.replace("\tCONSTRAINT", f"\t{name} {type_}, \n\tCONSTRAINT", 1)
        else:
            made = made.replace(f"\t{name} INTEGER, \n", "", 1)
    for name, (column, target) in keys.items():
        key = f', \n\tCONSTRAINT {name} FOREIGN KEY({column}) REFERENCES "{target}" (id)'
        made = made.rstrip()[:-1].rstrip() + key + "\n)" if columns[column] is not None else made.replace(key, "")
    anew = made.replace(
        f'CREATE TABLE "{table}"' if f'CREATE TABLE "{table}"' in made else f"CREATE TABLE {table}", "CREATE TABLE anew", 1
    )
    connection.exec_driver_sql(anew)
    connection.exec_driver_sql(f'INSERT INTO anew ({copied}) SELECT {copied} FROM "{table}"')
    connection.exec_driver_sql(f'DROP TABLE "{table}"')
    connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")  # what points at the table goes on pointing at that name
    connection.exec_driver_sql(f'ALTER TABLE anew RENAME TO "{table}"')
    connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
    for row in kept:
        if row.type != "table":
            connection.exec_driver_sql(row.sql)
