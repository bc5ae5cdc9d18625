"""The one way in which anything of talent changes its state: the table allows it, a row remembers it, an event tells it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from coursehub import events
from coursehub.db import Model, db, in_transaction, lock
from coursehub.people.actor import Actor
from coursehub.talent.machines import Machine
from coursehub.talent.models.moves import Move


class Living(Protocol):
    """A row with a lifecycle."""

    id: Any
    state: Any


def begin(row: Living, machine: Machine, *, mover: Actor | None, at: datetime, first: str | None = None) -> None:
    """Give a new row its first state and remember who made it; `first` is a move made at birth. Flushes the row."""
    if not in_transaction():
        raise RuntimeError("begin() needs an open transaction()")
    row.state = machine.start
    db.session.add(row)
    db.session.flush()
    _remember(row, machine, "begin", "", machine.start, mover=mover, at=at, reason="")
    if first is not None:
        _step(row, machine, first, mover=mover, at=at, reason="")


def begin_many(
    model: type[Model], rows: Sequence[Mapping[str, Any]], machine: Machine, *, born: "sa.Select[Any, str]", at: datetime,
    first: str | None = None,
) -> None:  # fmt: skip
    """begin() for many rows at once that the system makes: the same rows, moves and events, in a handful of statements.

    rows: the values of each, with its state: the machine's start, or where the move `first` leads.
    born: selects id and state of just these rows once they are in.
    """
    if not in_transaction():
        raise RuntimeError("begin_many() needs an open transaction()")
    if not rows:
        return
    db.session.execute(sa.insert(model.__table__), [dict(row) for row in rows])  # type: ignore[arg-type]
    about = {"machine": machine.name, "at": at, "reason": ""}
    moves, stepped = [], []
    for subject_id, state in db.session.execute(born):
        steps = [("begin", "", machine.start)]
        if state != machine.start and first is not None:
            steps.append((first, machine.start, machine.after(machine.start, first)))
            stepped.append({f"{machine.name}_id": subject_id})
        moves += [
            {**about, "subject_id": subject_id, "n": n, "move": step, "from_state": before, "to_state": after}
            for n, (step, before, after) in enumerate(steps, start=1)
        ]
    db.session.execute(sa.insert(Move.__table__), moves)  # type: ignore[arg-type]
    if first is not None:
        events.record_many(f"talent.{machine.name}_{machine.after(machine.start, first)}", at=at, of=stepped)


def move(row: Living, machine: Machine, step: str, *, mover: Actor | None, at: datetime, reason: str = "", **values: Any) -> str:
    """Make one move under lock and give the new state.

    mover:  who asks; None when time or the system does.
    values: columns of the row that this move sets.
    Records the event `talent.<machine>_<new state>` with the row's id.
    Raises IllegalMove when the table does not know this move from where the row is now.
    """
    if not in_transaction():
        raise RuntimeError("move() needs an open transaction()")
    lock(row)  # type: ignore[arg-type]  # as it is now, not as it was when the page was drawn
    return _step(row, machine, step, mover=mover, at=at, reason=reason, **values)


def _step(row: Living, machine: Machine, step: str, *, mover: Actor | None, at: datetime, reason: str, **values: Any) -> str:
    before = row.state
    row.state = machine.after(before, step)
    for column, value in values.items():
        setattr(row, column, value)
    db.session.flush()
    _remember(row, machine, step, before, row.state, mover=mover, at=at, reason=reason)
    events.record(f"talent.{machine.name}_{row.state}", at=at, **{f"{machine.name}_id": row.id})
    return str(row.state)


def _remember(
    row: Living, machine: Machine, step: str, before: str, after: str, *, mover: Actor | None, at: datetime, reason: str
) -> None:
    many = sa.select(sa.func.count()).where(Move.machine == machine.name, Move.subject_id == row.id)
    db.session.add(
        Move(
            machine=machine.name, subject_id=row.id, n=db.session.execute(many).scalar_one() + 1, move=step,
            from_state=before, to_state=after, at=at, reason=reason,
            person_id=mover.person_id if mover else None, organisation_id=mover.organisation_id if mover else None,
        )
    )  # fmt: skip
    db.session.flush()
