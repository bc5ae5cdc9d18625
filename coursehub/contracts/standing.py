"""Which facts count for a sale, as it is known by now how their contests ended. Pure: no database, no clock.

A sale is shared by what the register says in the moment in which it is booked. Later it can be known better: a fact that was
contested then and stands had counted all along; one that was contested as soon as it was told and fell never counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SILENCE_AGREES = timedelta(days=14)
"""So long after a fact was recorded a contest of it reaches back to its beginning. Whoever says nothing in that time lets
it stand, and what it shared until somebody contests it stays."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A contest of a fact. stands: whether the fact outlived it; None while it is open."""

    contested_at: datetime
    stands: bool | None


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact of the register. known_at: recorded, and for hours approved; until: it counts for no sale booked from then on."""

    kind: str
    party: str
    value: int
    holds_from: datetime
    known_at: datetime
    until: datetime | None

    def counts(self, *, sold_at: datetime, booked_at: datetime) -> bool:
        """Whether it is among what a sale is shared by."""
        return self.holds_from <= sold_at and self.known_at <= booked_at and (self.until is None or booked_at < self.until)


def counts_until(
    *, recorded_at: datetime, is_agreed: bool, contests: Sequence[Heard], withdrawn_at: datetime | None
) -> datetime | None:
    """From when on a fact counts for no sale; None if it counts. `recorded_at` if it never counted.

    is_agreed: another side said yes to it. contests: in their order. A contest that the fact outlived takes nothing from it.
    While one is open, the fact stands aside from its beginning on, as if it were to fall.
    """
    last = contests[-1] if contests else None
    if last is not None and last.stands is None:
        return last.contested_at
    if withdrawn_at is None:
        return None
    fell = last is not None and last.stands is False
    doubted_at = last.contested_at if last is not None and fell else withdrawn_at
    is_agreed = is_agreed or any(one.stands for one in contests)
    return doubted_at if is_agreed or doubted_at > recorded_at + SILENCE_AGREES else recorded_at


def contribution_by(facts: Iterable[Stated], *, sold_at: datetime, booked_at: datetime) -> dict[str, dict[str, int]]:
    """What a sale is shared by: the latest weight per maker, the sum of minutes per teacher.

    facts: of its contract and course, by `holds_from` and then as they were recorded.
    """
    weights: dict[str, int] = {}
    minutes: dict[str, int] = {}
    for fact in facts:
        if not fact.counts(sold_at=sold_at, booked_at=booked_at):
            continue
        if fact.kind == "module_weight":
            weights[fact.party] = fact.value
        else:
            minutes[fact.party] = minutes.get(fact.party, 0) + fact.value
    return {"module_weights": weights, "approved_minutes": minutes}
