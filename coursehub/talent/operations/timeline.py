"""Writing a career fact: in the transaction that made it true, once per key."""

from datetime import datetime

import sqlalchemy as sa

from coursehub.db import db, in_transaction
from coursehub.talent.models.timeline import CareerFact


def note_fact(
    kind: str,
    person_id: int,
    *,
    key: str,
    true_at: datetime,
    at: datetime,
    source: str = "system",
    organisation_id: int | None = None,
    course_id: int | None = None,
    subject_id: int | None = None,
    detail: str = "",
) -> None:
    """Write down one fact in the open transaction; a second call with the same key changes nothing."""
    if not in_transaction():
        raise RuntimeError("note_fact() needs an open transaction()")
    if db.session.execute(sa.select(CareerFact.id).where(CareerFact.fact_key == key)).first():
        return
    db.session.add(
        CareerFact(
            person_id=person_id, kind=kind, true_at=true_at, learned_at=at, source=source, organisation_id=organisation_id,
            course_id=course_id, subject_id=subject_id, detail=detail, fact_key=key,
        )
    )  # fmt: skip
    db.session.flush()
