"""When a partner last looked at their desk, kept in their own cookie: reading a desk writes nothing here."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

COOKIE = "looked"
A_LOOK = timedelta(minutes=30)
"""Coming back within this time is the same look."""
UNKNOWN = timedelta(days=7)
FURTHEST = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Look:
    """The look before this one, when this one was last seen, and for which organisation."""

    organisation: str
    before: datetime
    seen: datetime
    is_first: bool

    def as_cookie(self) -> str:
        """The value to keep."""
        return f"{self.organisation}.{int(self.before.timestamp())}.{int(self.seen.timestamp())}"


def look(cookie: str, organisation: str, *, at: datetime) -> Look:
    """This look, given what the cookie kept. A cookie of another organisation, or an odd one, counts as none."""
    kept = _kept(cookie, organisation, at)
    if kept is None:
        return Look(organisation, at - UNKNOWN, at, is_first=True)
    before, seen = kept
    if at - seen > A_LOOK:
        before = seen
    return Look(organisation, max(before, at - FURTHEST), at, is_first=False)


def _kept(cookie: str, organisation: str, at: datetime) -> tuple[datetime, datetime] | None:
    parts = cookie.split(".")
    if len(parts) != 3 or parts[0] != organisation or not all(p.isascii() and p.isdigit() and len(p) <= 11 for p in parts[1:]):
        return None
    before, seen = (datetime.fromtimestamp(int(part), UTC) for part in parts[1:])
    return (before, seen) if before <= seen <= at else None
