"""A shop for each test, paying through a sandbox on a loopback port whose clock stands at `at`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from coursehub.catalog.models import Course
from coursehub.sales.models import Offering
from tests.sales.months import by_three, months
from tests.sales.rig import Shop, open_shop
from tests.sandbox.conftest import inbox, sandbox
from tests.sandbox.rig import Sandbox

__all__ = ["by_three", "inbox", "months", "sandbox"]


@pytest.fixture
def shop(app: Flask, cast: Any, sandbox: Sandbox, at: datetime) -> Iterator[Shop]:
    with open_shop(Shop, cast, sandbox, at) as made:
        yield made


@pytest.fixture
def live_shop(app: Flask, cast: Any, sandbox: Sandbox, at: datetime) -> Iterator[Shop]:
    """The sandbox's clock runs: pages know only the present."""
    with open_shop(Shop, cast, sandbox, at, is_stopped=False) as made:
        yield made


@pytest.fixture
def course(shop: Shop) -> Course:
    return shop.course()


@pytest.fixture
def offering(shop: Shop, course: Course) -> Offering:
    return shop.offer(course)
