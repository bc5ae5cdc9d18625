"""Our pages as processes: the application is read once, and the workers are forked from it."""

import gc
import multiprocessing
import sys
from collections.abc import Callable

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from coursehub.db import db


def serve(create: Callable[[], Flask], *, host: str, port: int, workers: int, threads: int) -> None:
    """Serve until told to stop.

    create: makes the application. It is called before there are workers, so that they
    share its memory, an odd setting ends the start rather than each worker, and a worker
    that failed is back at once. threads: requests that one worker answers at a time.
    """
    server = Server(
        f"{create.__module__}:{create.__name__}",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    )
    if sys.platform != "linux":
        server.serve()  # elsewhere a fork is not safe beside the system's own threads: each worker reads for itself
        return
    multiprocessing.set_start_method("fork", force=True)  # as of Python 3.14 it must be asked for
    app = create()
    with app.app_context():
        db.engine.dispose()  # a connection to the database must not be shared
    gc.collect()
    gc.freeze()  # the collector would write to what is shared, which would copy it
    server.serve(target_loader=lambda _target: app)
