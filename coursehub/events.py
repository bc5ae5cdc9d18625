"""The outbox: what happened is written in the transaction that made it happen.

`record` stores the event and one job per listener; a listener therefore runs at
least once after the commit, outside any transaction. An event may start a letter,
a job or a projection, never a rule of money. Payloads carry opaque ids only.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from coursehub import jobs
from coursehub.db import Id, Model, UtcDateTime, db, in_transaction
from coursehub.prepared import Prepared


class Event(Model):
    """Something that happened, named `room.fact`, with the ids it is about."""

    __tablename__ = "event"
    __table_args__ = (sa.Index("ix_event_name_at", "name", "at"),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(sa.String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON)


_INSERT = Prepared(sa.insert(Event.__table__))  # type: ignore[arg-type]
Listener = Callable[..., None]
_listeners: dict[str, list[str]] = {}


def on(name: str) -> Callable[[Listener], Listener]:
    """Call `f(*, at, **payload)` after each event of that name, at least once."""

    def register(function: Listener) -> Listener:
        job_name = f"{name}->{function.__module__.removeprefix('coursehub.')}.{function.__name__}"
        jobs.job(job_name)(function)
        if job_name not in _listeners.setdefault(name, []):
            _listeners[name].append(job_name)
        return function

    return register


def record(name: str, *, at: datetime, **ids: int | str | None) -> None:
    """Write down what happened, in the open transaction, and wake its listeners."""
    if not in_transaction():
        raise RuntimeError("record() needs an open transaction()")
    _INSERT({"name": name, "at": at, "payload": ids})
    for job_name in _listeners.get(name, ()):
        jobs.enqueue(job_name, at=at, args=ids)


def record_many(name: str, *, at: datetime, of: Sequence[Mapping[str, int | str | None]]) -> None:
    """The same for many things at once: their rows go in together. `of` holds the ids of each."""
    if not in_transaction():
        raise RuntimeError("record_many() needs an open transaction()")
    if of:
        db.session.execute(sa.insert(Event.__table__), [{"name": name, "at": at, "payload": dict(ids)} for ids in of])  # type: ignore[arg-type]
    for job_name in _listeners.get(name, ()):
        for ids in of:
            jobs.enqueue(job_name, at=at, args=ids)


def listened_to() -> dict[str, list[str]]:
    """Which events have listeners, and the job names of those."""
    return {name: list(listeners) for name, listeners in _listeners.items()}
