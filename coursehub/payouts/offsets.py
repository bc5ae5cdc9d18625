"""How much of a payout is set against what a partner owes. Pure: no database, no clock.

Source: the clawback clause of the terms, "set against later payouts, at most X % of each".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WHOLE_BPS = 10_000


@dataclass(frozen=True, slots=True)
class Claim:
    """Something a partner owes: the journal that made it so, since when, what is left of it, and how it may be taken.

    limit_bps: the part of one payout that may be used. ends_at: when the house gives it up; None is never.
    """

    journal_id: int
    since_at: datetime
    left_minor: int
    limit_bps: int = WHOLE_BPS
    ends_at: datetime | None = None
    what: str = "clawback"


def set_against(ready_minor: int, claims: Sequence[Claim]) -> dict[int, int]:
    """What is taken for each claim (by its journal) out of what is ready, the oldest first.

    When a claim's turn comes, all that is taken so far and with it stays within its own limit.
    """
    taken: dict[int, int] = {}
    for claim in sorted(claims, key=lambda each: (each.since_at, each.journal_id)):
        room = ready_minor * claim.limit_bps // WHOLE_BPS - sum(taken.values())
        amount = min(claim.left_minor, room)
        if amount > 0:
            taken[claim.journal_id] = amount
    return taken
