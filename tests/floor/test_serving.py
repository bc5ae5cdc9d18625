"""`coursehub serve`: the application is read once, and its workers share what was read."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from coursehub.config import current_settings
from coursehub.db import db

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")


def asked(port: int, path: str = "/readyz") -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return int(answer.status)


def answers_within(seconds: float, port: int) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            return asked(port) == 200
        time.sleep(0.05)
    return False


def workers_of(server: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{server}/task/{server}/children").read_text().split()]


@pytest.fixture
def served(app: Flask) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = current_settings()
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "COURSEHUB_INSTANCE": str(settings.instance),
        "COURSEHUB_SECRET_KEY": settings.secret_key,
        "DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
    }
    command = [sys.executable, "-c", "from coursehub.cli import main; main()", "serve", "--workers", "2", "--port", str(port)]
    process = subprocess.Popen(command, env=env)
    try:
        assert answers_within(60, port)
        yield process, port
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_workers_share_the_application_and_one_that_dies_is_replaced(served: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = served
    first = workers_of(process.pid)
    assert len(first) == 2
    for worker in first:
        kept = Path(f"/proc/{worker}/smaps_rollup").read_text()
        shared = sum(int(kb) for kb in re.findall(r"^Shared_(?:Clean|Dirty): +(\d+)", kept, re.MULTILINE))
        assert shared > int(re.findall(r"^Private_Dirty: +(\d+)", kept, re.MULTILINE)[0])
    for worker in first:
        os.kill(worker, signal.SIGKILL)
    assert answers_within(20, port)
    until = time.monotonic() + 20
    while len(workers_of(process.pid)) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(workers_of(process.pid)) == 2
    assert not set(workers_of(process.pid)) & set(first)


def test_an_odd_setting_ends_the_start_with_a_sentence(app: Flask) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "DATABASE_URL": "mysql://nowhere"}
    command = [sys.executable, "-c", "from coursehub.cli import main; main()", "serve"]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "DATABASE_URL must begin with" in ended.stderr
    assert "Traceback" not in ended.stderr
