"""The one way to leave an audit row."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.db import db, in_transaction
from coursehub.people.models import PeopleAudit


def note(
    act: str,
    *,
    at: datetime,
    person_id: int | None = None,
    by_id: int | None = None,
    organisation_id: int | None = None,
    **facts: Any,
) -> None:
    """Write down one act in the open transaction: ids and words only, never a personal field."""
    if not in_transaction():
        raise RuntimeError("note() needs an open transaction()")
    db.session.execute(
        sa.insert(PeopleAudit),
        {
            "act": act, "at": at, "person_id": person_id, "by_id": by_id,
            "organisation_id": organisation_id, "facts": facts,
        },
    )  # fmt: skip
