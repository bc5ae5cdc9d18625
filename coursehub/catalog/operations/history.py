"""Writing down what happened to a release."""

from datetime import datetime

from coursehub.catalog.models import Release, ReleaseEvent
from coursehub.db import db


def happened(release: Release, what: str, *, by_id: int | None, at: datetime) -> None:
    """Add one line to the history of a release, in the open transaction."""
    db.session.add(ReleaseEvent(release_id=release.id, what=what, by_id=by_id, at=at))
