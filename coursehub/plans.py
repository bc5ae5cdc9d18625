"""Statements that many pages ask, compiled once and run on the driver.

SQLAlchemy writes the statement and knows how each column's values are read and bound; that
is worked out once for each statement and database. A request then costs the driver's own
work and little else. Reads of columns only: objects belong to the session.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Never

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

Change = Callable[[Any], Any]
PLANS = 1024
"""How many statements a process keeps compiled."""


class Found:
    """The rows of one statement: all of them have been fetched."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Sequence[Any]) -> None:
        """rows: tuples that give their columns by name too."""
        self._rows = rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> Sequence[Any]:
        """Every row."""
        return self._rows

    def first(self) -> Any:
        """The first row, or None."""
        return self._rows[0] if self._rows else None

    def one_or_none(self) -> Any:
        """The only row, or None. Raises MultipleResultsFound."""
        if len(self._rows) > 1:
            raise sa.exc.MultipleResultsFound("more than one row was found where one was meant")
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """The only row. Raises NoResultFound and MultipleResultsFound."""
        row = self.one_or_none()
        if row is None:
            raise sa.exc.NoResultFound("no row was found where one was meant")
        return row

    def scalars(self) -> "Found":
        """The first column alone."""
        return Found([row[0] for row in self._rows])

    def scalar_one(self) -> Any:
        """The first column of the only row. Raises NoResultFound and MultipleResultsFound."""
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        """The first column of the only row, or None."""
        row = self.one_or_none()
        return None if row is None else row[0]


class Plan:
    """One statement for one kind of database."""

    def __init__(self, statement: "sa.Select[*tuple[Any, ...]]", dialect: Dialect) -> None:
        """Compile it and find out how its values are bound and read."""
        compiled = statement.compile(dialect=dialect)
        self.is_plain = not (compiled.post_compile_params or compiled.literal_execute_params)
        self._sql = str(compiled)
        bound = {name: _bound(bind, dialect) for name, bind in compiled.binds.items()}
        self._names: Sequence[str] | None = compiled.positiontup if compiled.positional else None
        self._wanted = {name: change for name, (is_wanted, _value, change) in bound.items() if is_wanted}
        self._given = {name: value for name, (is_wanted, value, _change) in bound.items() if not is_wanted}
        columns = list(statement.selected_columns)
        read = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._read = [(n, change) for n, change in enumerate(read) if change is not None]
        self._row: Any = type("Row", (namedtuple("Row", [column.key or "" for column in columns], rename=True),), _AS_MAPPING)

    def run(self, connection: sa.Connection, values: Mapping[str, Any]) -> Found:
        """Ask it on a session's connection, with a value for each parameter. Raises what SQLAlchemy would raise."""
        rows = self.unread(connection, values)
        if not self._read:
            return Found([self._row._make(row) for row in rows])
        return Found([self._changed(row) for row in rows])

    def unread(self, connection: sa.Connection, values: Mapping[str, Any]) -> Sequence[Any]:
        """The driver's own rows, nothing converted or named: for millions of them."""
        given: Any = dict(self._given)
        for name, change in self._wanted.items():
            given[name] = values[name] if change is None else change(values[name])
        if self._names is not None:
            given = tuple([given[name] for name in self._names])
        return on_driver(connection, self._sql, given)

    def _changed(self, row: Sequence[Any]) -> Any:
        cells = list(row)
        for n, change in self._read:
            cells[n] = change(cells[n])
        return self._row._make(cells)


def on_driver(connection: sa.Connection, sql: str, values: Any) -> Sequence[Any]:
    """Send one statement on the driver, as it is; its rows, if it gives any.

    Who listens to SQLAlchemy's statements hears of it before and after. Raises what SQLAlchemy would raise.
    """
    cursor = connection.connection.cursor()
    try:
        for told in connection.dispatch.before_cursor_execute:
            told(connection, cursor, sql, values, None, False)
        cursor.execute(sql, values)
        rows: Sequence[Any] = cursor.fetchall() if cursor.description else ()
        for told in connection.dispatch.after_cursor_execute:
            told(connection, cursor, sql, values, None, False)
    except connection.dialect.loaded_dbapi.Error as error:
        _refuse(connection, cursor, sql, values, error)
    finally:
        cursor.close()
    return rows


def _refuse(connection: sa.Connection, cursor: Any, sql: str, values: Any, error: Exception) -> Never:
    """The driver's error as SQLAlchemy's; a connection that has gone is not used again."""
    dialect = connection.dialect
    gone = dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor)  # type: ignore[arg-type]
    if gone:
        connection.invalidate(error)
    raise sa.exc.DBAPIError.instance(
        sql, values, error, dialect.loaded_dbapi.Error, connection_invalidated=gone, dialect=dialect
    ) from error


_AS_MAPPING = {"__slots__": (), "_mapping": property(lambda row: row._asdict())}


def _bound(bind: "sa.BindParameter[Any]", dialect: Dialect) -> tuple[bool, Any, Change | None]:
    """(whether its value comes with each request, else the value as it is sent, how a value becomes what is sent)"""
    change = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if bind.required:
        return True, None, change
    value = bind.effective_value
    return False, value if change is None else change(value), change


class Several:
    """Parameters for at most so many ids, so that a statement about a few rows is always the same text."""

    def __init__(self, name: str, most: int) -> None:
        """name: unlike any other parameter of the statement."""
        self.most = most
        self._names = [f"{name}_{n}" for n in range(most)]
        self.parameters = [sa.bindparam(each, type_=sa.BigInteger) for each in self._names]

    def values(self, ids: Sequence[int]) -> dict[str, int]:
        """A value for each parameter; those left over ask for 0, which nothing has. At most as many ids as there are."""
        return {name: ids[n] if n < len(ids) else 0 for n, name in enumerate(self._names)}


@lru_cache(maxsize=PLANS)
def plan_of(statement: "sa.Select[*tuple[Any, ...]]", dialect: Dialect) -> Plan:
    """The plan of a statement that is put together once; one made anew each time would be compiled each time."""
    return Plan(statement, dialect)
