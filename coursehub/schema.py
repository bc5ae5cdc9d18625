"""Bringing a database to the shape this version needs, and asking whether it has it."""

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import downgrade, upgrade

from coursehub.config import root
from coursehub.db import db


def migrate(target: str = "head") -> None:
    """Apply every migration up to `target` that the database has not seen."""
    upgrade(directory=str(root() / "migrations"), revision=target)


def unwind(target: str = "base") -> None:
    """Take migrations back down to `target`."""
    downgrade(directory=str(root() / "migrations"), revision=target)


def revision() -> str | None:
    """The revision the database is at, or nothing if it is empty."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """The revision this version of coursehub needs."""
    config: Config = current_app.extensions["migrate"].migrate.get_config(str(root() / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()


def differences() -> list[str]:
    """How the tables in the code differ from those in the database; empty when they agree."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _is_ours})
        return [str(difference) for difference in compare_metadata(context, db.metadata)]


def _is_ours(_thing: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """Search indexes are made by the migration alone: FTS5's shadow tables and PostgreSQL's vector column."""
    return not (name or "").startswith("search_")
