"""The order of the story: what happens when, with the worker running in between."""

import heapq
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from coursehub import jobs
from coursehub.catalog import queries as catalog
from coursehub.catalog.queries.content import StepView
from coursehub.demo.judges import Judges
from coursehub.demo.past import PastRail

Happening = Callable[[datetime], datetime | None]
"""Something that happens at a moment; one that goes on for days says when it was over."""

SEED = 20_261


class Agenda:
    """Happenings by moment. A happening may add later ones; none may happen after `end`."""

    def __init__(self, *, end: datetime, rail: PastRail, judges: Judges) -> None:
        self.end = end
        self.rail = rail
        self.judges = judges
        self.dice = random.Random(SEED)  # noqa: S311 - the same story each time, not a secret
        self._steps: dict[int, list[StepView]] = {}
        self._waiting: list[tuple[datetime, int, Happening]] = []
        self._count = 0

    def add(self, at: datetime, what: Happening) -> None:
        """Let something happen at a moment; what would lie in the future is left out."""
        if at >= self.end:
            return
        self._count += 1
        heapq.heappush(self._waiting, (at, self._count, what))

    def steps_of(self, release_id: int) -> list[StepView]:
        """The steps of a frozen release; many learners walk through the same ones."""
        if release_id not in self._steps:
            self._steps[release_id] = catalog.steps_of(release_id, "zh-CN")
        return self._steps[release_id]

    def ago(self, days: float = 0, hours: float = 0) -> datetime:
        """The moment that long before the end of the story."""
        return self.end - timedelta(days=days, hours=hours)

    def run(self) -> None:
        """Let everything happen in its order; after each, the worker does what became due.

        Raises JobFailed when a job of the story fails.
        """
        while self._waiting:
            at, _n, what = heapq.heappop(self._waiting)
            self.rail.at = at
            over = what(at) or at
            jobs.run_due(at=over, strict=True)
        jobs.run_due(at=self.end, strict=True)


class SideStory(Agenda):
    """The same agenda with dice of its own: what is told on the side leaves the rest of the story as it was."""

    def __init__(self, whole: Agenda, *, seed: int) -> None:
        super().__init__(end=whole.end, rail=whole.rail, judges=whole.judges)
        self.dice = random.Random(seed)  # noqa: S311 - the same story each time, not a secret
        self._whole, self._steps = whole, whole._steps

    def add(self, at: datetime, what: Happening) -> None:
        """Let something happen at a moment of the whole story."""
        self._whole.add(at, what)
