"""The database: one declarative base, one session, and the only way to commit.

Reads run outside a transaction (the drivers are in autocommit), so a page that only
reads sends its statements and nothing else. Writes happen inside `transaction()`: on
SQLite the outermost block takes the write lock at once (`BEGIN IMMEDIATE`), since row
locks do not exist there; on PostgreSQL it says `BEGIN`, and an operation locks the one
row it is about with `lock(row)`.
"""

import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from select import POLLIN, poll
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, MappedColumn, Mapper, make_transient_to_detached, mapped_column
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from coursehub.plans import Found, on_driver, plan_of

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class _Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)


db = SQLAlchemy(
    model_class=_Base,
    session_options={"expire_on_commit": False},
    disable_autonaming=True,
)

if TYPE_CHECKING:

    class Model(DeclarativeBase):
        """Base of every table."""

        def __init__(self, **values: Any) -> None: ...
else:
    Model = db.Model


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment, the same on both databases; refuses naive values."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC; SQLite gets it without the zone, since it has no such type."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """Give back an aware UTC moment."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def new_public_id() -> str:
    """An opaque id for addresses: 16 characters of base 36, 82 bits of chance."""
    chance = secrets.randbelow(len(_ALPHABET) ** 16)
    letters = []
    for _ in range(16):
        chance, letter = divmod(chance, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "".join(letters)


BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Id = Annotated[int, mapped_column(BigId, primary_key=True, autoincrement=True)]
PublicId = Annotated[str, mapped_column(sa.String(16), unique=True, default=new_public_id)]


def ref(target: str, *, index: bool = True, ondelete: str | None = None, **options: Any) -> MappedColumn[Any]:
    """A foreign key column to `table.column`, indexed unless said otherwise."""
    return mapped_column(BigId, sa.ForeignKey(target, ondelete=ondelete), index=index, **options)


@contextmanager
def transaction() -> Iterator[None]:
    """Everything inside is committed together, or not at all.

    Blocks join: only the outermost commits. A block whose inner block failed
    refuses to commit even if the error was swallowed in between.
    """
    session = db.session()
    state = session.info
    outermost = "doomed" not in state
    if outermost:
        state["doomed"] = False
    try:
        if outermost:
            connection = session_connection()
            on_driver(connection, "BEGIN IMMEDIATE" if connection.dialect.name == "sqlite" else "BEGIN", ())
        yield
        if not outermost:
            session.flush()
        elif state["doomed"]:
            raise RuntimeError("an inner transaction failed and was swallowed")
        else:
            if "last" in state:
                session.flush()
                for act, things in state["last"].items():
                    act(things)
            session.commit()
    except BaseException:
        state["doomed"] = True
        if outermost:
            session.rollback()
        raise
    finally:
        if outermost:
            del state["doomed"]
            state.pop("last", None)


def at_the_end(act: Callable[[list[Any]], None], thing: Any) -> None:
    """Let the open transaction do this right before it commits, with everything that was given to the same act, in order.

    For a lock that everybody wants: nobody holds it while they work, and whoever takes it takes no other after it.
    """
    db.session().info.setdefault("last", {}).setdefault(act, []).append(thing)


def look(statement: "sa.Select[*tuple[Any, ...]]", values: Mapping[str, Any] | None = None) -> Found:
    """Read columns, not objects, on the session's own connection: a tenth of the cost of asking through the session.

    For what many pages ask; the statement is put together once, with bound parameters.
    What stands in the session and was not flushed is not seen.
    """
    connection = session_connection()
    plan = plan_of(statement, connection.dialect)
    return plan.run(connection, values or {}) if plan.is_plain else Found(connection.execute(statement, values or {}).all())


AT_ONCE = 5_000
"""So many numbers go into one statement; databases take some tens of thousands."""


def in_parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The same numbers, a part that one statement takes at a time."""
    for first in range(0, len(ids), AT_ONCE):
        yield ids[first : first + AT_ONCE]


def session_connection() -> sa.Connection:
    """The session's connection; asking the session for it each time costs as much as a small statement."""
    session = db.session()
    begun, connection = session.info.get("looking", (None, None))
    current = session.get_transaction()
    if current is None or current is not begun or not current.is_active:
        connection = session.connection()
        session.info["looking"] = session.get_transaction(), connection
    return cast("sa.Connection", connection)


_M = TypeVar("_M", bound=Model)


def written(model: type[_M], values: Mapping[str, Any]) -> _M:
    """The row that a statement has just written, as an object of the session, without asking the database again."""
    row: Any = sa.inspect(model).class_manager.new_instance()
    row.__dict__.update(values)
    make_transient_to_detached(row)
    session = db.session()
    stale = session.identity_map.get(sa.inspect(row).key)  # of a transaction that was rolled back, with the same number
    if stale is not None:
        session.expunge(stale)
    session.add(row)
    return cast("_M", row)


def rewritten(row: Model, values: Mapping[str, Any]) -> None:
    """Tell an object what a statement has just written to its row."""
    for name, value in values.items():
        set_committed_value(row, name, value)


def in_transaction() -> bool:
    """Whether a `transaction()` block is open in this session."""
    return "doomed" in db.session().info


def lock(row: Model) -> None:
    """Lock one row until the transaction ends and read it again as it is now.

    SQLite has no row locks; there the whole transaction already holds the write lock.
    """
    if not in_transaction():
        raise RuntimeError("lock() needs an open transaction()")
    mapper = sa.inspect(type(row))
    if mapper.relationships:  # these are read again, too
        db.session.refresh(row, with_for_update=None if db.engine.dialect.name == "sqlite" else True)
        return
    db.session.flush()
    state = sa.inspect(row)
    if not state.persistent:
        raise sa.exc.InvalidRequestError("only a row of this session can be locked")
    statement, names = _by_key(mapper)
    found = look(statement, {f"key_{n}": value for n, value in enumerate(state.identity or ())}).first()
    if found is None:
        raise sa.exc.InvalidRequestError("the row that was to be locked is gone")
    rewritten(row, dict(zip(names, found, strict=True)))


@cache
def _by_key(mapper: Mapper[Any]) -> tuple["sa.Select[*tuple[Any, ...]]", list[str]]:
    """How a table's row is read under lock, put together once, and the names of what comes back."""
    names = [attribute.key for attribute in mapper.column_attrs]
    columns = [attribute.columns[0] for attribute in mapper.column_attrs]
    is_it = [column == sa.bindparam(f"key_{n}", type_=column.type) for n, column in enumerate(mapper.primary_key)]
    return sa.select(*columns).where(*is_it).with_for_update(), names


def init_app(app: Flask, url: str) -> None:
    """Bind the database at `url` to the application, with the settings each engine needs."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    options: dict[str, Any] = {"hide_parameters": True}  # an error is kept and logged; what a person typed is not
    if url.startswith("sqlite"):
        # Autocommit at the driver: transaction() says BEGIN IMMEDIATE itself.
        options["connect_args"] = {"isolation_level": None, "timeout": 10, "check_same_thread": False}
    else:
        options["isolation_level"] = "AUTOCOMMIT"
        options["pool_size"] = 8
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        if url.startswith("sqlite"):
            sa.event.listen(db.engine, "connect", _set_pragmas)
        else:
            sa.event.listen(db.engine, "connect", _keep_prepared)
            sa.event.listen(db.engine, "checkout", _be_there)
            sa.event.listen(db.engine, "checkin", _rest)


def transactional() -> sa.Engine:
    """The engine for work beside the session that must be whole: its connections are in a transaction from their first statement.

    Only PostgreSQL's: on SQLite such work says BEGIN itself.
    """
    return db.engine if db.engine.dialect.name == "sqlite" else db.engine.execution_options(isolation_level="READ COMMITTED")


RESTED_SECONDS = 30
"""After so long without work a connection is asked whether it still lives."""


def _keep_prepared(connection: Any, _record: object) -> None:
    connection.prepared_max = 256


def _rest(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["rests_since"] = monotonic()


def _be_there(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Before a connection works again: whether the server is still at its other end.

    A server that stopped has closed the socket, which then has something to read. That is asked of
    our own machine; the server itself only after a long rest, since a question before each page costs as much as a page's.
    """
    rested = monotonic() - record.info.get("rests_since", monotonic())
    socket = poll()
    socket.register(connection.fileno(), POLLIN)
    if rested < RESTED_SECONDS and not socket.poll(0):
        return
    dialect = db.engine.dialect
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise sa.exc.DisconnectionError from error


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    """Durable commits, enforced keys, and triggers that REPLACE cannot dodge."""
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "busy_timeout=10000",
        "secure_delete=ON",  # what is deleted or overwritten is overwritten in the file as well
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def sweep() -> None:
    """Let nothing that was deleted linger in SQLite's write-ahead log; PostgreSQL's vacuum does this by itself.

    A reader that is at work keeps its part of the log until it is done; the next sweep takes that too.
    """
    if in_transaction():
        raise RuntimeError("sweep() needs every transaction to be over")
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
