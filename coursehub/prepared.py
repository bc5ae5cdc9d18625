"""Writing on the busiest paths: statements put together once, then sent as the driver's own text.

Core builds an execution around every statement it sends; on a path that sends twenty of
them that is most of its time. A `Prepared` lets Core write the text and choose how each
value is converted, keeps both, and hands text and values to the driver. What `db.py: look`
is for reading, this is for writing.

For a sale and a journal. Elsewhere ordinary statements are clear and fast enough.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

from coursehub.db import session_connection
from coursehub.plans import Found, on_driver

Converter = Callable[[Any], Any] | None


class _Text(NamedTuple):
    sql: str
    binds: list[tuple[str, Converter]]
    is_positional: bool


class Prepared:
    """One insert or update, for values given by name.

    Values are converted as their columns' types say. Nothing is filled in: an insert names
    every value it writes. It may give back the number of its row (`returning`), nothing that
    a type would have to convert.
    """

    def __init__(self, statement: sa.Insert | sa.Update) -> None:
        self._statement = statement
        self._texts: dict[Any, _Text] = {}

    def __call__(self, values: Mapping[str, Any], connection: Connection | None = None) -> Found:
        """Send it in the open transaction; what stands in the session and was not flushed is not seen."""
        connection = connection or session_connection()
        key = (connection.dialect.name, *values)
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = _text(self._statement, connection.dialect, list(values))
        return _send(connection, text, values)

    def rows(self, rows: Sequence[Mapping[str, Any]], connection: Connection | None = None) -> None:
        """Insert rows that have the same names, in one statement."""
        connection = connection or session_connection()
        values = {f"{name}_{n}": value for n, row in enumerate(rows) for name, value in row.items()}
        key = (connection.dialect.name, len(rows), *rows[0])
        text = self._texts.get(key)
        if text is None:
            assert isinstance(self._statement, sa.Insert)
            columns = self._statement.table.c
            many = self._statement.values(
                [{name: sa.bindparam(f"{name}_{n}", type_=columns[name].type) for name in row} for n, row in enumerate(rows)]
            )
            text = self._texts[key] = _text(many, connection.dialect, None)
        _send(connection, text, values)


def _text(statement: Any, dialect: Dialect, names: list[str] | None) -> _Text:
    compiled = statement.compile(dialect=dialect, column_keys=names if isinstance(statement, sa.Insert) else None)
    order = compiled.positiontup if compiled.positional else list(compiled.binds)
    converters = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
    return _Text(str(compiled), [(name, converters[name]) for name in order], compiled.positional)


def _send(connection: Connection, text: _Text, values: Mapping[str, Any]) -> Found:
    if text.is_positional:
        sent: Any = tuple([values[name] if convert is None else convert(values[name]) for name, convert in text.binds])
    else:
        sent = {name: values[name] if convert is None else convert(values[name]) for name, convert in text.binds}
    return Found(on_driver(connection, text.sql, sent))
