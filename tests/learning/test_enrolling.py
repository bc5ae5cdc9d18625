"""Enrolling, ending, and staying on one's release."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from coursehub.db import db, transaction
from coursehub.errors import NotAllowed
from coursehub.events import Event
from coursehub.learning import operations, queries
from coursehub.learning.models import Enrolment, ReleaseMove

from .course import STEPS, make_release


def names_of_events() -> list[str]:
    return list(db.session.execute(sa.select(Event.name).order_by(Event.id)).scalars())


def test_enrolling_gives_the_right_to_one_release_in_a_language_the_learner_reads(cast, release, at):
    enrolment = operations.enrol(person_id=cast.ada.id, release_id=release.id, at=at)
    assert (enrolment.release_id, enrolment.course_id, enrolment.locale) == (release.id, release.course_id, "en")
    assert "learning.enrolled" in names_of_events()


def test_a_person_has_at_most_one_open_enrolment_in_a_course(cast, enrolment, release, at):
    with pytest.raises(operations.AlreadyEnrolled):
        operations.enrol(person_id=cast.ada.id, release_id=release.id, at=at)


def test_after_an_enrolment_ended_the_same_person_may_enrol_again(cast, enrolment, release, at):
    operations.end_enrolment(enrolment, reason="refunded", at=at)
    again = operations.enrol(person_id=cast.ada.id, release_id=release.id, at=at + timedelta(days=1))
    assert again.id != enrolment.id


def test_a_draft_takes_no_enrolments(cast, course, at):
    draft = make_release(course, at=at, number=2, state="submitted")
    with pytest.raises(operations.ReleaseNotOpen):
        operations.enrol(person_id=cast.ada.id, release_id=draft.id, at=at)


def test_eight_threads_that_enrol_one_person_make_one_enrolment(app: Flask, cast: Any, release: Any, at: datetime) -> None:
    person_id, release_id = cast.ada.id, release.id
    gate, outcomes = threading.Barrier(8), []

    def run() -> None:
        with app.app_context():
            gate.wait()
            try:
                operations.enrol(person_id=person_id, release_id=release_id, at=at)
                outcomes.append("enrolled")
            except operations.AlreadyEnrolled:
                outcomes.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(outcomes) == ["enrolled"] + ["refused"] * 7
    assert db.session.execute(sa.select(sa.func.count()).select_from(Enrolment)).scalar_one() == 1


def test_without_the_index_nothing_but_luck_would_keep_a_second_open_row_out(enrolment, at):
    """The planted fault: a writer that skips the operation is stopped by the database itself."""
    twin = Enrolment(
        person_id=enrolment.person_id,
        course_id=enrolment.course_id,
        release_id=enrolment.release_id,
        source="order",
        locale="en",
        opened_at=at,
    )
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.add(twin)
        db.session.flush()


def test_ending_twice_changes_nothing_the_second_time(enrolment, at):
    operations.end_enrolment(enrolment, reason="refunded", at=at)
    operations.end_enrolment(enrolment, reason="other", at=at + timedelta(days=3))
    assert (enrolment.ended_at, enrolment.ended_reason) == (at, "refunded")
    assert names_of_events().count("learning.enrolment_ended") == 1


def test_nobody_but_the_learner_moves_or_switches_an_enrolment(cast, enrolment, at):
    for person in (cast.bo, cast.pia, cast.stan):
        with pytest.raises(NotAllowed):
            operations.read_in(enrolment, locale="zh-CN", by=cast.acting(person))


def test_switching_the_language_keeps_progress(enrolment, ada, at):
    operations.mark_read(enrolment, "l1-read", by=ada, at=at)
    operations.read_in(enrolment, locale="zh-CN", by=ada)
    assert enrolment.locale == "zh-CN"
    assert queries.progress_of(enrolment.id)["l1-read"] == at


def test_moving_up_names_what_is_new_changed_and_gone_and_keeps_progress(course, enrolment, ada, at):
    operations.mark_read(enrolment, "l1-read", by=ada, at=at)
    operations.mark_watched(enrolment, "l1-film", by=ada, at=at)
    changed = ("l2-quiz", "quiz", "passed", {**STEPS[2][3], "pass_percent": 60}, STEPS[2][4])
    newer = make_release(course, at=at, number=2, steps=[STEPS[0], changed, STEPS[3], ("l3-more", "text", "read", {}, {})])
    assert queries.newer_release_id(enrolment) == newer.id
    move = operations.move_up(enrolment, to_release_id=newer.id, by=ada, at=at + timedelta(days=1))
    assert move.report == {
        "same": ["l1-read", "l2-code"], "changed": ["l2-quiz"], "added": ["l3-more"], "gone": ["l1-film"], "gone_done": ["l1-film"],
    }  # fmt: skip
    assert enrolment.release_id == newer.id
    assert queries.progress_of(enrolment.id) == {"l1-read": at, "l1-film": at}
    assert [row.step_key for row in queries.evidence_of(enrolment, "en")] == ["l1-film", "l1-read"]


def test_an_enrolment_stays_on_its_release_until_the_learner_moves(course, enrolment, release, at):
    make_release(course, at=at, number=2)
    assert db.session.get_one(Enrolment, enrolment.id).release_id == release.id
    assert db.session.execute(sa.select(ReleaseMove)).first() is None


def test_a_move_to_a_release_that_is_not_the_newest_any_more_is_refused(course, enrolment, ada, at):
    second = make_release(course, at=at, number=2)
    make_release(course, at=at, number=3)
    with pytest.raises(operations.MoveChanged):
        operations.move_up(enrolment, to_release_id=second.id, by=ada, at=at)


def test_there_is_nothing_to_move_to_on_the_newest_release(enrolment, release, ada, at):
    with pytest.raises(operations.NothingNewer):
        operations.move_up(enrolment, to_release_id=release.id, by=ada, at=at)


def test_a_move_that_leaves_nothing_to_do_completes_the_course(course, enrolment, ada, at):
    operations.mark_read(enrolment, "l1-read", by=ada, at=at)
    newer = make_release(course, at=at, number=2, steps=[STEPS[0]])
    operations.move_up(enrolment, to_release_id=newer.id, by=ada, at=at)
    assert queries.completed_at(enrolment) == at
