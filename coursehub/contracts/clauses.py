"""Clauses that look at more than one sale: volume, dates, ceilings of a period, advances, guarantees, reserves.

Each came after the first version of terms and is left out where it says nothing, so that older terms keep their
hash. What they count stands in the books as counters (`counters.py`), never in a hidden state.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from flask_babel import lazy_gettext as _l

from coursehub.contracts.shape import Count, Whole, Words

PartyId = Annotated[str, Words(1, 16, "[0-9a-z]+")]
Bps = Annotated[int, Whole(0, 10_000)]
Minor = Annotated[int, Whole(0, 10**12)]
Moment = Annotated[
    str,
    Words(
        20,
        20,
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z",
        _l("Write the moment in this form, in universal time: 2026-05-01T00:00:00Z"),
    ),
]
Window = Literal["month", "year", "contract"]
"""A calendar month or year in Beijing, or all the time that the contract has been running."""


@dataclass(frozen=True, slots=True)
class Rung:
    """From which volume on another percentage counts."""

    above_minor: Minor
    share_bps: Bps


@dataclass(frozen=True, slots=True)
class Ladder:
    """A percentage by volume: what was shared under the contract within a window before this sale.

    marginal: each rung counts for the part of the volume that lies above it. slab: the rung that was reached
    before the sale counts for the whole of it.
    """

    kind: Literal["marginal", "slab"]
    window: Window
    rungs: Annotated[tuple[Rung, ...], Count(1, 4)]


@dataclass(frozen=True, slots=True)
class LaterRate:
    """From a day on another percentage."""

    begins: Moment
    share_bps: Bps


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that all sales of a window may give."""

    window: Window
    amount_minor: Minor


@dataclass(frozen=True, slots=True)
class Recoup:
    """Costs that come back first: a part of what is left goes to one party until the amount is reached.

    Each has its own counter and looks at its own contract alone (no cross-collateral).
    """

    id: PartyId
    party: PartyId
    amount_minor: Minor
    share_bps: Bps


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What a party gets at least in a window; what is missing is added when the window is closed.

    cap_minor: the most that may be added; None: no limit.
    """

    party: PartyId
    window: Literal["month", "year"]
    amount_minor: Minor
    cap_minor: Minor | None
    funder: PartyId


@dataclass(frozen=True, slots=True)
class Reserve:
    """A part of each partner's share that is kept longer than the hold, against refunds that come late."""

    share_bps: Bps
    days: Annotated[int, Whole(1, 730)]


@dataclass(frozen=True, slots=True)
class Payday:
    """When what may be paid out leaves at the latest, and from which amount; less waits for the next time.

    week: on Monday in Beijing, or the next working day. month: on the house's day of the month.
    """

    every: Literal["week", "month"]
    minimum_minor: Minor


@dataclass(frozen=True, slots=True)
class Trigger:
    """What opens the terms for talk again: a side's part of the modules or hours moved by so much since they began, or a year.

    points_bps: how far, in hundredths of a percentage point; nothing for a year, which is counted from their beginning.
    """

    measure: Literal["modules", "hours", "yearly"]
    points_bps: Annotated[int, Whole(100, 10_000)] = 0


PoolRule = Literal["minutes_each", "minutes_together", "courses_each"]
"""By each learner's own minutes; by the minutes of all learners together; equally among the courses of each learner."""


@dataclass(frozen=True, slots=True)
class Pool:
    """By which rule the course takes part in what learners pay for a pass over several courses.

    floor_minutes: a course in which a learner was active for less during a period does not count for it.
    unused: where the money of a period goes for which no course counts: to the house, or by the minutes of everybody.
    A pass takes in only courses whose terms name its own rule, so nobody's money follows a rule that they did not sign.
    """

    rule: PoolRule
    floor_minutes: Annotated[int, Whole(0, 600)]
    unused: Literal["house", "together"]
