"""The webhook storm: one story of buyers, told to us in order, and told again as a storm would tell it.

In the storm every delivery comes three times, in any order, up to three days late as
our jobs see it; of one in ten our answer is lost, so that it comes again; and of our
own calls some are answered with nothing, though the rail did what was asked.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from coursehub import clock, jobs, rails
from coursehub.db import db
from coursehub.sales import operations
from coursehub.sales.models import Order
from coursehub.sales.operations.checkout import PaymentAway
from coursehub.sandbox import payments, refunds
from coursehub.sandbox.app import create_sandbox, store_of
from coursehub.sandbox.store import Store
from tests.cast import Cast
from tests.rigs import effects
from tests.rigs.world import acting, buyers, deliver, open_shop, pay, settle, speak_to, start
from tests.sandbox.rig import Running

LATE = timedelta(days=3)
AFTERWARDS = timedelta(days=12)


@dataclass
class Story:
    """What buyers do and what becomes of it, step by step; the same in every telling."""

    store: Store
    at: datetime
    offering: int
    people: list[int]
    orders: dict[int, int] = field(default_factory=dict)
    heard: int = 0  # the place of the last event that was handed on
    dice: random.Random | None = None  # in a storm, some of our own calls go wrong

    def steps(self) -> Iterator[Callable[[], None]]:
        """Each buyer's steps in turn, everybody's first before anybody's second."""
        ways = [_PATHS[n % len(_PATHS)] for n in range(len(self.people))]
        for turn in range(max(map(len, _PATHS))):
            for buyer, way in enumerate(ways):
                if turn < len(way):
                    yield lambda buyer=buyer, act=way[turn]: act(self, buyer)  # type: ignore[misc]

    def _something_breaks(self, *disasters: str) -> None:
        if self.dice is not None and self.dice.random() < 0.3:
            self.store.keep("chaos", {self.dice.choice(disasters): 1})

    def place(self, buyer: int) -> None:
        self._something_breaks("lose_reply")
        patiently(lambda: self.orders.update({buyer: start(self.offering, self.people[buyer], at=self.at)}))

    def _session(self, buyer: int) -> str:
        session = db.session.get_one(Order, self.orders[buyer], populate_existing=True).session_id
        assert session is not None
        return session

    def pay(self, buyer: int) -> None:
        pay(self.store, self.orders[buyer])

    def decline(self, buyer: int) -> None:
        payments.decline(self.store, self._session(buyer), at=self.store.now())

    def leave(self, buyer: int) -> None:
        payments.expire(self.store, self._session(buyer), at=self.store.now())

    def wallet(self, buyer: int) -> None:
        payments.await_wallet(self.store, self._session(buyer), method="alipay", at=self.store.now())

    def empty_wallet(self, buyer: int) -> None:
        payments.await_wallet(self.store, self._session(buyer), method="alipay", at=self.store.now(), succeeds=False)

    def wallets_decide(self, buyer: int) -> None:
        payments.settle_wallets(self.store, at=self.store.now(), all=True)

    def refund_that_waits(self, buyer: int) -> None:
        self._refund(buyer, "pending")

    def refund_that_fails(self, buyer: int) -> None:
        self._refund(buyer, "failed")

    def _refund(self, buyer: int, outcome: str) -> None:
        """The buyer comes back to the order page, sees it paid, and wants the money back."""
        self.store.keep("refund_outcome", outcome)
        patiently(lambda: settle(self.orders[buyer], at=self.at))
        order = db.session.get_one(Order, self.orders[buyer], populate_existing=True)
        refund = operations.ask_refund(order, reason="", by=acting(self.people[buyer]), at=self.at)
        self._something_breaks("lose_reply", "fail_after_commit")
        patiently(lambda: operations.send_refund(refund, at=self.at))  # type: ignore[arg-type]

    def refunds_are_decided(self, buyer: int) -> None:
        refunds.settle_refunds(self.store, at=self.store.now())


_PATHS: list[list[Callable[[Story, int], None]]] = [
    [Story.place, Story.pay],
    [Story.place, Story.pay, Story.refund_that_waits, Story.refunds_are_decided],
    [Story.place, Story.decline, Story.pay],
    [Story.place, Story.wallet, Story.wallets_decide],
    [Story.place, Story.empty_wallet, Story.wallets_decide],
    [Story.place, Story.pay, Story.refund_that_fails, Story.refunds_are_decided],
    [Story.place, Story.leave],
]


def patiently(act: Callable[[], Any]) -> None:
    """Ask again while the rail does not answer, as a person or a job does."""
    for _try in range(20):
        try:
            act()
        except (rails.RailAway, PaymentAway):
            continue
        return
    raise AssertionError("the rail never answered")


def in_order(app: Flask, story: Story) -> None:
    """Everything is told once, at once, in the order in which it happened."""
    client = app.test_client()
    for act in story.steps():
        act()
        for event in _news(story):
            assert deliver(client, event) == 200
        jobs.run_due(at=story.at + timedelta(minutes=5))
    _calm(app, story)


def storm(app: Flask, story: Story, *, seed: int) -> int:
    """Everything is told three times and more, in any order, late; how many deliveries there were."""
    dice = story.dice = random.Random(seed)
    waiting: list[dict[str, Any]] = []
    client, deliveries = app.test_client(), 0
    for act in story.steps():
        act()
        waiting += [event for event in _news(story) for _copy in range(3)]
        for _delivery in range(dice.randint(0, 4)):
            deliveries += _deliver_one(client, waiting, dice)
        if dice.random() < 0.3:
            jobs.run_due(at=story.at + dice.random() * LATE)
    while waiting:
        deliveries += _deliver_one(client, waiting, dice)
        if dice.random() < 0.05:
            jobs.run_due(at=story.at + dice.random() * LATE)
        waiting += [event for event in _news(story) for _copy in range(3)]
    _calm(app, story)
    return deliveries


def _deliver_one(client: Any, waiting: list[dict[str, Any]], dice: random.Random) -> int:
    if not waiting:
        return 0
    event = waiting.pop(dice.randrange(len(waiting)))
    assert deliver(client, event) == 200
    if dice.random() < 0.1:
        waiting.append(event)  # our answer was lost: it comes again
    return 1


def _news(story: Story) -> list[dict[str, Any]]:
    """The events that have not been asked for before, oldest first."""
    rows = story.store.rows("SELECT seq, id FROM object WHERE kind = 'event' AND seq > ? ORDER BY seq", story.heard)
    story.heard = max([story.heard, *(seq for seq, _id in rows)])
    return [story.store.get("event", event_id) for _seq, event_id in rows]


def _calm(app: Flask, story: Story) -> None:
    """The storm is over: whatever is still due is done."""
    for day in range(6):
        while jobs.run_due(at=story.at + AFTERWARDS + timedelta(days=day)):
            continue  # it stops at a thousand jobs
        for event in _news(story):
            assert deliver(app.test_client(), event) == 200


@contextmanager
def story_of(app: Flask, count: int, *, at: datetime) -> Iterator[Story]:
    """A shop with so many buyers, on an empty database, and a sandbox of its own.

    Its clock stands still and so does the machine's: a story that takes hours to tell is the same one, and no page runs out
    while it is told. What is late is late by the moments that the worker is given.
    """
    sandbox = create_sandbox(None)
    running = Running(sandbox)
    sandbox.config["PUBLIC_URL"] = running.url
    speak_to(app, running.url)
    real = clock.now
    clock.now = lambda: at
    store_of(sandbox).keep("stopped_at", int(at.timestamp()))
    try:
        offering = open_shop(Cast(), at=at)
        yield Story(store_of(sandbox), at, offering.id, buyers(count, at=at))
    finally:
        clock.now = real
        app.extensions.pop("coursehub_rail")
        running.stop()


def told(app: Flask, count: int, *, at: datetime, seed: int | None = None) -> tuple[dict[str, Any], int]:
    """Live through the story, in order or as a storm; what is left, and how many deliveries a storm made."""
    with story_of(app, count, at=at) as story:
        deliveries = 0
        if seed is None:
            in_order(app, story)
        else:
            deliveries = storm(app, story, seed=seed)
        db.session.remove()
        left = effects.of_the_house() | effects.of_the_rail(story.store)
        db.session.remove()  # the next telling begins on an empty database
        return left, deliveries
