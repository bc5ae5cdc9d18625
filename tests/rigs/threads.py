"""Threads that start together on one application."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask

from coursehub.db import db


def at_once(app: Flask, *acts: Callable[[], Any]) -> list[Any]:
    """Run every act in a thread and session of its own; what each gave, or the exception it ended with."""
    outcomes: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(n: int, act: Callable[[], Any]) -> None:
        with app.app_context():
            start.wait()
            try:
                outcomes[n] = act()
            except Exception as problem:
                outcomes[n] = problem
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return outcomes
