"""Bringing a database to the shape this version needs, and asking whether it has it.

Alembic takes as long to import as everything else together, so it is imported
only by what changes or compares a schema; serving a page never does.
"""

import re
import sqlite3
from functools import lru_cache

import sqlalchemy as sa
from flask import current_app

from coursehub.config import Settings, root
from coursehub.db import db

_REVISION = re.compile(r'^(down_)?revision = (?:"(\w+)"|None)', re.M)


def _prepare() -> str:
    """Attach Flask-Migrate to the application; gives the folder of the migrations."""
    folder = str(root() / "migrations")
    if "migrate" not in current_app.extensions:
        from flask_migrate import Migrate

        Migrate(current_app, db, directory=folder)
    return folder


def migrate(target: str = "head") -> None:
    """Apply every migration up to `target` that the database has not seen."""
    folder = _prepare()
    from flask_migrate import upgrade

    upgrade(directory=folder, revision=target)


def unwind(target: str = "base") -> None:
    """Take migrations back down to `target`."""
    folder = _prepare()
    from flask_migrate import downgrade

    downgrade(directory=folder, revision=target)


def revision() -> str | None:
    """The revision the database is at, or nothing if it is empty."""
    if not sa.inspect(db.engine).has_table("alembic_version"):
        return None
    with db.engine.connect() as connection:
        found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


@lru_cache(maxsize=1)
def newest_revision() -> str:
    """The revision this version of coursehub needs: the one that no other follows."""
    own: set[str] = set()
    followed: set[str] = set()
    for file in (root() / "migrations" / "versions").glob("*.py"):
        for down, name in _REVISION.findall(file.read_text(encoding="utf-8")):
            (followed if down else own).add(name)
    (newest,) = own - followed
    return str(newest)


def is_surely_current(settings: Settings) -> bool:
    """Whether an SQLite database is at the newest revision, found out without loading the application."""
    if not settings.database_url.startswith("sqlite:///"):
        return False
    try:
        connection = sqlite3.connect(f"file:{settings.database_url.removeprefix('sqlite:///')}?mode=ro", uri=True)
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        finally:
            connection.close()
    except sqlite3.Error:
        return False
    return row is not None and row[0] == newest_revision()


def differences() -> list[str]:
    """How the tables in the code differ from those in the database; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _is_ours})
        return [str(difference) for difference in compare_metadata(context, db.metadata)]


def _is_ours(_thing: object, name: str | None, _kind: str, _reflected: bool, _other: object) -> bool:
    """Search indexes are made by the migration alone: FTS5's shadow tables and PostgreSQL's vector column."""
    return not (name or "").startswith("search_")
