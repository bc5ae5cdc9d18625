"""Counting visits: a number per course and day, no person, no browser."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from coursehub.db import db, transaction
from coursehub.learning.models import VisitCount


def count_visits(course_id: int, *, what: str, on_day: date, visits: int = 1) -> None:
    """Add visits to a course's page ("course") or to its previews ("preview") on a day."""
    row = {"course_id": course_id, "on_day": on_day, "what": what, "visits": visits}
    insert = insert_sqlite if db.engine.dialect.name == "sqlite" else insert_postgresql
    with transaction():
        statement = insert(VisitCount).values(row)
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["course_id", "on_day", "what"],
                set_={"visits": sa.text("visit_count.visits") + statement.excluded.visits},
            )
        )
