"""The webhook storm: one story of buyers and subscribers, told to us in order, and told again as a storm would tell it.

In the storm every delivery comes three times, in any order, up to three days late as
our jobs see it; of one in ten our answer is lost, so that it comes again; and of our
own calls some are answered with nothing, though the rail did what was asked. What is
late arrives before the story goes on by days; its copies may come weeks later.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from coursehub import clock, jobs
from coursehub.db import db
from coursehub.sales import operations
from coursehub.sales.passes import operations as passes
from coursehub.sandbox.app import create_sandbox, store_of
from tests.cast import Cast
from tests.rigs import effects
from tests.rigs.storm_orders import ORDERS
from tests.rigs.storm_passes import HOUSE, PASSES, open_passes
from tests.rigs.storm_story import LATE, Life, Story
from tests.rigs.threads import at_once
from tests.rigs.world import buyers, deliver, open_shop, speak_to
from tests.sandbox.rig import Running

AFTERWARDS = timedelta(days=12)
EVERYBODY = [*ORDERS, *PASSES]
_PASSING = (
    ("sales.pass_late", "sales.pass_recovered"),
    ("learning.enrolment_ended", "learning.enrolment_reopened"),  # bought before its pass ended, as we hear it, or after
)


def in_order(app: Flask, story: Story) -> None:
    """Everything is told once, at once, in the order in which it happened."""
    client = app.test_client()
    for day in story.days():
        for act in story.day(day):
            act()
            for event in _news(story):
                assert deliver(client, event) == 200
            jobs.run_due(at=story.now + timedelta(minutes=5))
        while _evening(story):
            for event in _news(story):
                assert deliver(client, event) == 200


class Storm:
    """What is on its way to us, and how it comes; so many workers do what it asks for side by side."""

    def __init__(self, app: Flask, story: Story, seed: int, workers: int) -> None:
        self.app, self.story, self.workers, self.client = app, story, workers, app.test_client()
        self.dice = story.dice = random.Random(seed)
        self.waiting: list[dict[str, Any]] = []
        self.unheard: set[str] = set()
        self.deliveries = 0

    def run(self) -> None:
        """Everything is told three times and more, in any order, late."""
        for day in self.story.days():
            for act in self.story.day(day):
                act()
                self._listen()
                for _delivery in range(self.dice.randint(0, 4)):
                    self._deliver_one()
                self._work(0.3)
            self._look_round()
            while self.unheard or _evening(self.story):
                self._deliver_one()
                self._work(0.05)
                self._listen()
        while self.waiting:
            self._deliver_one()

    def _listen(self) -> None:
        news = _news(self.story)
        self.unheard |= {event["id"] for event in news}
        self.waiting += [event for event in news for _copy in range(3)]

    def _deliver_one(self) -> None:
        if self.waiting:
            event = self.waiting.pop(self.dice.randrange(len(self.waiting)))
            assert deliver(self.client, event) == 200
            self.deliveries += 1
            self.unheard.discard(event["id"])
            if self.dice.random() < 0.1:
                self.waiting.append(event)  # our answer was lost: it comes again

    def _work(self, chance: float) -> None:
        if self.dice.random() < chance:
            at = self.story.now + self.dice.random() * LATE
            if self.workers == 1:
                jobs.run_due(at=at)
            else:
                db.session.remove()
                assert at_once(self.app, *[lambda: _work_singly(at)] * self.workers) == [None] * self.workers

    def _look_round(self) -> None:
        """The sweeps find out for themselves what is still on its way."""
        at = self.story.now + self.dice.random() * LATE
        operations.settle_waiting(at=at)
        passes.settle_passes(at=at)
        operations.follow_disputes(at=at)


def _work_singly(at: datetime) -> None:
    """One job after the other, so that the workers beside this one find some, too."""
    while jobs.run_due(at=at, limit=1):
        continue


def _evening(story: Story) -> int:
    """Before the story goes on, our jobs did what they had to, and the house its daily work; how many jobs there were."""
    passes.close_after_grace(at=story.now + LATE)
    count = 0
    for hours in range(4):  # a job that got no answer comes again within the hour
        while ran := jobs.run_due(at=story.now + LATE + timedelta(hours=hours)):  # it stops at a thousand jobs
            count += ran
    return count


def _news(story: Story) -> list[dict[str, Any]]:
    """The events that have not been asked for before, oldest first."""
    rows = story.store.rows("SELECT seq, id FROM object WHERE kind = 'event' AND seq > ? ORDER BY seq", story.heard)
    story.heard = max([story.heard, *(seq for seq, _id in rows)])
    return [story.store.get("event", event_id) for _seq, event_id in rows]


def _calm(app: Flask, story: Story) -> None:
    """The storm is over: whatever is still due is done."""
    for day in range(6):
        while jobs.run_due(at=story.now + AFTERWARDS + timedelta(days=day)):
            continue  # it stops at a thousand jobs
        for event in _news(story):
            assert deliver(app.test_client(), event) == 200


@contextmanager
def story_of(app: Flask, lives: Sequence[Life], count: int, *, at: datetime) -> Iterator[Story]:
    """A shop with so many people who live these lives in turn, on an empty database, and a sandbox of its own.

    The story's clock is the only one: a story that takes hours to tell is the same one, and no page runs out while it is
    told. What is late is late by the moments that the worker is given.
    """
    sandbox = create_sandbox(None)
    running = Running(sandbox)
    sandbox.config["PUBLIC_URL"] = running.url
    speak_to(app, running.url)
    real = clock.now
    clock.now = lambda: at
    store_of(sandbox).keep("stopped_at", int(at.timestamp()))
    try:
        cast = Cast()
        offering = open_shop(cast, at=at).id
        found, offered_too = open_passes(cast, at=at)
        people = buyers(count, at=at)
        story = Story(store_of(sandbox), running.url, at, people, lives, HOUSE, cast.fay.id, offering, found, offered_too)
        clock.now = lambda: story.now
        yield story
    finally:
        clock.now = real
        app.extensions.pop("coursehub_rail")
        running.stop()


def told(
    app: Flask, count: int, *, at: datetime, seed: int | None = None, lives: Sequence[Life] = EVERYBODY, workers: int = 1
) -> tuple[dict[str, Any], int]:
    """Live through the story, in order or as a storm; what is left, and how many deliveries a storm made."""
    with story_of(app, lives, count, at=at) as story:
        deliveries = 0
        if seed is None:
            in_order(app, story)
        else:
            storm = Storm(app, story, seed, workers)
            storm.run()
            deliveries = storm.deliveries
        _calm(app, story)
        db.session.remove()
        left = effects.of_the_house() | effects.of_the_rail(story.store)
        db.session.remove()  # the next telling begins on an empty database
        return _as_it_ended(left), deliveries


def _as_it_ended(left: dict[str, Any]) -> dict[str, Any]:
    """Without what need not be told any more: a payment that was late and came before we heard of it."""
    told = left["events"]
    for begun, undone in _PASSING:
        told[begun] = told.get(begun, 0) - told.pop(undone, 0)
    letters = {name: count for name, count in left["letters"].items() if not name.endswith("the payment failed")}
    return left | {"letters": letters}
