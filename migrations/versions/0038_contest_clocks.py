"""A contest of a fact has an answer, a clock and an outcome; teaching hours have their approval; facts say what they come from."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "contest_clocks"
down_revision = "periods"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ANSWER_TIME = timedelta(days=14)


def upgrade() -> None:
    op.add_column("contribution_fact", sa.Column("evidence", sa.JSON(), nullable=True))
    op.add_column("contribution_fact", sa.Column("approved_at", MOMENT, nullable=True))
    op.add_column("contribution_fact", sa.Column("approved_by_id", BIG, nullable=True))
    op.add_column("contribution_fact", sa.Column("approved_party", sa.String(length=16), nullable=True))
    # Hours counted from the moment at which they were written down; what was shared by them stays so.
    op.execute("UPDATE contribution_fact SET approved_at = recorded_at WHERE kind = 'approved_minutes'")
    for column in (
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by_id", BIG, nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
    ):
        op.add_column("fact_contest", column)
    contest = sa.table("fact_contest", sa.column("id", BIG), sa.column("contested_at", MOMENT), sa.column("due_at", MOMENT))
    bind = op.get_bind()
    for contest_id, contested_at in bind.execute(sa.select(contest.c.id, contest.c.contested_at)).all():
        due = contest.update().where(contest.c.id == contest_id).values(due_at=contested_at + ANSWER_TIME)
        bind.execute(due)
    with op.batch_alter_table("contribution_fact") as table:
        table.create_foreign_key("fk_contribution_fact_approved_by_id", "person", ["approved_by_id"], ["id"])
    with op.batch_alter_table("fact_contest") as table:
        table.alter_column("due_at", existing_type=MOMENT, nullable=False)
        table.create_foreign_key("fk_fact_contest_answered_by_id", "person", ["answered_by_id"], ["id"])
        table.create_check_constraint(
            "outcome_known", "outcome IN ('accepted', 'taken_back', 'unanswered', 'let_stand', 'upheld')"
        )


def downgrade() -> None:
    with op.batch_alter_table("fact_contest") as table:
        table.drop_constraint(op.f("ck_fact_contest_outcome_known"), type_="check")
        for column in ("outcome", "answered_by_id", "answered_at", "answer", "due_at"):
            table.drop_column(column)
    with op.batch_alter_table("contribution_fact") as table:
        for column in ("approved_party", "approved_by_id", "approved_at", "evidence"):
            table.drop_column(column)
