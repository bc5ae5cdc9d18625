"""Searches that a person saved while they hired."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.db import db
from coursehub.talent.models import SavedSearch, SearchKnown
from coursehub.talent.personal.profiles import rows


def export(person_id: int) -> dict[str, Any]:
    """What they looked for."""
    own = sa.select(SavedSearch.public_id, SavedSearch.title, SavedSearch.wish, SavedSearch.alert, SavedSearch.made_at)
    return {"saved": rows(own.where(SavedSearch.person_id == person_id).order_by(SavedSearch.id))}


def erase(person_id: int, at: datetime) -> None:  # noqa: ARG001 - every noun is asked alike
    """Delete them; nobody else reads them."""
    own = sa.select(SavedSearch.id).where(SavedSearch.person_id == person_id)
    db.session.execute(sa.delete(SearchKnown).where(SearchKnown.search_id.in_(own)))
    db.session.execute(sa.delete(SavedSearch).where(SavedSearch.person_id == person_id))
