"""Questions, answers, reviews, reports: who may say what, and what becomes of it."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from coursehub import clock
from coursehub.db import db
from coursehub.errors import NotAllowed
from coursehub.jobs import run_due
from coursehub.learning import operations, queries
from coursehub.learning.models import Answer, CourseReview, Question, Report
from coursehub.mail import Letter

from ..cast import sign_in


@pytest.fixture
def question(enrolment, ada, at) -> Question:
    """Ada asks beside the first step."""
    return operations.ask(enrolment, "l1-read", text="Why is that so?", by=ada, at=at)


@pytest.fixture
def tara(cast):
    """A teacher of the course."""
    return cast.acting(cast.tara)


def letters() -> list[tuple[str, str]]:
    return [(letter.to, letter.subject) for letter in db.session.execute(sa.select(Letter).order_by(Letter.id)).scalars()]


def test_a_teachers_answer_carries_the_badge_and_a_letter_goes_to_who_asked(cast, question, tara, ada, at):
    operations.answer(question, text="Because it is.", by=tara, at=at + timedelta(hours=2))
    run_due(at=at + timedelta(hours=2), strict=True)
    view = queries.questions_beside(question.course_id, "l1-read", reader=ada)[0]
    assert [(a.name, a.badge) for a in view.answers] == [("Tara Wu", ("北风编程", "Northwind"))]
    assert ("ada@example.org", "Your question in “First steps” has an answer") in letters()
    assert ("tara@example.org", "A learner asks in “First steps”") in letters()
    run_due(at=at + timedelta(hours=3), strict=True)
    assert len(letters()) == 2


def test_a_letter_speaks_the_language_of_its_reader(cast, release, tara, at):
    mine = operations.enrol(person_id=cast.bo.id, release_id=release.id, at=at)
    asked = operations.ask(mine, "l1-read", text="为什么？", by=cast.acting(cast.bo), at=at)
    operations.answer(asked, text="因为如此。", by=tara, at=at)
    run_due(at=at, strict=True)
    assert ("bo@example.org", "您在《第一步》中的提问有回答了") in letters()


def test_strangers_and_other_partners_neither_see_nor_answer(client, cast, question, at):
    for person in (cast.bo, cast.eve, cast.finn):
        with pytest.raises(NotAllowed):
            operations.answer(question, text="Hm.", by=cast.acting(person), at=at)
        sign_in(client, person)
        assert client.get(f"/questions/{question.public_id}").status_code == 404
        assert client.get(f"/reports/new?subject=question&id={question.public_id}").status_code == 404


def test_one_answer_is_the_answer(cast, release, question, tara, ada, at):
    operations.enrol(person_id=cast.bo.id, release_id=release.id, at=at)
    bo = cast.acting(cast.bo)
    first = operations.answer(question, text="From a friend.", by=bo, at=at)
    second = operations.answer(question, text="From a teacher.", by=tara, at=at)
    assert [a.text for a in queries.viewed([question], reader=ada)[0].answers] == ["From a teacher.", "From a friend."]
    operations.mark_answer(first, by=ada, at=at)
    assert [a.is_marked for a in queries.viewed([question], reader=ada)[0].answers] == [True, False]
    operations.mark_answer(second, by=tara, at=at)
    assert db.session.execute(sa.select(sa.func.count()).where(Answer.marked_at.is_not(None))).scalar_one() == 1
    with pytest.raises(NotAllowed):
        operations.mark_answer(first, by=bo, at=at)
    operations.unmark_answer(second, by=ada)
    assert not any(a.is_marked for a in queries.viewed([question], reader=ada)[0].answers)


def test_only_its_author_edits_or_deletes_words(cast, release, question, tara, ada, at):
    given = operations.answer(question, text="Yes.", by=tara, at=at)
    for act in (
        lambda: operations.edit_question(question, text="No?", by=tara, at=at),
        lambda: operations.delete_question(question, by=tara, at=at),
        lambda: operations.edit_answer(given, text="No.", by=ada, at=at),
        lambda: operations.delete_answer(given, by=ada, at=at),
    ):
        with pytest.raises(NotAllowed):
            act()
    operations.edit_question(question, text="And why?", by=ada, at=at)
    operations.delete_answer(given, by=tara, at=at)
    view = queries.viewed([question], reader=ada)[0]
    assert (view.text, view.edited_at, view.answers) == ("And why?", at, ())
    operations.delete_question(question, by=ada, at=at)
    assert queries.questions_beside(question.course_id, "l1-read", reader=ada) == []
    with pytest.raises(operations.QuestionClosed):
        operations.answer(question, text="Late.", by=tara, at=at)


def test_twenty_questions_a_day_are_enough(enrolment, ada, at):
    for n in range(20):
        operations.ask(enrolment, "l1-read", text=f"Number {n}?", by=ada, at=at)
    with pytest.raises(operations.TooManyWords):
        operations.ask(enrolment, "l1-read", text="One more?", by=ada, at=at)
    operations.ask(enrolment, "l1-read", text="Tomorrow?", by=ada, at=at + timedelta(days=1))


def test_questions_through_the_screens(client, cast, enrolment, course):
    sign_in(client, cast.ada)
    step = f"/learn/{enrolment.public_id}/l1-read"
    assert client.post(f"{step}/questions", data={"text": ""}).status_code == 422
    client.post(f"{step}/questions", data={"text": "Is <b>this</b> safe?"})
    page = client.get(step).text
    assert "Is &lt;b&gt;this&lt;/b&gt; safe?" in page
    question = db.session.execute(sa.select(Question)).scalar_one()
    sign_in(client, cast.tara)
    assert "Is &lt;b&gt;this" in client.get(f"/studio/courses/{course.public_id}/questions").text
    assert client.post(f"/questions/{question.public_id}/answers", data={"text": "It is."}).status_code == 303
    assert "Nothing waits for you" in client.get(f"/studio/courses/{course.public_id}/questions").text
    answer = db.session.execute(sa.select(Answer)).scalar_one()
    sign_in(client, cast.ada)
    assert "Teacher, Northwind" in client.get(step).text
    client.post(f"/answers/{answer.public_id}/mark")
    assert "The answer" in client.get(f"/questions/{question.public_id}").text
    assert client.get(f"/questions/{question.public_id}/words").status_code == 200
    assert client.get(f"/answers/{answer.public_id}/words").status_code == 404
    assert client.post(f"/questions/{question.public_id}/words", data={"text": "Is it?"}).status_code == 303
    assert client.post(f"/questions/{question.public_id}/delete").location.startswith(f"/learn/{enrolment.public_id}/l1-read")


def test_only_people_who_enrolled_review_and_each_of_them_once(cast, course, enrolment, ada, at):
    with pytest.raises(operations.NotYours):
        operations.write_review(course, stars=5, text="Never been there.", by=cast.acting(cast.bo), at=at)
    operations.write_review(course, stars=4, text="Good and clear.", by=ada, at=at)
    operations.write_review(course, stars=2, text="Not so good after all.", by=ada, at=at + timedelta(days=1))
    assert [(r.stars, r.name, r.edited_at) for r in queries.reviews_of(course.id)] == [(2, "Ada Chen", at + timedelta(days=1))]


def test_somebody_whose_enrolment_ended_may_still_review(cast, course, enrolment, ada, at):
    operations.end_enrolment(enrolment, reason="refunded", at=at)
    operations.write_review(course, stars=3, text="It was not for me.", by=ada, at=at)
    assert queries.review_summary(course.id).count == 1


def test_the_average_is_rounded_to_a_tenth(cast, course, release, at):
    for person, stars in ((cast.ada, 5), (cast.bo, 4), (cast.theo, 4)):
        operations.enrol(person_id=person.id, release_id=release.id, at=at)
        operations.write_review(course, stars=stars, text="Ten characters.", by=cast.acting(person), at=at)
    assert queries.review_summary(course.id) == queries.ReviewSummary(3, 43, ((4, 2), (5, 1)))
    assert queries.review_summaries([course.id, 999]).keys() == {course.id}
    assert queries.review_summary(999) == queries.ReviewSummary(0, 0)


def test_two_tabs_at_once_leave_one_review(app: Flask, cast, course, enrolment, at):
    course_id, person_id = course.id, cast.ada.id
    db.session.remove()
    gate, failures = threading.Barrier(4), []

    def run() -> None:
        from coursehub.catalog.models import Course
        from coursehub.people.actor import actor_for
        from coursehub.people.models import Person

        with app.app_context():
            try:
                mine, actor = db.session.get_one(Course, course_id), actor_for(db.session.get_one(Person, person_id))
                db.session.commit()
                gate.wait()
                operations.write_review(mine, stars=5, text="Ten characters.", by=actor, at=at)
            except Exception as problem:  # told to the test below
                failures.append(problem)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failures == []
    assert db.session.execute(sa.select(sa.func.count()).select_from(CourseReview)).scalar_one() == 1


def test_the_partner_replies_and_nobody_else_does(client, cast, course, enrolment, ada, tara, at):
    review = operations.write_review(course, stars=2, text="Too short for me.", by=ada, at=at)
    for person in (cast.eve, cast.bo, cast.finn):
        with pytest.raises(NotAllowed):
            operations.reply_to_review(review, text="We disagree.", by=cast.acting(person), at=at)
    sign_in(client, cast.tara)
    page = f"/studio/courses/{course.public_id}/reviews"
    assert "Too short for me." in client.get(page).text
    assert client.post(f"/studio/reviews/{review.public_id}/reply", data={"text": ""}).status_code == 422
    assert client.post(f"/studio/reviews/{review.public_id}/reply", data={"text": "It grows in spring."}).status_code == 303
    assert queries.reviews_of(course.id)[0].reply_text == "It grows in spring."
    sign_in(client, cast.eve)
    assert client.get(page).status_code == 404
    assert client.post(f"/studio/reviews/{review.public_id}/reply", data={"text": "Mine."}).status_code == 404


def test_a_review_through_its_form(client, cast, course, enrolment):
    sign_in(client, cast.ada)
    form = f"/enrolments/{enrolment.public_id}/review"
    assert client.post(form, data={"stars": "6", "text": "short"}).status_code == 422
    assert client.post(form, data={"stars": "5", "text": "Clear from the first page."}).status_code == 303
    assert "Change your review" in client.get(f"/learn/{enrolment.public_id}").text
    assert client.post(f"{form}/delete").status_code == 303
    assert queries.reviews_of(course.id) == ()


def test_what_staff_hide_disappears_and_both_sides_get_a_letter(client, cast, course, release, enrolment, question, ada, at):
    operations.enrol(person_id=cast.bo.id, release_id=release.id, at=at)
    rude = operations.answer(question, text="What a stupid question.", by=cast.acting(cast.bo), at=at)
    sign_in(client, cast.ada)
    ask = f"/reports/new?subject=answer&id={rude.public_id}&next=/questions/{question.public_id}"
    assert "What a stupid question." in client.get(ask).text
    data = {"subject": "answer", "id": rude.public_id, "why": "rude", "text": "", "next": f"/questions/{question.public_id}"}
    assert client.post("/reports", data=data).location == f"/questions/{question.public_id}"
    assert client.post("/reports", data=data).status_code == 303
    report = db.session.execute(sa.select(Report)).scalar_one()
    sign_in(client, cast.susi)
    assert "What a stupid question." in client.get("/house/reports").text
    page = client.get(f"/house/reports/{report.public_id}")
    assert "Bo Lin" in page.text and "Ada" not in page.text
    assert client.post(f"/house/reports/{report.public_id}", data={"decision": "hide"}).status_code == 422
    decision = {"decision": "hide", "text": "We stay polite here."}
    assert client.post(f"/house/reports/{report.public_id}", data=decision).status_code == 303
    run_due(at=clock.now() + timedelta(seconds=1), strict=True)
    assert "stupid" not in str(queries.questions_beside(course.id, "l1-read", reader=ada))
    bodies = {letter.to: letter.body for letter in db.session.execute(sa.select(Letter)).scalars() if "polite" in letter.body}
    assert set(bodies) == {"ada@example.org", "bo@example.org"}
    assert "What a stupid question." in bodies["bo@example.org"] and "Ada" not in bodies["bo@example.org"]
    assert "hidden" in client.get("/house/reports?state=decided").text
    assert client.get(f"/house/reports/{report.public_id}").status_code == 200


def test_a_report_that_is_kept_changes_nothing_but_answers_the_reporter(cast, course, ada, enrolment, at):
    review = operations.write_review(course, stars=1, text="I did not like it.", by=ada, at=at)
    subject = queries.subject_named("review", review.public_id, "en")
    row = operations.report(subject, why="wrong", text="", by=cast.acting(cast.pia), at=at)
    operations.judge_report(row, decision="keep", text="It is an opinion.", by=cast.acting(cast.cato), at=at)
    run_due(at=at, strict=True)
    assert len(queries.reviews_of(course.id)) == 1
    assert [to for to, subject_line in letters() if "decided" in subject_line] == ["pia@example.org"]


def test_nobody_reports_their_own_words_judges_their_own_report_or_judges_without_being_staff(cast, course, enrolment, ada, at):
    review = operations.write_review(course, stars=1, text="I did not like it.", by=ada, at=at)
    subject = queries.subject_named("review", review.public_id, "en")
    with pytest.raises(NotAllowed):
        operations.report(subject, why="rude", text="", by=ada, at=at)
    row = operations.report(subject, why="rude", text="", by=cast.acting(cast.stan), at=at)
    for person in (cast.stan, cast.pia, cast.fay, cast.ada):
        with pytest.raises(NotAllowed):
            operations.judge_report(row, decision="hide", text="Because.", by=cast.acting(person), at=at)
    operations.judge_report(row, decision="hide", text="Because.", by=cast.acting(cast.susi), at=at)
    with pytest.raises(operations.AlreadyJudged):
        operations.judge_report(row, decision="keep", text="Because.", by=cast.acting(cast.cato), at=at)
    with pytest.raises(operations.ReviewHidden):
        operations.write_review(course, stars=5, text="A second try of mine.", by=ada, at=at)


def test_several_reports_on_one_thing_are_decided_together(cast, course, enrolment, ada, at):
    review = operations.write_review(course, stars=1, text="I did not like it.", by=ada, at=at)
    subject = queries.subject_named("review", review.public_id, "en")
    rows = [operations.report(subject, why="spam", text="", by=cast.acting(p), at=at) for p in (cast.pia, cast.eve, cast.bo)]
    assert queries.open_reports_count() == 3
    operations.judge_report(rows[0], decision="hide", text="It is.", by=cast.acting(cast.susi), at=at)
    assert queries.open_reports_count() == 0


def test_a_course_is_reported_by_anybody_signed_in(client, cast, course, release):
    assert client.get(f"/reports/new?subject=course&id={course.public_id}").status_code == 303
    sign_in(client, cast.bo)
    assert "第一步" in client.get(f"/reports/new?subject=course&id={course.public_id}").text
    data = {"subject": "course", "id": course.public_id, "why": "rights", "text": "My pictures.", "next": "//evil.example"}
    assert client.post("/reports", data=data).location == "/"
    assert client.get("/reports/new?subject=person&id=x").status_code == 404
    sign_in(client, cast.susi)
    assert (
        "A course is not hidden from here"
        in client.get(f"/house/reports/{db.session.execute(sa.select(Report.public_id)).scalar_one()}").text
    )
