"""What the webhook storm is about: people who buy, the days on which they do something, and one clock for the house and the rail.

A life says by day what somebody does, step by step. The same story is told in every telling; only who hears what when differs.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from coursehub import rails
from coursehub.sales.operations.checkout import PaymentAway
from coursehub.sandbox import payments, subscriptions
from coursehub.sandbox.store import Store

LATE = timedelta(days=3)

Step = Callable[["Story", int], None]
Life = Mapping[int, Sequence[Step]]


@dataclass
class Story:
    """Everything that steps stand on. `now` is the clock of the house; the sandbox's goes with it."""

    store: Store
    url: str
    begins: datetime
    people: list[int]
    lives: Sequence[Life]
    months: Life  # what the house does with the months of pools, before anybody else acts on that day
    fay: int  # finance of the house
    offering: int
    passes: Mapping[str, int]
    offered_too: int  # the course of the passes, for good
    orders: dict[int, int] = field(default_factory=dict)
    subscriptions: dict[int, int] = field(default_factory=dict)
    heard: int = 0  # the place of the last event that was handed on
    dice: random.Random | None = None  # in a storm, some of our own calls go wrong
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.begins

    def days(self) -> list[int]:
        """On which days something happens. They lie so far apart that what is late arrives before the next."""
        found = sorted({day for life in self.lives for day in life})
        if len(found) > 1:
            found = sorted({*found, *self.months})
        assert all(timedelta(days=after - before) > LATE for before, after in pairwise(found))
        return found

    def day(self, day: int) -> Iterator[Callable[[], None]]:
        """What happens on a day: time and the rail go on, then each person's steps, everybody's first before anybody's second."""
        if day:
            yield lambda: self._go_on(day)
        plans = [self.lives[n % len(self.lives)].get(day, ()) for n in range(len(self.people))]
        for act in self.months.get(day, ()):
            yield lambda act=act: act(self, -1)  # type: ignore[misc]
        for turn in range(max(map(len, plans))):
            for person, plan in enumerate(plans):
                if turn < len(plan):
                    yield lambda person=person, act=plan[turn]: act(self, person)  # type: ignore[misc]

    def _go_on(self, day: int) -> None:
        self.now = self.begins + timedelta(days=day)
        self.store.keep("stopped_at", int(self.now.timestamp()))
        payments.expire_sessions(self.store, at=self.store.now())
        subscriptions.renew_due(self.store, at=self.store.now())

    def something_breaks(self, *disasters: str) -> None:
        """In a storm, one of the next calls to the rail may be done and not be answered."""
        if self.dice is not None and self.dice.random() < 0.3:
            self.store.keep("chaos", {self.dice.choice(disasters): 1})


def patiently(act: Callable[[], Any]) -> None:
    """Ask again while the rail does not answer, as a person or a job does."""
    for _try in range(20):
        try:
            act()
        except (rails.RailAway, PaymentAway):
            continue
        return
    raise AssertionError("the rail never answered")
