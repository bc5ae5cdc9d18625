"""A storm of webhooks ends where an orderly day ends."""

import os
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from coursehub.db import lock, transaction
from coursehub.sales.operations import webhooks
from tests.conftest import empty_the_database
from tests.rigs import DRILL, SEED, effects
from tests.rigs.storm import told
from tests.rigs.storm_orders import ORDERS
from tests.rigs.storm_passes import PASSES, pay_by_hand
from tests.rigs.storm_story import Life

BUYERS = int(os.environ.get("COURSEHUB_STORM_BUYERS", 2_500 if DRILL else 16))  # some 40 deliveries each
WORKERS = int(os.environ.get("COURSEHUB_STORM_WORKERS", 1))
pytestmark = pytest.mark.slow


def test_a_storm_of_webhooks_leaves_what_an_orderly_story_leaves(application: Flask, app: Flask, at: datetime) -> None:
    orderly, _none = told(app, BUYERS, at=at)
    assert orderly["faults of the books"] == []
    assert orderly["dead jobs"] == orderly["webhooks undone"] == 0
    assert len({row.split(" | ")[0] for row in [*orderly["orders"], *orderly["passes"]]}) == BUYERS
    empty_the_database(application)
    stormy, deliveries = told(app, BUYERS, at=at, seed=SEED, workers=WORKERS)
    print(f"{BUYERS} buyers, {deliveries} deliveries")
    assert deliveries > 3 * sum(orderly["payment_intent at the rail"].values())
    assert effects.difference(orderly, stormy) == []


def test_believing_an_event_instead_of_reading_again_is_found(
    application: Flask, app: Flask, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: what an event says is taken for what is true now. In order it does no harm."""
    read = webhooks._read_refund

    def believing(event: Any, moment: datetime) -> str:
        outcome = read(event, moment)
        refund = webhooks.queries.refund_by_reference(event.claims["metadata"].get("refund", ""))
        with transaction():
            lock(refund)
            refund.state = {"succeeded": "done", "failed": "failed"}.get(event.claims["status"], "pending")
        return outcome

    orderly, _none = told(app, 14, at=at, lives=ORDERS)
    monkeypatch.setattr(webhooks, "_read_refund", believing)
    _only_a_storm_finds_it(application, app, at, orderly, 14, ORDERS)


def test_believing_that_a_pass_is_still_unpaid_is_found(
    application: Flask, app: Flask, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same fault planted in passes: an old word of a refused card is taken for true after somebody paid by hand."""
    read = webhooks._read_subscription

    def believing(event: Any, moment: datetime) -> str:
        outcome = read(event, moment)
        subscription = webhooks.passes_queries.subscription_at_rail(event.object_id)
        if event.claims.get("status") == "past_due" and subscription is not None and subscription.state == "running":
            with transaction():
                lock(subscription)
                subscription.state, subscription.late_since = "late", event.made_at
        return outcome

    pays_by_hand = [life for life in PASSES if any(pay_by_hand in steps for steps in life.values())]
    orderly, _none = told(app, 3, at=at, lives=pays_by_hand[:1])
    monkeypatch.setattr(webhooks, "_read_subscription", believing)
    _only_a_storm_finds_it(application, app, at, orderly, 3, pays_by_hand[:1])


def _only_a_storm_finds_it(
    application: Flask, app: Flask, at: datetime, orderly: dict[str, Any], count: int, lives: list[Life]
) -> None:
    empty_the_database(application)
    assert effects.difference(orderly, told(app, count, at=at, lives=lives)[0]) == []
    empty_the_database(application)
    stormy, _deliveries = told(app, count, at=at, seed=SEED, lives=lives)
    assert effects.difference(orderly, stormy) != []
