"""Bundles of courses, and the parts of their orders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "bundles"
down_revision = "contest_clocks"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WISHED = ("offering_id", "course_id", "release_id", "terms_hash")
WAITING = "state IN ('placed', 'awaiting_payment')"
ENROLLED = "(state IN ('paid', 'free', 'refunded')) = (enrolment_id IS NOT NULL)"
SOLD = "bundle_id IS NOT NULL OR (state IN ('paid', 'free', 'refunded')) = (enrolment_id IS NOT NULL)"
COURSE_OR_BUNDLE = (
    "(bundle_id IS NULL) = (course_id IS NOT NULL) AND (course_id IS NULL) = (offering_id IS NULL) "
    "AND (course_id IS NULL) = (release_id IS NULL) AND (course_id IS NULL) = (terms_hash IS NULL)"
)
ORDER_CHANGES = (
    ("offering_id INTEGER NOT NULL", "offering_id INTEGER"),
    ("course_id INTEGER NOT NULL", "course_id INTEGER"),
    ("release_id INTEGER NOT NULL", "release_id INTEGER"),
    ("terms_hash VARCHAR(64) NOT NULL", "terms_hash VARCHAR(64)"),
    (
        f"CONSTRAINT ck_order_sold_is_enrolled CHECK ({ENROLLED})",
        f"CONSTRAINT ck_order_sold_is_enrolled CHECK ({SOLD}), \n\tCONSTRAINT ck_order_course_or_bundle CHECK ({COURSE_OR_BUNDLE})",
    ),
)


def upgrade() -> None:
    op.create_table(
        "bundle",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("about_en", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("refund_days", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", BIG, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", BIG, nullable=True),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_bundle_price_positive")),
        sa.CheckConstraint("refund_days BETWEEN 0 AND 365", name=op.f("ck_bundle_refund_days_in_range")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_bundle_closed_by_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_bundle_opened_by_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_bundle_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bundle_public_id")),
    )
    op.create_index("ix_bundle_open", "bundle", ["closed_at", "opened_at"], unique=False)
    op.create_index("ix_bundle_organisation", "bundle", ["organisation_id", "opened_at"], unique=False)
    op.create_table(
        "bundle_course",
        sa.Column("bundle_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundle.id"], name=op.f("fk_bundle_course_bundle_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_bundle_course_course_id")),
        sa.PrimaryKeyConstraint("bundle_id", "course_id", name=op.f("pk_bundle_course")),
    )
    op.create_index(op.f("ix_bundle_course_course_id"), "bundle_course", ["course_id"], unique=False)
    op.create_table(
        "order_part",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("offering_id", BIG, nullable=False),
        sa.Column("course_id", BIG, nullable=False),
        sa.Column("release_id", BIG, nullable=False),
        sa.Column("terms_hash", sa.String(length=64), nullable=False),
        sa.Column("list_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_bps", sa.Integer(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("enrolment_id", BIG, nullable=True),
        sa.CheckConstraint("gross_minor BETWEEN 0 AND list_price_minor", name=op.f("ck_order_part_gross_within_list_price")),
        sa.CheckConstraint("tax_minor BETWEEN 0 AND gross_minor", name=op.f("ck_order_part_tax_within_gross")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_order_part_course_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_order_part_enrolment_id")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_order_part_offering_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_part_order_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_order_part_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_part")),
        sa.UniqueConstraint("order_id", "course_id", name="uq_order_part_course"),
    )
    op.create_index(op.f("ix_order_part_course_id"), "order_part", ["course_id"], unique=False)
    op.create_index(op.f("ix_order_part_enrolment_id"), "order_part", ["enrolment_id"], unique=True)
    op.create_index(op.f("ix_order_part_offering_id"), "order_part", ["offering_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        _change("order", ORDER_CHANGES, {"bundle_id": "INTEGER"}, {"fk_order_bundle_id": ("bundle_id", "bundle")})
        _change("refund", (), {"part_id": "INTEGER"}, {"fk_refund_part_id": ("part_id", "order_part")})
        _change("refund_request", (), {"part_id": "INTEGER"}, {"fk_refund_request_part_id": ("part_id", "order_part")})
    else:
        for name in WISHED:
            op.alter_column("order", name, nullable=True)
        op.add_column("order", sa.Column("bundle_id", BIG, nullable=True))
        op.create_foreign_key(op.f("fk_order_bundle_id"), "order", "bundle", ["bundle_id"], ["id"])
        op.drop_constraint(op.f("ck_order_sold_is_enrolled"), "order", type_="check")
        op.create_check_constraint(op.f("ck_order_sold_is_enrolled"), "order", SOLD)
        op.create_check_constraint(op.f("ck_order_course_or_bundle"), "order", COURSE_OR_BUNDLE)
        for table in ("refund", "refund_request"):
            op.add_column(table, sa.Column("part_id", BIG, nullable=True))
            op.create_foreign_key(op.f(f"fk_{table}_part_id"), table, "order_part", ["part_id"], ["id"])
    op.create_index(op.f("ix_order_bundle_id"), "order", ["bundle_id"], unique=False)
    op.create_index(
        "uq_order_paying_bundle", "order", ["buyer_id", "bundle_id"], unique=True,
        sqlite_where=sa.text(WAITING), postgresql_where=sa.text(WAITING),
    )  # fmt: skip
    op.drop_index(op.f("ix_refund_request_id"), table_name="refund")
    op.create_index(op.f("ix_refund_request_id"), "refund", ["request_id"], unique=False)
    op.create_index(op.f("ix_refund_part_id"), "refund", ["part_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_refund_part_id"), table_name="refund")
    op.drop_index(op.f("ix_refund_request_id"), table_name="refund")
    op.create_index(op.f("ix_refund_request_id"), "refund", ["request_id"], unique=True)
    op.drop_index("uq_order_paying_bundle", table_name="order")
    op.drop_index(op.f("ix_order_bundle_id"), table_name="order")
    if op.get_bind().dialect.name == "sqlite":
        _change("refund_request", (), {"part_id": None}, {"fk_refund_request_part_id": ("part_id", "order_part")})
        _change("refund", (), {"part_id": None}, {"fk_refund_part_id": ("part_id", "order_part")})
        back = [(after, before) for before, after in ORDER_CHANGES]
        _change("order", back, {"bundle_id": None}, {"fk_order_bundle_id": ("bundle_id", "bundle")})
    else:
        for table in ("refund_request", "refund"):
            op.drop_constraint(op.f(f"fk_{table}_part_id"), table, type_="foreignkey")
            op.drop_column(table, "part_id")
        op.drop_constraint(op.f("ck_order_course_or_bundle"), "order", type_="check")
        op.drop_constraint(op.f("ck_order_sold_is_enrolled"), "order", type_="check")
        op.create_check_constraint(op.f("ck_order_sold_is_enrolled"), "order", ENROLLED)
        op.drop_constraint(op.f("fk_order_bundle_id"), "order", type_="foreignkey")
        op.drop_column("order", "bundle_id")
        for name in WISHED:
            op.alter_column("order", name, nullable=False)
    op.drop_table("order_part")
    op.drop_table("bundle_course")
    op.drop_table("bundle")


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
