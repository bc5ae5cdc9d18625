"""Jobs, schedules, events and letters: what every room stands on."""

import sqlalchemy as sa
from alembic import op

revision = "floor"
down_revision = None
branch_labels = None
depends_on = None

big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("dedupe_key", sa.String(200), nullable=True),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("enqueued_at", moment, nullable=False),
        sa.Column("run_at", moment, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.UniqueConstraint("dedupe_key", name="uq_job_dedupe_key"),
    )
    op.create_index("ix_job_due", "job", ["state", "run_at"])
    op.create_table(
        "cron_tick",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("tick_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("name", "tick_at", name="pk_cron_tick"),
    )
    op.create_table(
        "event",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_name_at", "event", ["name", "at"])
    op.create_table(
        "letter",
        sa.Column("id", big, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("person_id", big, nullable=True),
        sa.Column("to", sa.String(320), nullable=False),
        sa.Column("locale", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", moment, nullable=False),
        sa.Column("sent_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
        sa.UniqueConstraint("public_id", name="uq_letter_public_id"),
        sa.UniqueConstraint("key", name="uq_letter_key"),
    )
    op.create_index("ix_letter_person_id", "letter", ["person_id"])
    op.create_index("ix_letter_written_at", "letter", ["written_at"])
    op.create_table(
        "letter_opt_out",
        sa.Column("person_id", big, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("since_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind", name="pk_letter_opt_out"),
    )


def downgrade() -> None:
    op.drop_table("letter_opt_out")
    op.drop_table("letter")
    op.drop_table("event")
    op.drop_table("cron_tick")
    op.drop_table("job")
