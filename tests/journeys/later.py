"""The demo in front of a browser, with a clock that a test sets: for stories that take weeks."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from coursehub import clock, config, jobs
from coursehub.app import create_app
from coursehub.db import db
from coursehub.sandbox.app import create_sandbox, store_of
from coursehub.sandbox.store import Store

from ..demo.conftest import BuiltDemo, free_port
from ..sandbox.rig import Running


class LaterSite:
    """A running copy of the demo. `address` is where; server, worker and payment sandbox read the clock that is set here."""

    def __init__(self, app: Flask, address: str, payments: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app = app
        self.address = address
        self.payments = payments
        self.ahead = timedelta()
        honest = clock.now
        monkeypatch.setattr(clock, "now", lambda: honest() + self.ahead)

    def wait(self, **time: float) -> None:
        """Let so much time pass, and then everything that was due be done."""
        self.ahead += timedelta(**time)
        self.work()

    def wait_until(self, moment: datetime) -> None:
        """Let it be a little after this moment, with everything done that was due."""
        self.ahead += max(moment - clock.now(), timedelta()) + timedelta(minutes=1)
        self.work()

    def work(self) -> None:
        """What the worker would do now: schedules, and all that they and the pages have left to do."""
        self.payments.keep("clock_offset", int(self.ahead.total_seconds()))
        with self.app.app_context():
            jobs.tick(at=clock.now())
            while jobs.run_due(at=clock.now()):
                pass
            db.session.remove()


@contextmanager
def later_site(built: BuiltDemo, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LaterSite]:
    """A copy of the built demo and of its payment sandbox behind servers of this process, until the block ends.

    The sandbox sends no events: pages and schedules ask it, as they do where an event is lost.
    """
    shutil.copytree(built.folder, folder)
    port, sandbox_port = free_port(), free_port()
    env = {
        **built.env, "COURSEHUB_INSTANCE": str(folder), "PORT": str(port), "COURSEHUB_SANDBOX_PORT": str(sandbox_port),
        "COURSEHUB_BASE_URL": f"http://localhost:{port}",
    }  # fmt: skip
    app = create_app(config.read(env))
    sandbox = create_sandbox(folder / "sandbox.sqlite3", public_url=f"http://localhost:{sandbox_port}")
    paying = Running(sandbox, sandbox_port)
    server: BaseWSGIServer = make_server("localhost", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield LaterSite(app, f"http://localhost:{port}", store_of(sandbox), monkeypatch)
    finally:
        paying.stop()
        store_of(sandbox).close()
        server.shutdown()
        thread.join(10)
        server.server_close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
