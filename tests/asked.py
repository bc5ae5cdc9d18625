"""What is asked of the database meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from coursehub.db import db

HOUSEKEEPING = ("PRAGMA", "BEGIN", "SET ")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that reaches the database meanwhile; many rows in one statement are one."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(HOUSEKEEPING):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


@contextmanager
def reads() -> Iterator[list[str]]:
    """Every read among them, once it is over."""
    found: list[str] = []
    with statements() as seen:
        yield found
    found.extend(each for each in seen if each.startswith(("SELECT", "WITH")))
