"""One connection for each thread and plain SQL: sqlite3 or psycopg, statements prepared once and kept."""

import json
import os
import sqlite3
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

URL = os.environ.get("DATABASE_URL", "")
IS_SQLITE = URL.startswith("sqlite")
_local = threading.local()


class Row(dict[str, Any]):
    """A row whose columns templates read by name."""

    __getattr__ = dict.__getitem__


class Database:
    """Plain statements with `?` for values; counts what it sends."""

    def __init__(self) -> None:
        self.statements = 0
        self._said: dict[str, str] = {}
        if IS_SQLITE:
            self._connection: Any = sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None, cached_statements=256)
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "foreign_keys=ON",
                "recursive_triggers=ON",
                "busy_timeout=10000",
            ):
                self._connection.execute(f"PRAGMA {pragma}")
        else:
            import psycopg

            self._connection = psycopg.connect(URL.replace("+psycopg", ""), autocommit=True, prepare_threshold=0)
            self._connection.prepared_max = 256

    def _run(self, sql: str, values: Sequence[Any]) -> Any:
        self.statements += 1
        if IS_SQLITE:
            return self._connection.execute(sql, values)
        said = self._said.get(sql)
        if said is None:
            said = self._said[sql] = sql.replace("%", "%%").replace("?", "%s")
        return self._connection.execute(said, values)

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """Every row."""
        found = self._run(sql, values)
        names = [column[0] for column in found.description]
        return [Row(zip(names, row, strict=True)) for row in found]

    def row(self, sql: str, *values: Any) -> Row | None:
        """The first row, if there is one."""
        found = self._run(sql, values)
        row = found.fetchone()
        return None if row is None else Row(zip([column[0] for column in found.description], row, strict=True))

    def run(self, sql: str, *values: Any) -> None:
        """A statement without an answer."""
        self._run(sql, values)

    def begin(self) -> None:
        """Open a transaction that may write."""
        self._run("BEGIN IMMEDIATE" if IS_SQLITE else "BEGIN", ())

    def commit(self) -> None:
        """Keep it."""
        self._run("COMMIT", ())

    def rollback(self) -> None:
        """Forget it."""
        self._run("ROLLBACK", ())


def database() -> Database:
    """This thread's database."""
    found: Database | None = getattr(_local, "database", None)
    if found is None:
        found = _local.database = Database()
    return found


def data(value: Any) -> Any:
    """A JSON column as data."""
    return json.loads(value) if isinstance(value, str) else value


def numbers(values: list[int]) -> Any:
    """Many numbers as one value of a statement."""
    return json.dumps(values) if IS_SQLITE else values


def moment(value: datetime) -> Any:
    """A moment as the column keeps it."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if IS_SQLITE else value


def as_datetime(value: Any) -> datetime:
    """A moment from its column."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value.astimezone(UTC)
