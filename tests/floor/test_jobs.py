"""Jobs: at least once, leases, backoff, dead letters, one firing per tick, events in the same commit."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub import events, jobs
from coursehub.db import db, transaction
from coursehub.jobs import Job

ran: list[tuple[str, object]] = []


@jobs.job("test.note")
def note(*, at, word):
    ran.append((word, at))


@jobs.job("test.fail")
def fail(*, at):
    raise RuntimeError("no luck")


@events.on("test.happened")
def listen(*, at, thing_id):
    ran.append(("heard", thing_id))


@pytest.fixture(autouse=True)
def nothing_ran():
    ran.clear()


def test_a_job_runs_when_it_is_due_and_not_before(app, at):
    with transaction():
        jobs.enqueue("test.note", at=at + timedelta(hours=1), word="later")
        jobs.enqueue("test.note", at=at, word="now")
    assert jobs.run_due(at=at) == 1
    assert [word for word, _ in ran] == ["now"]
    assert jobs.run_due(at=at + timedelta(hours=1)) == 1


def test_an_event_wakes_its_listener_only_if_it_was_committed(app, at):
    with pytest.raises(ZeroDivisionError), transaction():
        events.record("test.happened", at=at, thing_id=1)
        raise ZeroDivisionError
    with transaction():
        events.record("test.happened", at=at, thing_id=2)
    jobs.run_due(at=at, strict=True)
    assert ran == [("heard", 2)]


def test_the_job_of_a_worker_that_died_falls_due_again(app, at):
    with transaction():
        jobs.enqueue("test.note", at=at, word="once more")
    (lost,) = jobs.claim(at=at)
    assert jobs.claim(at=at) == []
    (again,) = jobs.claim(at=at + jobs.LEASE)
    assert (again.id, again.attempt) == (lost.id, 2)
    assert jobs.perform(again, at=at)


def test_a_late_worker_cannot_finish_a_job_somebody_else_now_holds(app, at):
    with transaction():
        jobs.enqueue("test.note", at=at, word="twice")
    (late,) = jobs.claim(at=at)
    jobs.claim(at=at + jobs.LEASE)
    jobs.perform(late, at=at)
    assert db.session.execute(sa.select(sa.func.count()).select_from(Job)).scalar_one() == 1


def test_a_job_that_keeps_failing_backs_off_and_then_waits_for_a_person(app, at):
    with transaction():
        jobs.enqueue("test.fail", at=at)
    moment = at
    for _ in range(jobs.MAX_ATTEMPTS):
        jobs.run_due(at=moment)
        moment += timedelta(hours=2)
    row = db.session.execute(sa.select(Job)).scalar_one()
    db.session.refresh(row)
    assert row.state == "dead"
    assert "no luck" in row.last_error
    assert jobs.run_due(at=moment) == 0
    assert jobs.replay(row.id, at=moment)
    assert not jobs.replay(row.id, at=moment)


def test_the_same_dedupe_key_waits_once(app, at):
    with transaction():
        jobs.enqueue("test.note", at=at, dedupe_key="k", word="a")
        jobs.enqueue("test.note", at=at, dedupe_key="k", word="b")
    jobs.run_due(at=at, strict=True)
    assert [word for word, _ in ran] == ["a"]


def test_two_workers_at_one_tick_fire_a_schedule_once(app, at):
    jobs.job("test.tick")(lambda *, at: None)
    jobs.cron("test.tick", every=timedelta(minutes=5))
    try:
        gate = threading.Barrier(4)

        def fire():
            with app.app_context():
                gate.wait()
                jobs.tick(at=at)
                db.session.remove()

        threads = [threading.Thread(target=fire) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        names = db.session.execute(sa.select(Job.name).where(Job.name == "test.tick")).scalars().all()
        assert names == ["test.tick"]
    finally:
        jobs._schedules.pop("test.tick")


def test_many_workers_claim_each_job_once(app, at):
    with transaction():
        for number in range(60):
            jobs.enqueue("test.note", at=at, word=str(number))
    claimed: list[int] = []

    def take():
        with app.app_context():
            while batch := jobs.claim(at=at, limit=3):
                claimed.extend(one.id for one in batch)
            db.session.remove()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 60
