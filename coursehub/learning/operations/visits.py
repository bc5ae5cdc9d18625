"""Counting visits: a number per course and day, no person, no browser."""

from datetime import date

from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is understood by SQLite, too

from coursehub.db import transaction
from coursehub.learning.models import VisitCount
from coursehub.prepared import Prepared

_fresh = insert(VisitCount.__table__)  # type: ignore[arg-type]
_ADD = Prepared(
    _fresh.on_conflict_do_update(
        index_elements=["course_id", "on_day", "what"], set_={"visits": VisitCount.visits + _fresh.excluded.visits}
    )
)


def count_visits(course_id: int, *, what: str, on_day: date, visits: int = 1) -> None:
    """Add visits to a course's page ("course") or to its previews ("preview") on a day."""
    with transaction():
        _ADD({"course_id": course_id, "on_day": on_day, "what": what, "visits": visits})
