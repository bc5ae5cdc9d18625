"""The process that gets killed: `python -m tests.rigs.victim`, told what to do by lines of JSON.

It builds the application once and forks for every order, so that a death costs
milliseconds. In a fork every SQL event, every commit and every outbound call is a
point, before and after; at the point it was told, the fork kills itself with SIGKILL:
no cleaning up, no last words.
"""

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import requests
import sqlalchemy as sa
from flask import Flask

from coursehub import schema
from coursehub.app import create_app
from coursehub.config import read
from coursehub.db import db
from tests.rigs import effects
from tests.rigs.flows import FAULTS, FLOWS


class Points:
    """Counts points, remembers their names, and dies at the one that was chosen."""

    def __init__(self, die_at: int | None) -> None:
        self.die_at = die_at
        self.passed: list[str] = []

    def reach(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, engine: sa.Engine) -> None:
        """Put a point before and after every statement, commit and call over the network."""
        sa.event.listen(engine, "before_cursor_execute", lambda *a: self.reach("before " + a[2][:60]))
        sa.event.listen(engine, "after_cursor_execute", lambda *a: self.reach("after " + a[2][:60]))
        engine.dialect.do_commit = self._around("commit", engine.dialect.do_commit)  # type: ignore[method-assign]
        requests.Session.send = self._around("call", requests.Session.send)  # type: ignore[method-assign]

    def _around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def pointed(*args: Any, **kwargs: Any) -> Any:
            self.reach(f"before {name}")
            given = call(*args, **kwargs)
            self.reach(f"after {name}")
            return given

        return pointed


def obey(app: Flask, order: dict[str, Any]) -> dict[str, Any]:
    """Do one order in this fork and say what came of it."""
    at = datetime.fromisoformat(order["at"])
    with app.app_context():
        if order["do"] == "migrate":
            schema.migrate()
            return {}
        flow = FLOWS[order["flow"]]
        if order["do"] == "prepare":
            return flow.prepare(app, at)
        if order.get("fault"):
            FAULTS[order["fault"]]()
        if order["do"] == "act":
            points = Points(order.get("die_at"))
            points.watch(db.engine)
            flow.act(app, order["facts"], at)
            return {"points": points.passed}
        flow.again(app, order["facts"], at)
        db.session.remove()
        return effects.of_the_house()


def in_a_fork(app: Flask, order: dict[str, Any]) -> dict[str, Any]:
    """Obey in a child process; `killed` when it died as it was told."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = obey(app, order)
        except BaseException as problem:
            import traceback

            answer = {"failed": f"{problem!r}\n{traceback.format_exc()}"}
        with os.fdopen(writing, "w") as out:
            json.dump(answer, out, default=str)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        answer = told.read()
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return {"killed": True}
    return json.loads(answer) if answer else {"failed": f"ended with status {status}"}


def warm_up(app: Flask, order: dict[str, Any]) -> dict[str, Any]:
    """Go through a whole flow once in this process, so that the forks inherit what is compiled and imported."""
    order["facts"] = obey(app, order | {"do": "prepare"})
    flow = FLOWS[order["flow"]]
    with app.app_context():
        flow.act(app, order["facts"], datetime.fromisoformat(order["at"]))
    obey(app, order | {"do": "again"})
    with app.app_context():
        db.engine.dispose()
    app.extensions.pop("coursehub_rail", None)  # its sockets are not to be shared
    return {}


def _hurry(connection: sqlite3.Connection, _record: object) -> None:
    """Do not wait for the disk: programs are killed here, the machine is not."""
    connection.execute("PRAGMA synchronous=OFF")


def main() -> None:
    """Serve orders until there are no more."""
    app = create_app(read())
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            sa.event.listen(db.engine, "connect", _hurry)
    for line in sys.stdin:
        order = json.loads(line)
        answer = warm_up(app, order) if order["do"] == "warm up" else in_a_fork(app, order)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
