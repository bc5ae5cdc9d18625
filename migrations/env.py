"""Runs migrations on the application's own engine, inside one transaction per revision."""

from alembic import context
from flask import current_app

from coursehub.db import transactional

metadata = current_app.extensions["migrate"].db.metadata


def run() -> None:
    """Bring the database to the asked revision."""
    with transactional().connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        context.configure(
            connection=connection,
            target_metadata=metadata,
            transaction_per_migration=True,
            render_as_batch=sqlite,
            compare_type=True,
        )
        if sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        with context.begin_transaction():
            context.run_migrations()
        if sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


run()
