"""What an employer's reports count: stays in stages, how far applications came, and how long things took. No database, no clock.

Durations are in days. Whatever is still under way lasts until the moment of the report and
never counts as ended, so that a slow stage does not look fast because its slow cases are
missing (see `survival`). A move that was taken back counts as never made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from coursehub.talent import survival

STAGES = ("applied", "screen", "interview", "offer")
"""The stages in order; somebody who came by an introduction begins in the first as well."""
WAY = (*STAGES, "hired")


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in one state; `until_at` is None while it lasts."""

    state: str
    since_at: datetime
    until_at: datetime | None = None


def stays_of(moves: Iterable[tuple[str, str, datetime]]) -> tuple[Stay, ...]:
    """The stays that the moves (step, state after it, when) of one application leave, the first first."""
    stays: list[Stay] = []
    for step, after, at in moves:
        state = "applied" if after == "sourced" else after
        if step.startswith("back_to_") and len(stays) > 1 and stays[-2].state == state:
            del stays[-1]
            stays[-1] = replace(stays[-1], until_at=None)
        elif not stays or stays[-1].state != state:
            if stays:
                stays[-1] = replace(stays[-1], until_at=at)
            stays.append(Stay(state, at))
    return tuple(stays)


@dataclass(frozen=True, slots=True)
class Case:
    """One application: where it came from ("applied" or "introduction") and its stays."""

    source: str
    stays: tuple[Stay, ...]

    @property
    def state(self) -> str:
        """Where it is now."""
        return self.stays[-1].state

    @property
    def reached(self) -> int:
        """How far it came: the place in WAY of the furthest stage that it was in."""
        return max(WAY.index(stay.state) for stay in self.stays if stay.state in WAY)

    @property
    def days_to_hire(self) -> float | None:
        """From its beginning to the accepted offer; None for whoever was not hired."""
        hired = next((stay.since_at for stay in self.stays if stay.state == "hired"), None)
        return None if hired is None else days_between(self.stays[0].since_at, hired)


@dataclass(frozen=True, slots=True)
class Answered:
    """One application: when an answer was promised, when it came, and when the case closed."""

    organisation: str
    applied_at: datetime
    promised_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long something lasts: `many` of which `running` still do; half have ended after `median` days, None if not yet."""

    many: int
    running: int
    median: float | None


def days_between(before: datetime, after: datetime) -> float:
    """A duration in days; never less than none."""
    return max((after - before) / timedelta(days=1), 0.0)


def how_long(cases: Iterable[tuple[float, bool]]) -> Lasting:
    """The median of (days, whether it has ended) pairs."""
    known = list(cases)
    return Lasting(len(known), sum(not over for _days, over in known), survival.median(survival.lasting(known)))


def stage_lengths(cases: Sequence[Case], *, at: datetime) -> dict[str, Lasting]:
    """For each stage how long applications stay in it; a stay that lasts at the moment `at` is not over."""
    stays: dict[str, list[tuple[float, bool]]] = {stage: [] for stage in STAGES}
    for case in cases:
        for stay in case.stays:
            if stay.state in stays:
                stays[stay.state].append((days_between(stay.since_at, stay.until_at or at), stay.until_at is not None))
    return {stage: how_long(found) for stage, found in stays.items()}


def funnel(cases: Sequence[Case]) -> dict[str, int]:
    """How many came at least as far as each stage."""
    return {stage: sum(case.reached >= n for case in cases) for n, stage in enumerate(WAY)}


def middle(values: Iterable[float]) -> float | None:
    """The median of what is known whole; of an even number the lower of both in the middle."""
    found = sorted(values)
    return found[(len(found) - 1) // 2] if found else None
