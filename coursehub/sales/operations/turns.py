"""Asking the rail after many things, one by one: what gets no answer must not keep the others from their turn."""

import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from coursehub import rails

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
    patience: int = PATIENCE,
    name: Callable[[Row], str] = named,
) -> int:
    """Ask after what is due, the oldest first; how many were asked after. One without an answer stops no other.

    due: gives a batch, from the newest if it is called with True. Whatever the rail never answers about stays due and grows
    old: were only the oldest asked after, a whole batch of such would keep everything newer from its turn for ever. After
    `patience` of them in a row the newest are asked after, and where those get no answer either, the rail itself is away.
    What stays due for long also with an answer must be dated when it is asked after, and the least recent come first.
    """
    seen: set[int] = set()
    for newest_first in (False, True):
        missed = 0
        for row in due(newest_first):
            if row.id in seen:
                continue
            seen.add(row.id)
            try:
                ask(row)
                missed = 0
            except rails.RailAway:
                log.warning("%s %s waits: the rail is away", what, name(row))
                missed += 1
                if missed == patience:
                    break
        if missed < patience:
            break
    return len(seen)
