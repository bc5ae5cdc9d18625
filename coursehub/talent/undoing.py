"""How long something that was removed can be brought back. No database."""

from datetime import datetime, timedelta

from coursehub.errors import Refusal

UNDO = timedelta(hours=24)


class TooLateToBringBack(Refusal):
    """This was removed too long ago to be brought back."""


def require_undo(removed_at: datetime | None, at: datetime) -> None:
    """Raises TooLateToBringBack; what was not removed is as good as brought back."""
    if removed_at is not None and removed_at <= at - UNDO:
        raise TooLateToBringBack
