"""Search on PostgreSQL: new words go into the index at once, not onto a list that every search walks until a vacuum clears it.

A few courses are indexed each day, and searches come all the time. With a long list the planner
rather read the whole table and unpacked every course's words (4 ms for 1,000 courses; 0.2 ms by the index).
"""

from alembic import op

revision = "search_index"
down_revision = "shelf"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_search_entry_tokens SET (fastupdate = off)")
        op.execute("SELECT gin_clean_pending_list('ix_search_entry_tokens')")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_search_entry_tokens RESET (fastupdate)")
