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

from ..demo.conftest import BuiltDemo, free_port


class LaterSite:
    """A running copy of the demo. `address` is where; the server and the worker both read the clock that is set here."""

    def __init__(self, app: Flask, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app = app
        self.address = address
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
        with self.app.app_context():
            jobs.tick(at=clock.now())
            while jobs.run_due(at=clock.now()):
                pass
            db.session.remove()


@contextmanager
def later_site(built: BuiltDemo, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LaterSite]:
    """A copy of the built demo behind a server of this process, until the block ends."""
    shutil.copytree(built.folder, folder)
    port = free_port()
    env = {**built.env, "COURSEHUB_INSTANCE": str(folder), "PORT": str(port), "COURSEHUB_BASE_URL": f"http://localhost:{port}"}
    app = create_app(config.read(env))
    server: BaseWSGIServer = make_server("localhost", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield LaterSite(app, f"http://localhost:{port}", monkeypatch)
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
