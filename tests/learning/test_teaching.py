"""What a partner may know about learners: counts for all, names for teachers, never who bought."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.learning import operations, queries
from coursehub.people.models import AccessLog

from ..cast import sign_in
from .course import RIGHT, STEPS, WRONG, make_release


def test_the_funnel_counts_from_visit_to_completion(cast, course, at):
    release = make_release(course, at=at, steps=STEPS[:2])
    operations.count_visits(course.id, what="course", on_day=at.date(), visits=100)
    operations.count_visits(course.id, what="course", on_day=at.date(), visits=20)
    operations.count_visits(course.id, what="preview", on_day=at.date(), visits=30)
    enrolments = [operations.enrol(person_id=p.id, release_id=release.id, at=at) for p in (cast.ada, cast.bo, cast.theo)]
    ada, bo = cast.acting(cast.ada), cast.acting(cast.bo)
    operations.open_step(enrolments[0], "l1-read", by=ada, at=at)
    operations.mark_read(enrolments[0], "l1-read", by=ada, at=at)
    operations.mark_watched(enrolments[0], "l1-film", by=ada, at=at)
    operations.open_step(enrolments[1], "l1-read", by=bo, at=at)
    operations.mark_read(enrolments[1], "l1-read", by=bo, at=at)
    counted = queries.funnel(course.id, since=at, until=at + timedelta(days=1))
    assert counted == queries.Funnel(course_visits=120, preview_visits=30, enrolled=3, begun=2, halfway=2, completed=1)
    later = queries.funnel(course.id, since=at + timedelta(days=1), until=at + timedelta(days=2))
    assert (later.enrolled, later.course_visits) == (0, 0)


def test_learners_stop_where_they_were_last_seen_two_weeks_ago(cast, course, release, enrolment, ada, at):
    operations.open_step(enrolment, "l2-quiz", by=ada, at=at)
    operations.answer_quiz(enrolment, "l2-quiz", answers=WRONG, by=ada, at=at)
    soon = {row.key: row for row in queries.step_counts(course.id, release.id, "en", at=at + timedelta(days=13))}
    assert (soon["l2-quiz"].opened, soon["l2-quiz"].done, soon["l2-quiz"].tries, soon["l2-quiz"].stopped) == (1, 0, 1, 0)
    late = {row.key: row.stopped for row in queries.step_counts(course.id, release.id, "en", at=at + timedelta(days=15))}
    assert late == {"l1-read": 0, "l1-film": 0, "l2-quiz": 1, "l2-code": 0}
    assert queries.stuck_count([course.id], at=at + timedelta(days=15)) == 1


def test_everybody_of_the_organisation_sees_counts_and_no_name(client, cast, course, enrolment):
    for person in (cast.pia, cast.tara, cast.finn):
        sign_in(client, person)
        page = client.get(f"/studio/courses/{course.public_id}/learners?days=30")
        assert page.status_code == 200 and "Ada" not in page.text
    for person, status in ((cast.eve, 404), (cast.ada, 403)):
        sign_in(client, person)
        assert client.get(f"/studio/courses/{course.public_id}/learners").status_code == status


def test_teachers_see_names_by_the_grant_of_the_enrolment_and_the_learner_can_see_that(client, cast, course, enrolment):
    sign_in(client, cast.tara)
    assert "Ada Chen" in client.get(f"/studio/courses/{course.public_id}/roster").text
    logged = [(row.person_id, row.by_id, row.purpose, row.fields) for row in db.session.execute(sa.select(AccessLog)).scalars()]
    assert logged == [(cast.ada.id, cast.tara.id, "teaching", ["display_name"])]
    sign_in(client, cast.finn)
    assert client.get(f"/studio/courses/{course.public_id}/roster").status_code == 403
    sign_in(client, cast.eve)
    assert client.get(f"/studio/courses/{course.public_id}/roster").status_code == 404
    assert client.get(f"/studio/courses/{course.public_id}/learners/{enrolment.public_id}").status_code == 404


def test_the_grant_ends_with_the_enrolment(client, cast, course, enrolment, at):
    operations.end_enrolment(enrolment, reason="refunded", at=at)
    assert operations.open_names(course, [enrolment], by=cast.acting(cast.tara), at=at) == {}
    sign_in(client, cast.tara)
    assert "Ada" not in client.get(f"/studio/courses/{course.public_id}/roster").text
    assert client.get(f"/studio/courses/{course.public_id}/learners/{enrolment.public_id}").status_code == 404


def test_names_of_another_organisations_learners_are_refused(cast, course, enrolment, at):
    for person in (cast.eve, cast.finn, cast.bo):
        with pytest.raises(NotAllowed):
            operations.open_names(course, [enrolment], by=cast.acting(person), at=at)


def test_a_teacher_reads_the_work_of_a_learner(client, cast, course, enrolment, ada, at):
    operations.answer_quiz(enrolment, "l2-quiz", answers=RIGHT, by=ada, at=at)
    sign_in(client, cast.tara)
    page = client.get(f"/studio/courses/{course.public_id}/learners/{enrolment.public_id}").text
    assert "Ada Chen" in page and "Step l2-quiz" in page and "100%" in page


def test_the_usual_response_time_needs_three_answers(cast, course, enrolment, ada, at):
    tara = cast.acting(cast.tara)
    for hours in (1, 5, 30):
        asked = operations.ask(enrolment, "l1-read", text="How?", by=ada, at=at)
        assert queries.usual_response(course.id, at=at + timedelta(days=2)) is None
        operations.answer(asked, text="So.", by=tara, at=at + timedelta(hours=hours))
    assert queries.usual_response(course.id, at=at + timedelta(days=2)) == timedelta(hours=5)


def test_the_desk_says_where_to_continue(cast, enrolment, ada, at):
    assert [row.next_key for row in queries.desk_courses(cast.ada.id)] == ["l1-read"]
    operations.open_step(enrolment, "l2-quiz", by=ada, at=at)
    row = queries.desk_courses(cast.ada.id)[0]
    assert (row.next_key, row.next_title, row.minutes_left, row.title) == ("l2-quiz", "Step l2-quiz", 40, "First steps")
    operations.answer_quiz(enrolment, "l2-quiz", answers=RIGHT, by=ada, at=at)
    assert queries.desk_courses(cast.ada.id)[0].next_key == "l2-code"
