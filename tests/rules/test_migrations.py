"""The chain of migrations: up, down, up again, and equal to the tables in the code."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from coursehub import config, schema
from coursehub.app import create_app
from coursehub.db import db

from ..conftest import DATABASE, new_postgresql_database


@pytest.fixture
def fresh_app(request, tmp_path):
    """An application on a database of its own that no migration has touched."""
    env = {"COURSEHUB_INSTANCE": str(tmp_path), "COURSEHUB_SECRET_KEY": "x" * 40, "COURSEHUB_BASE_URL": "https://localhost"}
    if DATABASE == "postgresql":
        env["DATABASE_URL"] = new_postgresql_database(request.getfixturevalue("postgresql"), f"migrations_{os.getpid()}")
    app = create_app(config.read(env))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_migrations_go_up_and_down_and_up_and_agree_with_the_code(fresh_app):
    schema.migrate()
    assert schema.revision() == schema.newest_revision()
    assert schema.differences() == []
    schema.unwind()
    left = set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}
    assert left == set()
    schema.migrate()
    assert schema.differences() == []


def test_migrations_import_no_models():
    for path in Path(config.root() / "migrations" / "versions").glob("*.py"):
        assert "coursehub" not in path.read_text(encoding="utf-8").replace("coursehub_", ""), path.name


def test_a_partners_way_keeps_its_meaning_when_rails_get_names(fresh_app):
    from coursehub.payouts.operations import choose_rail
    from tests.cast import BEGINNING, Cast

    schema.migrate()
    cast = Cast()
    choose_rail("GB", by=cast.acting(cast.finn), at=BEGINNING)
    db.session.remove()

    def stand(question):
        with db.engine.connect() as connection:
            return connection.execute(sa.text(question)).scalars().all()

    ways, rails = "SELECT way FROM payout_way", "SELECT rail FROM rail_account"
    assert (stand(ways), stand(rails)) == (["stripe"], ["stripe"])
    schema.unwind("fapiao_of_periods")
    assert stand(ways) == ["rail"]
    schema.migrate()
    assert (stand(ways), stand(rails)) == (["stripe"], ["stripe"])
    with pytest.raises(sa.exc.DBAPIError), db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE payout_way SET way = 'bank'"))
