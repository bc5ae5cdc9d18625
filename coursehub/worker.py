"""The worker: fires schedules and does what is due, one job at a time, until told to stop."""

import logging
import signal
import time

from flask import Flask

from coursehub import clock, jobs
from coursehub.db import db

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
TICK_SECONDS = 5.0


class Stop:
    """A wish to stop, set by a signal and honoured between two jobs."""

    wanted = False

    def listen(self) -> None:
        """Stop on SIGTERM and on Ctrl-C."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._set)

    def _set(self, _number: int, _frame: object) -> None:
        self.wanted = True


def work(app: Flask, stop: Stop) -> None:
    """Do jobs until `stop` is wanted; a database that is away is waited for."""
    next_tick = 0.0
    while not stop.wanted:
        try:
            with app.app_context():
                if time.monotonic() >= next_tick:
                    jobs.tick(at=clock.now())
                    next_tick = time.monotonic() + TICK_SECONDS
                busy = _do_one_batch(stop)
        except Exception:  # the worker outlives whatever a job or the database does
            log.exception("the worker stumbled and goes on")
            busy = False
            time.sleep(2)
        if not busy:
            time.sleep(POLL_SECONDS)


def _do_one_batch(stop: Stop) -> bool:
    claimed = jobs.claim(at=clock.now(), limit=1)
    for one in claimed:
        jobs.perform(one, at=clock.now())
        db.session.remove()
        if stop.wanted:
            break
    return bool(claimed)
