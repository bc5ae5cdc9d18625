"""Browsers for the journeys, in front of the demo as people run it."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ..conftest import require
from ..demo.conftest import SERVED, built_demo, demo_app
from ..demo.conftest import site as served_demo
from .browser import ONLY_US, Person

__all__ = ["built_demo", "demo_app", "served_demo"]


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> str:
    """Where the demo is served; COURSEHUB_SITE names one that runs already, for work on a journey."""
    running = os.environ.get("COURSEHUB_SITE")
    return running or str(request.getfixturevalue("served_demo"))


@pytest.fixture(scope="session")
def chromium(playwright_driver: Any) -> Iterator[Any]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    require(program, "Chromium")
    browser = playwright_driver.chromium.launch(executable_path=program, args=["--no-sandbox", ONLY_US])
    yield browser
    browser.close()


def _forget_guesses() -> None:
    """Every journey comes from one network address; what another guessed within fifteen minutes is none of its business."""
    for folder in SERVED:
        connection = sqlite3.connect(folder / "coursehub.sqlite3", timeout=10)
        with connection:
            connection.execute("DELETE FROM guess")
        connection.close()


@pytest.fixture
def arrive(chromium: Any, site: str, tmp_path: Path) -> Iterator[Callable[..., Person]]:
    """Somebody comes to the site: arrive("en"), with options of the browser's context."""
    here: list[Person] = []
    _forget_guesses()

    def come(language: str, *, kind: type[Person] = Person, width: int = 1280, **options: Any) -> Person:
        context = chromium.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **options)
        here.append(kind(context, site, language))
        return here[-1]

    yield come
    complaints = [line for person in here for line in person.complaints]
    for person in here:
        person.context.close()
    assert complaints == []
