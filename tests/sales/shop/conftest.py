"""The shop of the other tests of sales, in the present: pages know no other time."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from coursehub import clock
from tests.sales.conftest import course, inbox, offering, sandbox
from tests.sales.rig import Shop, open_shop
from tests.sandbox.rig import Sandbox

__all__ = ["course", "inbox", "offering", "sandbox"]


@pytest.fixture
def shop(app: Flask, cast: Any, sandbox: Sandbox) -> Iterator[Shop]:
    with open_shop(Shop, cast, sandbox, clock.now(), is_stopped=False) as made:
        yield made
