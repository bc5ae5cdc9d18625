"""Old rows about changes of the pool are swept away: every process has seen them, or will read the pool whole."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from coursehub.db import db, transaction
from coursehub.talent.models import PoolChange

KEPT_FOR = timedelta(days=1)
"""Twice as long as a process trusts what it keeps (`queries/pool_memory.py`)."""


def sweep_changes(*, at: datetime) -> int:
    """Take away what is older than a day; the newest row stays, since SQLite would count anew from an empty table.

    Gives how many went.
    """
    with transaction():
        newest = sa.select(sa.func.max(PoolChange.id)).scalar_subquery()
        gone = db.session.execute(sa.delete(PoolChange).where(PoolChange.made_at < at - KEPT_FOR, PoolChange.id < newest))
        return int(gone.rowcount)  # type: ignore[attr-defined]
