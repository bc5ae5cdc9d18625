"""Work for later, in the application's own database.

`enqueue` adds a row in the caller's transaction, so the work exists exactly when
what caused it does. A worker claims a due row by moving its `run_at` to the end of
a lease; if the worker dies the row falls due again. Hence at-least-once: every
function here tolerates a second run. After MAX_ATTEMPTS a job is dead and waits
for a person (staff see it and may replay it).
"""

import logging
import random
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is understood by SQLite, too
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Mapped, mapped_column

from coursehub.db import Id, Model, UtcDateTime, db, in_transaction, look, transaction
from coursehub.prepared import Prepared

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
LEASE = timedelta(minutes=5)
BACKOFF = timedelta(seconds=5)

JobFunction = Callable[..., None]


class Job(Model):
    """One piece of work that is due at `run_at`, or being done until then."""

    __tablename__ = "job"
    __table_args__ = (sa.Index("ix_job_due", "state", "run_at"),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(sa.String(120))
    args: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    dedupe_key: Mapped[str | None] = mapped_column(sa.String(200), unique=True)
    state: Mapped[str] = mapped_column(sa.String(8), default="waiting")  # waiting | dead
    attempts: Mapped[int] = mapped_column(default=0)
    enqueued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(sa.Text)


class CronTick(Model):
    """One firing of a schedule; its key makes two workers agree who fires it."""

    __tablename__ = "cron_tick"

    name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    tick_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)


_INSERT = Prepared(sa.insert(Job.__table__))  # type: ignore[arg-type]
_INSERT_ONCE = Prepared(insert(Job.__table__).on_conflict_do_nothing())  # type: ignore[arg-type]
_DUE = sa.select(Job.id).where(Job.state == "waiting", Job.run_at <= sa.bindparam("at")).limit(1)
_functions: dict[str, JobFunction] = {}
_schedules: dict[str, timedelta] = {}


def job(name: str) -> Callable[[JobFunction], JobFunction]:
    """Register a function `f(*, at, **args)` under the name its rows carry."""

    def register(function: JobFunction) -> JobFunction:
        known = _functions.setdefault(name, function)
        if known is not function and known.__qualname__ != function.__qualname__:
            raise RuntimeError(f"two jobs are called {name}")
        return function

    return register


def cron(name: str, *, every: timedelta) -> None:
    """Run the job `name` (without arguments) once in each period of length `every`."""
    _schedules[name] = every


def enqueue(
    name: str, *, at: datetime, dedupe_key: str | None = None, args: Mapping[str, Any] | None = None, **more: Any
) -> None:
    """Add work due at `at`, in the open transaction; arguments by keyword or as a mapping.

    With a `dedupe_key`, a second row with that key is not added while the first waits.
    """
    if not in_transaction():
        raise RuntimeError("enqueue() needs an open transaction()")
    row = {
        "name": name, "args": {**(args or {}), **more}, "dedupe_key": dedupe_key, "state": "waiting",
        "attempts": 0, "enqueued_at": at, "run_at": at, "last_error": None,
    }  # fmt: skip
    (_INSERT if dedupe_key is None else _INSERT_ONCE)(row)


@dataclass(frozen=True)
class Claimed:
    """A job this worker holds: `attempt` is part of the claim, so a late worker cannot finish another's."""

    id: int
    name: str
    args: dict[str, Any]
    attempt: int


def claim(*, at: datetime, limit: int = 10) -> list[Claimed]:
    """Take up to `limit` due jobs, oldest first, for the length of a lease.

    Most times nothing is due: that is asked first, so that a worker who only looks keeps no writer waiting.
    """
    if look(_DUE, {"at": at}).first() is None:
        return []
    with transaction():
        due = (
            sa.select(Job.id)
            .where(Job.state == "waiting", Job.run_at <= at)
            .order_by(Job.run_at, Job.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = list(db.session.execute(due).scalars())
        if not ids:
            return []
        db.session.execute(
            sa.update(Job)
            .where(Job.id.in_(ids))
            .values(run_at=at + LEASE, attempts=Job.attempts + 1)
            .execution_options(synchronize_session=False)
        )
        rows = db.session.execute(
            sa.select(Job.id, Job.name, Job.args, Job.attempts).where(Job.id.in_(ids)).order_by(Job.id)
        ).all()
    return [Claimed(row.id, row.name, row.args, row.attempts) for row in rows]


def perform(claimed: Claimed, *, at: datetime) -> bool:
    """Run one claimed job and settle its row; says whether it succeeded."""
    try:
        function = _functions.get(claimed.name)
        if function is None:
            raise LookupError(f"no function is registered for the job {claimed.name}")
        function(at=at, **claimed.args)
    except Exception as problem:  # a job may fail in any way; its row must be settled all the same
        db.session.rollback()
        log.warning("job %s (%s) failed at attempt %s: %s", claimed.id, claimed.name, claimed.attempt, type(problem).__name__)
        _put_off(claimed, at=at, error=traceback.format_exc(limit=-6))
        return False
    with transaction():
        db.session.execute(sa.delete(Job).where(Job.id == claimed.id, Job.attempts == claimed.attempt))
    return True


def _put_off(claimed: Claimed, *, at: datetime, error: str) -> None:
    wait = BACKOFF * (2**claimed.attempt) * random.uniform(0.8, 1.2)  # noqa: S311 - spreading load, not a secret
    state = "dead" if claimed.attempt >= MAX_ATTEMPTS else "waiting"
    with transaction():
        db.session.execute(
            sa.update(Job)
            .where(Job.id == claimed.id, Job.attempts == claimed.attempt)
            .values(run_at=at + wait, state=state, last_error=error[-4000:])
        )


class JobFailed(Exception):
    """A job failed in a strict run; the message is its traceback."""


def run_due(*, at: datetime, limit: int = 1000, strict: bool = False) -> int:
    """Run everything due at `at`, and what that makes due; returns how many ran.

    For tests and the demo. With `strict`, the first failure raises JobFailed.
    """
    count = 0
    while count < limit:
        batch = claim(at=at, limit=min(50, limit - count))
        if not batch:
            break
        for claimed in batch:
            if not perform(claimed, at=at) and strict:
                row = db.session.get(Job, claimed.id, populate_existing=True)
                raise JobFailed(row.last_error if row else claimed.name)
            count += 1
    return count


def tick(*, at: datetime) -> None:
    """Enqueue every scheduled job whose period has begun and that nobody has fired yet."""
    for name, every in _schedules.items():
        seconds = int(every.total_seconds())
        tick_at = datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, tz=at.tzinfo)
        if db.session.get(CronTick, (name, tick_at)) is not None:
            continue
        try:
            with transaction():
                db.session.execute(sa.insert(CronTick), {"name": name, "tick_at": tick_at})
                db.session.execute(sa.delete(CronTick).where(CronTick.name == name, CronTick.tick_at < tick_at - 3 * every))
                enqueue(name, at=at, dedupe_key=f"{name}@{tick_at.isoformat()}")
        except sa.exc.IntegrityError:
            continue  # another worker fired it


def replay(job_id: int, *, at: datetime) -> bool:
    """Give a dead job another life; false if it is not dead (any more)."""
    with transaction():
        result = cast(
            "CursorResult[Any]",
            db.session.execute(
                sa.update(Job).where(Job.id == job_id, Job.state == "dead").values(state="waiting", attempts=0, run_at=at)
            ),
        )
    return result.rowcount == 1


def registered() -> frozenset[str]:
    """The names of all known jobs."""
    return frozenset(_functions)
