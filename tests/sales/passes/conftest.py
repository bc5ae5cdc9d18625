"""A pass for each test, paid through a sandbox on a loopback port whose clock goes with the story."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from coursehub import rails
from tests.sales.passes.rig import Story
from tests.sandbox.conftest import inbox, sandbox
from tests.sandbox.rig import Sandbox

__all__ = ["inbox", "sandbox"]


@pytest.fixture
def story(app: Flask, cast: Any, sandbox: Sandbox, at: datetime) -> Iterator[Story]:
    made = Story(cast, sandbox, at)
    with rails.use(made.rail):
        made.open()
        yield made
