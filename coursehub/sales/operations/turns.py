"""Asking the rail after many things, one by one: what gets no answer must not keep the others from their turn."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from coursehub import rails
from coursehub.db import db, rewritten, transaction

log = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Any)
PATIENCE = 20
"""So many in a row without an answer, and the others are asked from the other end."""


def named(row: Any) -> str:
    """What the log calls a thing."""
    return str(row.public_id)


def in_turn(
    due: Callable[[bool], Sequence[Row]],
    ask: Callable[[Row], object],
    *,
    what: str,
    dated: datetime | None = None,
    patience: int = PATIENCE,
    name: Callable[[Row], str] = named,
) -> int:
    """Ask after what is due, the oldest first; how many were asked after. One without an answer, or refused, stops no other.

    due: gives a batch, from the newest if it is called with True. Whatever the rail never answers about stays due and grows
    old: were only the oldest asked after, a whole batch of such would keep everything newer from its turn for ever. After
    `patience` of them in a row the newest are asked after, and where those get no answer either, the rail itself is away.
    dated: for what stays due for long also with an answer. All that were asked after keep this moment as their last turn
    (`asked_at`), however it ended, and `due` gives first what had its turn least recently (`queries/turns.py`).
    """
    seen: dict[int, Row] = {}
    try:
        for newest_first in (False, True):
            missed = 0
            for row in due(newest_first):
                if row.id in seen:
                    continue
                seen[row.id] = row
                try:
                    ask(row)
                    missed = 0
                except rails.RailAway:
                    log.warning("%s %s waits: the rail is away", what, name(row))
                    missed += 1
                    if missed == patience:
                        break
                except rails.RailRefused as problem:  # an answer, and the same one each time: staff must look
                    log.error("the rail refuses to speak of %s %s: %s", what, name(row), problem.code)
                    missed = 0
            if missed < patience:
                break
    finally:
        if dated is not None and seen:
            _date(seen, dated)
    return len(seen)


def _date(seen: Mapping[int, Any], at: datetime) -> None:
    """One statement for all that were asked after; the rest of a batch that was given up has not had its turn."""
    kind: Any = type(next(iter(seen.values())))
    turn = sa.update(kind).where(kind.id.in_(list(seen))).values(asked_at=at)
    with transaction():
        db.session.execute(turn, execution_options={"synchronize_session": False})
    for row in seen.values():
        rewritten(row, {"asked_at": at})
