"""transaction(): together or not at all, and a swallowed failure never commits."""

import threading

import pytest
import sqlalchemy as sa
from flask import Flask

from coursehub import events, jobs
from coursehub.db import db, in_transaction, init_app, transaction
from coursehub.jobs import Job


def waiting() -> int:
    return db.session.execute(sa.select(sa.func.count()).select_from(Job)).scalar_one()


def test_blocks_join_and_the_outermost_commits(app, at):
    with transaction():
        with transaction():
            jobs.enqueue("x", at=at)
        assert in_transaction()
    assert not in_transaction()
    assert waiting() == 1


def test_a_failure_takes_everything_back(app, at):
    with pytest.raises(ZeroDivisionError), transaction():
        jobs.enqueue("x", at=at)
        raise ZeroDivisionError
    assert waiting() == 0


def test_a_block_whose_inner_failure_was_swallowed_refuses_to_commit(app, at):
    with pytest.raises(RuntimeError, match="swallowed"), transaction():
        jobs.enqueue("x", at=at)
        try:
            with transaction():
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    assert waiting() == 0


def test_nothing_is_enqueued_or_recorded_outside_a_transaction(app, at):
    with pytest.raises(RuntimeError):
        jobs.enqueue("x", at=at)
    with pytest.raises(RuntimeError):
        events.record("x.y", at=at)


def test_every_connection_to_sqlite_is_durable_and_keeps_its_keys(tmp_path):
    app = Flask(__name__)
    init_app(
        app, f"sqlite:///{tmp_path / 'durable.sqlite3'}"
    )  # an engine as it is in use: that of the suite does not wait for the disk
    with app.app_context():
        pragmas = {name: db.session.execute(sa.text(f"PRAGMA {name}")).scalar_one() for name in
                   ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")}  # fmt: skip
        db.session.remove()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}


def test_commits_on_postgresql_are_waited_for(app):
    if db.engine.dialect.name == "postgresql":
        assert db.session.execute(sa.text("SHOW synchronous_commit")).scalar_one() == "on"


def test_writers_queue_and_none_is_turned_away(app, at):
    failures: list[BaseException] = []

    def write() -> None:
        with app.app_context():
            try:
                for _ in range(10):
                    with transaction():
                        jobs.enqueue("x", at=at)
            except BaseException as problem:
                failures.append(problem)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert waiting() == 60
