"""The demo, built once for all tests that look at it, and the same as a running site with a browser."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from coursehub import config
from coursehub.app import create_app
from coursehub.db import db
from coursehub.demo import build

from ..conftest import DATABASE, SecureClient


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class BuiltDemo:
    """Where the demo lies, how it is configured, and how long it took to build."""

    folder: Path
    env: dict[str, str]
    seconds: float


_BUILT: list[BuiltDemo] = []
"""The one that was built, for the folders of tests that share it."""


SERVED: list[Path] = []
"""Where the served demo lies, once it runs."""


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory: pytest.TempPathFactory) -> BuiltDemo:
    """Build the demo once, on SQLite, where people will meet it."""
    if DATABASE != "sqlite":
        pytest.skip("the demo is built once, on SQLite")
    if _BUILT:
        return _BUILT[0]
    folder = tmp_path_factory.mktemp("demo")
    port, sandbox_port = free_port(), free_port()
    env = {
        "COURSEHUB_INSTANCE": str(folder), "COURSEHUB_DEMO": "1", "PORT": str(port), "COURSEHUB_SANDBOX_PORT": str(sandbox_port),
        "COURSEHUB_SECRET_KEY": "a secret for the demo of the tests, and long",
    }  # fmt: skip
    started = time.monotonic()
    build.build(rebuild=False, tell=print, app=create_app(config.read(env)))
    _BUILT.append(BuiltDemo(folder, env, time.monotonic() - started))
    return _BUILT[0]


@pytest.fixture
def demo_app(built_demo: BuiltDemo, tmp_path: Path) -> Iterator[Flask]:
    """The demo in this process, as a copy that a test may change."""
    folder = tmp_path / "instance"
    shutil.copytree(built_demo.folder, folder)
    app = create_app(
        config.read({**built_demo.env, "COURSEHUB_INSTANCE": str(folder), "COURSEHUB_BASE_URL": "https://localhost"})
    )
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = SecureClient
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def site(built_demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo as people run it: server, worker and sandbox; gives its address."""
    folder = tmp_path_factory.mktemp("site") / "instance"
    shutil.copytree(built_demo.folder, folder)
    env = {**os.environ, **built_demo.env, "COURSEHUB_INSTANCE": str(folder)}
    env.pop("COURSEHUB_STARTED_AT", None)
    with (folder.parent / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "coursehub.cli", "run"], env=env, stdout=log, stderr=log)
    base = f"http://localhost:{env['PORT']}"
    try:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{env['PORT']}/readyz", timeout=2) as reply,
            ):
                if reply.status == 200:
                    break
            assert process.poll() is None, (folder.parent / "log").read_text()
            time.sleep(0.2)
        SERVED.append(folder)
        yield base
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
