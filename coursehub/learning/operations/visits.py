"""Counting visits: a number per course and day, no person, no browser."""

from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from coursehub.db import db, transaction
from coursehub.learning.models import VisitCount


def count_visits(course_id: int, *, what: str, on_day: date, visits: int = 1) -> None:
    """Add visits to a course's page ("course") or to its previews ("preview") on a day."""
    row = {"course_id": course_id, "on_day": on_day, "what": what, "visits": visits}
    with transaction():
        db.session.connection().execute(_adding(db.engine.dialect.name), row)


@cache
def _adding(dialect: str) -> Any:
    insert = insert_sqlite if dialect == "sqlite" else insert_postgresql
    statement = insert(VisitCount)
    return statement.on_conflict_do_update(
        index_elements=["course_id", "on_day", "what"],
        set_={"visits": sa.text("visit_count.visits") + statement.excluded.visits},
    )
