"""Every page of the room, in both languages, for those who may see it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from coursehub import clock
from coursehub.jobs import run_due
from coursehub.learning import operations, queries

from ..cast import sign_in
from .course import FILM, RIGHT, STEPS, make_release

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def read(client: FlaskClient, path: str, *, language: str = "en", status: int = 200) -> str:
    client.set_cookie("language", language, domain="localhost")
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code, answer.text[:800])
    return answer.text


def steps_of(enrolment: Any) -> list[str]:
    return [f"/learn/{enrolment.public_id}/{step[0]}" for step in STEPS]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_of_a_learner_is_there_in_both_languages(client, cast, enrolment, ada, at, language):
    sign_in(client, cast.ada)
    operations.mark_read(enrolment, "l1-read", by=ada, at=at)
    operations.ask(enrolment, "l1-read", text="Why is that?", by=ada, at=at)
    for path in ["/learn", f"/learn/{enrolment.public_id}", *steps_of(enrolment)]:
        page = read(client, path, language=language)
        assert ("我的课程" in page) == (language == "zh-CN")
    for path in ("evidence", "review"):
        read(client, f"/enrolments/{enrolment.public_id}/{path}", language=language)


def test_the_lesson_says_what_counts_as_done_how_it_is_checked_and_what_if_not(client, cast, enrolment):
    sign_in(client, cast.ada)
    for path in steps_of(enrolment):
        page = read(client, path)
        assert page.count("<h1") == 1
        for words in ("What counts as done", "Done when", "Checked by", "If not"):
            assert words in page


def test_the_answer_key_is_on_no_page_before_it_is_earned(client, cast, enrolment):
    sign_in(client, cast.ada)
    quiz = read(client, steps_of(enrolment)[2])
    for secret in ("correct", "The explanation of one", "Look again at b", "3.14", "A place too far", ">print<", "println"):
        assert secret not in quiz
    code = read(client, steps_of(enrolment)[3])
    for secret in ("A negative number", "-6", "Think of plus", "Use a return"):
        assert secret not in code
    assert "def double(n):" in code and "Read me." in code


def test_a_stranger_finds_nobody_elses_course(client, cast, enrolment):
    for person in (cast.bo, cast.pia, cast.stan):
        sign_in(client, person)
        for path in [f"/learn/{enrolment.public_id}", *steps_of(enrolment), f"/enrolments/{enrolment.public_id}/evidence",
                     f"/enrolments/{enrolment.public_id}/files/film.mp4"]:  # fmt: skip
            read(client, path, status=404)


def test_reading_marks_where_one_continues_and_marking_goes_on_to_the_next_step(client, cast, enrolment):
    sign_in(client, cast.ada)
    read(client, steps_of(enrolment)[0])
    answer = client.post(f"{steps_of(enrolment)[0]}/read")
    assert answer.status_code == 303 and answer.location.endswith("/l1-film")
    desk = queries.desk_courses(cast.ada.id)
    assert [(row.next_key, row.done, row.total, row.begun) for row in desk] == [("l1-film", 1, 4, True)]


def test_a_video_remembers_the_place_and_is_done_at_nine_tenths(client, cast, enrolment):
    sign_in(client, cast.ada)
    film = steps_of(enrolment)[1]
    answer = client.post(f"{film}/position", data={"seconds": "30", "duration": "100"})
    assert answer.json == {"done": False}
    page = read(client, film)
    assert 'data-position="30"' in page and "You stopped at 0:30" in page
    assert page.count("<track") == 2 and 'srclang="en"' in page and 'id="transcript"' not in page
    assert client.post(f"{film}/position", data={"seconds": "90", "duration": "100"}).json == {"done": True}
    assert client.post(f"{film}/position", data={"seconds": "-4"}).status_code == 422
    assert "Done on" in read(client, film)


def test_a_film_is_sent_in_the_part_that_a_player_asks_for(client, cast, enrolment):
    sign_in(client, cast.ada)
    path = f"/enrolments/{enrolment.public_id}/files/film.mp4"
    answer = client.get(path, headers={"Range": "bytes=100-199"})
    assert answer.status_code == 206 and answer.data == FILM[100:200]
    assert answer.headers["Content-Range"] == f"bytes 100-199/{len(FILM)}"
    whole = client.get(path)
    assert whole.data == FILM and "sandbox" in whole.headers["Content-Security-Policy"]
    again = client.get(path, headers={"If-None-Match": whole.headers["ETag"]})
    assert again.status_code == 304


def test_a_file_that_could_run_is_handed_over_as_a_download(client, cast, enrolment):
    sign_in(client, cast.ada)
    answer = client.get(f"/enrolments/{enrolment.public_id}/files/page.html")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_preview_is_open_to_everybody_and_the_rest_is_not(client, course, release):
    page = read(client, f"/courses/{course.slug}/preview/l1-read")
    assert "The words of l1-read." in page and "csrf_token" not in page.split('id="main"')[1].split("</main>")[0]
    assert "set-cookie" not in {name.lower() for name, _value in client.get(f"/courses/{course.slug}/preview/l1-film").headers}
    read(client, f"/courses/{course.slug}/preview/l2-quiz", status=404)
    assert client.get(f"/courses/{course.slug}/preview").location.endswith("/preview/l1-read")
    assert client.get(f"/courses/{course.slug}/preview-files/film.mp4").data == FILM
    read(client, f"/courses/{course.slug}/preview-files/page.html", status=404)


def test_a_preview_of_a_quiz_or_an_exercise_shows_it_without_the_means_to_hand_it_in(client, course, at):
    both = [(key.replace("l2", "l1"), kind, rule, definition, texts) for key, kind, rule, definition, texts in STEPS[2:]]
    make_release(course, at=at, number=2, steps=both)
    quiz = read(client, f"/courses/{course.slug}/preview/l1-quiz")
    assert "Which one is right?" in quiz and "Hand in" not in quiz and "disabled" in quiz
    code = read(client, f"/courses/{course.slug}/preview/l1-code")
    assert "def double(n):" in code and "Check my work" not in code and "readonly" in code


def test_an_ended_enrolment_closes_the_lessons_with_a_sentence_and_keeps_the_evidence(client, cast, enrolment, ada, at):
    operations.mark_read(enrolment, "l1-read", by=ada, at=at)
    operations.end_enrolment(enrolment, reason="refunded", at=at)
    sign_in(client, cast.ada)
    page = read(client, steps_of(enrolment)[0], status=403)
    assert "its lessons are closed" in page and "The words of l1-read." not in page
    read(client, f"/enrolments/{enrolment.public_id}/files/film.mp4", status=403)
    assert "refunded in full" in read(client, f"/learn/{enrolment.public_id}")
    assert "Step l1-read" in read(client, f"/enrolments/{enrolment.public_id}/evidence")
    refused = client.post(f"{steps_of(enrolment)[2]}/answers", data={})
    assert refused.status_code == 409 and "Which one is right?" not in refused.text
    assert queries.progress_of(enrolment.id) == {"l1-read": at}


def quiz_form(answers: dict[str, Any]) -> dict[str, Any]:
    form: dict[str, Any] = {}
    for name, given in answers.items():
        if name == "order":
            form |= {f"q-order-{item}": str(n) for n, item in enumerate(given, 1)}
        else:
            form[f"q-{name}"] = given
    return form


def test_a_quiz_through_its_form_keeps_what_was_typed_and_tells_what_is_missing(client, cast, enrolment):
    sign_in(client, cast.ada)
    quiz = steps_of(enrolment)[2]
    half = {**quiz_form(RIGHT), "q-number": "three"}
    del half["q-order-x"]
    answer = client.post(f"{quiz}/answers", data=half)
    assert answer.status_code == 422
    assert 'value="three"' in answer.text and "Write a number" in answer.text and "Give each line its own place" in answer.text
    assert queries.attempts(enrolment.id, "l2-quiz") == []
    done = client.post(f"{quiz}/answers", data=quiz_form(RIGHT))
    assert done.status_code == 303
    page = read(client, quiz)
    assert "100%" in page and "The explanation of one." in page and "Well seen." in page


def test_two_lines_in_one_place_are_no_order(client, cast, enrolment):
    sign_in(client, cast.ada)
    form = {**quiz_form(RIGHT), "q-order-x": "1", "q-order-y": "1"}
    assert client.post(f"{steps_of(enrolment)[2]}/answers", data=form).status_code == 422


def test_moving_up_through_the_screens(client, cast, course, enrolment, ada, at):
    operations.mark_read(enrolment, "l1-read", by=ada, at=at)
    newer = make_release(course, at=at, number=2, steps=[*STEPS[1:], ("l3-more", "text", "read", {}, {})])
    sign_in(client, cast.ada)
    assert "A newer release of this course is out" in read(client, f"/learn/{enrolment.public_id}")
    page = read(client, f"/enrolments/{enrolment.public_id}/newer")
    assert "Steps that are gone" in page and "Step l1-read" in page and "Step l3-more" in page
    answer = client.post(f"/enrolments/{enrolment.public_id}/moves", data={"release": newer.public_id})
    assert answer.status_code == 303
    assert "1.1.0" in read(client, f"/learn/{enrolment.public_id}")


def test_the_language_of_the_text_is_switched_with_a_form_and_stays(client, cast, enrolment):
    sign_in(client, cast.ada)
    answer = client.post(f"/enrolments/{enrolment.public_id}/language", data={"locale": "zh-CN", "step": "l1-read"})
    assert answer.location.endswith("/l1-read")
    page = read(client, steps_of(enrolment)[0])
    assert "l1-read的正文。" in page and "What counts as done" in page


def test_a_visit_is_counted_without_knowing_whose(client, course, release, cast):
    from_us = {"Sec-Fetch-Site": "same-origin"}
    assert client.post(f"/courses/{course.slug}/visits", headers=from_us).status_code == 204
    assert client.post(f"/courses/{course.slug}/visits", data={"what": "preview"}, headers=from_us).status_code == 204
    now = clock.now()
    counted = queries.funnel(course.id, since=now - timedelta(days=1), until=now + timedelta(days=1))
    assert (counted.course_visits, counted.preview_visits) == (1, 1)


def test_completing_everything_leads_to_a_credential_a_letter_and_public_evidence(client, cast, course, at):
    release = make_release(course, at=at, steps=[STEPS[0], STEPS[2]])
    enrolment = operations.enrol(person_id=cast.ada.id, release_id=release.id, at=at)
    sign_in(client, cast.ada)
    client.post(f"/learn/{enrolment.public_id}/l1-read/read")
    client.post(f"/learn/{enrolment.public_id}/l2-quiz/answers", data=quiz_form(RIGHT))
    run_due(at=clock.now(), strict=True)
    page = read(client, f"/learn/{enrolment.public_id}")
    assert "Completed on" in page and "/credentials/" in page
    rows = queries.evidence_of(enrolment, "en")
    assert [(row.kind, row.verdict) for row in rows] == [("course", "passed"), ("quiz", "passed"), ("read", "passed")]
    client.post(f"/enrolments/{enrolment.public_id}/evidence/{rows[1].public_id}/links")
    link = queries.evidence_of(enrolment, "en")[1].link
    stranger = client.application.test_client()
    public = read(stranger, f"/evidence/{link}")
    assert "all 3 rows fit" in public and "Ada" not in public and rows[1].hash in public
    client.post(f"/enrolments/{enrolment.public_id}/evidence/{rows[1].public_id}/links/close")
    read(stranger, f"/evidence/{link}", status=404)
    read(stranger, f"/evidence/{rows[1].public_id}", status=404)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_for_partners_and_staff_is_there_in_both_languages(client, cast, course, enrolment, ada, at, language):
    question = operations.ask(enrolment, "l1-read", text="Why is that?", by=ada, at=at)
    review = operations.write_review(course, stars=4, text="Good and clear.", by=ada, at=at)
    subject = queries.subject_named("review", review.public_id, language)
    report = operations.report(subject, why="other", text="Look at it.", by=cast.acting(cast.pia), at=at)
    sign_in(client, cast.tara)
    for path in ("learners", "roster", "questions", "questions?state=all", "reviews", f"learners/{enrolment.public_id}"):
        page = read(client, f"/studio/courses/{course.public_id}/{path}", language=language)
        assert ("第一步" in page) == (language == "zh-CN") and ("学员" in page) == (language == "zh-CN")
    read(client, f"/questions/{question.public_id}", language=language)
    sign_in(client, cast.susi)
    for path in ("/house/reports", "/house/reports?state=decided", f"/house/reports/{report.public_id}"):
        assert ("举报" in read(client, path, language=language)) == (language == "zh-CN")


def test_no_page_of_the_room_carries_an_inline_script_or_style_or_two_headings(client, cast, course, enrolment):
    sign_in(client, cast.ada)
    for path in ["/learn", f"/learn/{enrolment.public_id}", *steps_of(enrolment), f"/courses/{course.slug}/preview/l1-read"]:
        page = read(client, path)
        assert page.count("<h1") == 1 and " style=" not in page and "<style" not in page
        assert re.findall(r"<script(?![^>]*src=)", page) == [] and not re.search(
            r"\son[a-z]+=", page.split("<body")[1].split(">")[0]
        )
        assert page.count("button--primary") <= 1


def test_a_step_that_a_script_names_is_shown_as_words(client, cast, course, at):
    nasty = (
        "l1-quiz",
        "quiz",
        "passed",
        STEPS[2][3],
        {**STEPS[2][4], "one.prompt": "<script>alert(1)</script>", "one.a.text": "<img src=x onerror=alert(1)>"},
    )
    release = make_release(course, at=at, steps=[nasty])
    enrolment = operations.enrol(person_id=cast.ada.id, release_id=release.id, at=at)
    sign_in(client, cast.ada)
    page = read(client, f"/learn/{enrolment.public_id}/l1-quiz")
    assert "<script>alert" not in page and "<img src=x" not in page and "&lt;script&gt;alert(1)" in page


def test_the_number_of_statements_of_a_lesson_does_not_grow_with_the_course(client, cast, course, at):
    import sqlalchemy as sa

    from coursehub.db import db

    counts = []
    for number, size in ((1, 2), (2, 40)):
        steps = [(f"l{n}-read", "text", "read", {}, {}) for n in range(size)]
        release = make_release(course, at=at, number=number, steps=steps)
        person = (cast.ada, cast.bo)[number - 1]
        enrolment = operations.enrol(person_id=person.id, release_id=release.id, at=at)
        sign_in(client, person)
        read(client, f"/learn/{enrolment.public_id}/l0-read")
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any, seen: list[str] = seen) -> None:
            seen.append(statement)

        sa.event.listen(db.engine, "before_cursor_execute", note)
        read(client, f"/learn/{enrolment.public_id}/l0-read")
        sa.event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12
