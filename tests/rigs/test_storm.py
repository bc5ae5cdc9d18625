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

BUYERS = int(os.environ.get("COURSEHUB_STORM_BUYERS", 6_700 if DRILL else 14))  # some 15 deliveries each
pytestmark = pytest.mark.slow


def test_a_storm_of_webhooks_leaves_what_an_orderly_day_leaves(application: Flask, app: Flask, at: datetime) -> None:
    orderly, _none = told(app, BUYERS, at=at)
    assert orderly["faults of the books"] == []
    assert orderly["dead jobs"] == orderly["webhooks undone"] == 0
    assert len(orderly["orders"]) == BUYERS
    empty_the_database(application)
    stormy, deliveries = told(app, BUYERS, at=at, seed=SEED)
    print(f"{BUYERS} buyers, {deliveries} deliveries")
    assert deliveries > 3 * sum(orderly["payment_intent"].values())
    assert effects.difference(orderly, stormy) == []


def test_believing_an_event_instead_of_reading_again_is_found(
    application: Flask, app: Flask, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: what an event says is taken for what is true now. In order it does no harm."""
    orderly, _none = told(app, 14, at=at)
    read = webhooks._read_refund

    def believing(event: Any, moment: datetime) -> str:
        outcome = read(event, moment)
        refund = webhooks.queries.refund_by_reference(event.claims["metadata"].get("refund", ""))
        with transaction():
            lock(refund)
            refund.state = {"succeeded": "done", "failed": "failed"}.get(event.claims["status"], "pending")
        return outcome

    monkeypatch.setattr(webhooks, "_read_refund", believing)
    empty_the_database(application)
    assert effects.difference(orderly, told(app, 14, at=at)[0]) == []
    empty_the_database(application)
    stormy, _deliveries = told(app, 14, at=at, seed=SEED)
    assert effects.difference(orderly, stormy) != []
