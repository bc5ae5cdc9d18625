"""A sandbox on a port, and the application's rail pointed at it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from coursehub import clock
from tests.rigs.world import speak_to
from tests.sandbox.conftest import inbox, sandbox

__all__ = ["inbox", "sandbox"]


@pytest.fixture
def at() -> datetime:
    """Rigs live in the present: the sandbox, the webhooks' signatures and the pages read real clocks."""
    return clock.now()


@pytest.fixture
def till(app: Flask, sandbox: Any) -> Iterator[Any]:
    """The sandbox's store, with the application speaking to it."""
    before = app.extensions.get("coursehub_rail")
    speak_to(app, sandbox.url)
    yield sandbox.store
    app.extensions["coursehub_rail"] = before
