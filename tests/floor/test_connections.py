"""Connections to PostgreSQL: none is kept in a transaction by a reader, and one that died while it rested is replaced."""

import time
from select import POLLIN, poll

import pytest
import sqlalchemy as sa

from coursehub import db as floor
from coursehub.db import db, transaction, transactional
from coursehub.jobs import Job

OWN_PID = sa.text("SELECT pg_backend_pid()")
JOBS = sa.select(sa.func.count()).select_from(Job)


pytestmark = pytest.mark.usefixtures("app")


def own_pid():
    pid = db.session.execute(OWN_PID).scalar_one()
    db.session.remove()
    return pid


def in_transaction(pid):
    found = sa.text("SELECT xact_start IS NOT NULL FROM pg_stat_activity WHERE pid = :pid AND state <> 'active'")
    with db.engine.connect() as connection:
        return connection.execute(found, {"pid": pid}).scalar_one()


def end(pid, *, through):
    through.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    for _ in range(100):
        if through.execute(sa.text("SELECT 1 FROM pg_stat_activity WHERE pid = :pid"), {"pid": pid}).first() is None:
            return
        time.sleep(0.02)


def test_whoever_reads_holds_no_transaction_open_and_whoever_writes_does(at):
    pid = db.session.execute(OWN_PID).scalar_one()
    db.session.execute(JOBS)
    assert not in_transaction(pid)
    with transaction():
        db.session.execute(JOBS)
        assert in_transaction(pid)
    assert not in_transaction(pid)


def test_a_connection_that_died_while_it_rested_is_replaced_without_anybody_noticing():
    db.engine.dispose()
    with db.engine.connect() as other:  # held, so that the pool has nothing to give but the dead one
        socket = poll()
        socket.register(db.session.connection().connection.driver_connection.fileno(), POLLIN)
        resting = own_pid()
        end(resting, through=other)
        assert socket.poll(5_000), "the server's last word has not arrived"
        assert own_pid() != resting


def test_a_connection_that_rested_for_long_is_asked_first(monkeypatch):
    db.engine.dispose()
    own_pid()
    asked = []
    monkeypatch.setattr(db.engine.dialect, "do_ping", lambda connection: asked.append(connection))
    own_pid()
    assert asked == []
    monkeypatch.setattr(floor, "RESTED_SECONDS", -1)
    own_pid()
    assert len(asked) == 1


def test_work_beside_the_session_is_whole(at):
    row = {"name": "x", "args": {}, "state": "waiting", "attempts": 0, "enqueued_at": at, "run_at": at}
    with pytest.raises(ZeroDivisionError), transactional().begin() as connection:
        connection.execute(sa.insert(Job), row)
        raise ZeroDivisionError
    assert db.session.execute(JOBS).scalar_one() == 0
    with transactional().begin() as connection:
        connection.execute(sa.insert(Job), row)
    assert db.session.execute(JOBS).scalar_one() == 1
    assert not in_transaction(own_pid())
