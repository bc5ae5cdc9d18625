"""Evidence: chained per enrolment, append-only, and complete only when everything is accepted."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.events import Event
from coursehub.learning import chain, operations, queries
from coursehub.learning.models import Attempt, Completion, Evidence

from .course import RIGHT, STEPS, WRONG, make_release


@pytest.fixture
def links(enrolment, ada, at) -> list[dict[str, Any]]:
    """Four rows: read, a failed quiz, a passed one, watched."""
    operations.mark_read(enrolment, "l1-read", by=ada, at=at)
    operations.answer_quiz(enrolment, "l2-quiz", answers=WRONG, by=ada, at=at + timedelta(minutes=1))
    operations.answer_quiz(enrolment, "l2-quiz", answers=RIGHT, by=ada, at=at + timedelta(minutes=2))
    operations.mark_watched(enrolment, "l1-film", by=ada, at=at + timedelta(minutes=3))
    return queries.chain_links(enrolment)


def test_the_chain_of_an_enrolment_is_whole(links):
    assert [(row["n"], row["kind"], row["verdict"]) for row in links] == [
        (1, "read", "passed"), (2, "quiz", "failed"), (3, "quiz", "passed"), (4, "watched", "passed"),
    ]  # fmt: skip
    assert links[0]["prev_hash"] == chain.ZERO and chain.breaks(links) == []


@pytest.mark.parametrize("field", [field for field in chain.FIELDS if field not in ("n", "prev_hash")])
def test_an_edit_of_any_field_is_seen(links, field):
    links[1][field] = 1 if field == "score_bps" else "other"
    assert chain.breaks(links) == [2]


def test_a_lost_an_added_and_a_reordered_row_are_seen(links):
    assert chain.breaks(links[:1] + links[2:]) != []
    assert chain.breaks([links[0], dict(links[1]), *links[1:]]) != []
    assert chain.breaks([links[0], links[2], links[1], links[3]]) != []


def test_the_database_refuses_to_edit_or_delete_a_verdict(links):
    for statement in ("UPDATE evidence SET verdict = 'passed'", "DELETE FROM evidence"):
        with pytest.raises(sa.exc.DBAPIError), db.engine.begin() as connection:
            connection.execute(sa.text(statement))
    assert db.session.execute(sa.select(sa.func.count()).select_from(Evidence)).scalar_one() == 4


def test_no_personal_field_is_in_a_row_or_an_event(links, cast):
    told = str(links) + str([event.payload for event in db.session.execute(sa.select(Event)).scalars()])
    assert "Ada" not in told and "@" not in told


def test_the_course_is_completed_once_when_the_last_acceptance_is_met(cast, course, at):
    release = make_release(course, at=at, steps=STEPS[:3])
    enrolment = operations.enrol(person_id=cast.ada.id, release_id=release.id, at=at)
    ada = cast.acting(cast.ada)
    operations.mark_read(enrolment, "l1-read", by=ada, at=at)
    operations.answer_quiz(enrolment, "l2-quiz", answers=RIGHT, by=ada, at=at)
    assert queries.completed_at(enrolment) is None
    operations.note_position(enrolment, "l1-film", seconds=95, duration_seconds=100, by=ada, at=at)
    operations.note_position(enrolment, "l1-film", seconds=99, duration_seconds=100, by=ada, at=at)
    assert queries.completed_at(enrolment) == at
    names = list(db.session.execute(sa.select(Event.name)).scalars())
    assert names.count("learning.course_completed") == 1
    assert [row.kind for row in queries.evidence_of(enrolment, "en")] == ["course", "watched", "quiz", "read"]


def test_saying_it_twice_leaves_one_row(enrolment, ada, at):
    operations.mark_read(enrolment, "l1-read", by=ada, at=at)
    operations.mark_read(enrolment, "l1-read", by=ada, at=at + timedelta(days=1))
    assert queries.progress_of(enrolment.id)["l1-read"] == at
    assert len(queries.chain_links(enrolment)) == 1


def test_threads_that_work_on_one_enrolment_leave_one_whole_chain(app: Flask, cast, course, at):
    steps = [(f"l1-{n}", "text", "read", {}, {}) for n in range(6)]
    release = make_release(course, at=at, steps=steps)
    enrolment_id = operations.enrol(person_id=cast.ada.id, release_id=release.id, at=at).id
    person = cast.ada
    db.session.remove()
    gate, failures = threading.Barrier(6), []

    def run(n: int) -> None:
        from coursehub.learning.models import Enrolment
        from coursehub.people.actor import actor_for
        from coursehub.people.models import Person

        with app.app_context():
            try:
                enrolment = db.session.get_one(Enrolment, enrolment_id)
                actor = actor_for(db.session.get_one(Person, person.id))
                db.session.commit()
                gate.wait()
                operations.mark_read(enrolment, f"l1-{n}", by=actor, at=at)
            except Exception as problem:  # told to the test below
                failures.append(problem)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failures == []
    from coursehub.learning.models import Enrolment

    enrolment = db.session.get_one(Enrolment, enrolment_id)
    rows = queries.chain_links(enrolment)
    assert len(rows) == 7 and chain.breaks(rows) == []
    assert db.session.execute(sa.select(sa.func.count()).select_from(Completion)).scalar_one() == 1


def test_only_the_learner_opens_a_link_to_a_row(cast, enrolment, links, at):
    row = db.session.execute(sa.select(Evidence).order_by(Evidence.n)).scalars().first()
    for person in (cast.bo, cast.tara, cast.stan):
        with pytest.raises(NotAllowed):
            operations.open_link(row, by=cast.acting(person), at=at)
    first = operations.open_link(row, by=cast.acting(cast.ada), at=at)
    assert operations.open_link(row, by=cast.acting(cast.ada), at=at).id == first.id


def test_somebody_who_looks_as_the_learner_changes_nothing(cast, enrolment, at):
    from coursehub.people.actor import actor_for

    looking = actor_for(cast.ada, looked_as_by_id=cast.susi.id)
    for act in (
        lambda: operations.mark_read(enrolment, "l1-read", by=looking, at=at),
        lambda: operations.answer_quiz(enrolment, "l2-quiz", answers=RIGHT, by=looking, at=at),
        lambda: operations.hand_in(enrolment, "l2-code", source="x", purpose="check", by=looking, at=at),
        lambda: operations.ask(enrolment, "l1-read", text="?", by=looking, at=at),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert db.session.execute(sa.select(Attempt)).first() is None
