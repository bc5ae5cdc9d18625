"""Code exercises: handed in, judged by the worker in isolation, remembered."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from coursehub import clock
from coursehub.db import db
from coursehub.jobs import run_due
from coursehub.learning import exercises, operations, queries
from coursehub.learning.grading.isolation import CannotGradeHere, isolation_available
from coursehub.learning.models import Attempt, Enrolment

from ..cast import sign_in
from ..conftest import require
from .course import make_release

RIGHT = "def double(n):\n    return n + n\n"
WRONG = "def double(n):\n    return n + 2\n"


@pytest.fixture
def isolated():
    """Where no isolation works, exercises cannot be judged at all."""
    require(isolation_available(), "isolation (bubblewrap)")


def test_work_waits_for_the_worker_and_then_has_its_verdict(isolated, enrolment, ada, at):
    attempt = operations.hand_in(enrolment, "l2-code", source=RIGHT, purpose="check", by=ada, at=at)
    assert (attempt.state, attempt.passed) == ("waiting", None)
    run_due(at=at, strict=True)
    db.session.refresh(attempt)
    assert (attempt.state, attempt.passed, attempt.score_bps) == ("graded", True, 10_000)
    assert queries.progress_of(enrolment.id)["l2-code"] == at
    assert [row.verdict for row in queries.evidence_of(enrolment, "en")] == ["passed"]


def test_a_wrong_answer_fails_with_feedback_and_leaves_evidence_too(isolated, enrolment, ada, at):
    attempt = operations.hand_in(enrolment, "l2-code", source=WRONG, purpose="check", by=ada, at=at)
    run_due(at=at, strict=True)
    db.session.refresh(attempt)
    assert (attempt.passed, attempt.score_bps) == (False, 5_000)
    assert [row.verdict for row in queries.evidence_of(enrolment, "en")] == ["failed"]
    assert queries.progress_of(enrolment.id)["l2-code"] is None


def test_trying_runs_only_the_visible_cases_and_proves_nothing(isolated, enrolment, ada, at):
    attempt = operations.hand_in(enrolment, "l2-code", source=WRONG, purpose="try", by=ada, at=at)
    run_due(at=at, strict=True)
    db.session.refresh(attempt)
    assert attempt.passed and [case["case_id"] for case in attempt.feedback["cases"]] == ["two"]
    assert queries.evidence_of(enrolment, "en") == [] and queries.progress_of(enrolment.id)["l2-code"] is None


def test_judging_a_second_time_changes_nothing(isolated, enrolment, ada, at):
    attempt = operations.hand_in(enrolment, "l2-code", source=RIGHT, purpose="check", by=ada, at=at)
    operations.judge_attempt(attempt.id, at=at)
    operations.judge_attempt(attempt.id, at=at + timedelta(minutes=1))
    assert len(queries.chain_links(enrolment)) == 1 and attempt.graded_at == at


def test_one_attempt_at_a_time_and_an_old_one_locks_nobody_out(isolated, enrolment, ada, at):
    operations.hand_in(enrolment, "l2-code", source=WRONG, purpose="check", by=ada, at=at)
    with pytest.raises(operations.StillJudging):
        operations.hand_in(enrolment, "l2-code", source=RIGHT, purpose="check", by=ada, at=at + timedelta(minutes=9))
    operations.hand_in(enrolment, "l2-code", source=RIGHT, purpose="check", by=ada, at=at + timedelta(minutes=10))
    states = [attempt.state for attempt in queries.attempts(enrolment.id, "l2-code")]
    assert states == ["waiting", "refused"]


def test_two_clicks_at_once_make_one_attempt(isolated, app: Flask, cast, enrolment, at):
    enrolment_id, person_id = enrolment.id, cast.ada.id
    db.session.remove()
    gate, outcomes = threading.Barrier(4), []

    def run() -> None:
        from coursehub.people.actor import actor_for
        from coursehub.people.models import Person

        with app.app_context():
            mine = db.session.get_one(Enrolment, enrolment_id)
            actor = actor_for(db.session.get_one(Person, person_id))
            db.session.commit()
            gate.wait()
            try:
                operations.hand_in(mine, "l2-code", source=RIGHT, purpose="check", by=actor, at=at)
                outcomes.append("in")
            except operations.StillJudging:
                outcomes.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(outcomes) == ["in", "refused", "refused", "refused"]


def test_thirty_runs_in_ten_minutes_are_enough(isolated, enrolment, ada, at):
    for n in range(30):
        attempt = operations.hand_in(enrolment, "l2-code", source=WRONG, purpose="try", by=ada, at=at + timedelta(seconds=n))
        attempt.state, attempt.passed = "graded", False
        db.session.commit()
    with pytest.raises(operations.TooManyRuns):
        operations.hand_in(enrolment, "l2-code", source=WRONG, purpose="try", by=ada, at=at + timedelta(minutes=1))


@pytest.mark.parametrize(("source", "refusal"), [("  \n", operations.NothingHandedIn), ("x" * 60_001, operations.WorkTooLong)])
def test_nothing_and_too_much_are_refused_with_a_sentence(enrolment, ada, at, source, refusal):
    with pytest.raises(refusal):
        operations.hand_in(enrolment, "l2-code", source=source, purpose="check", by=ada, at=at)


def test_without_isolation_the_page_says_so_and_keeps_what_was_typed(client, cast, enrolment, monkeypatch):
    monkeypatch.setattr(exercises, "isolation_available", lambda: False)
    sign_in(client, cast.ada)
    answer = client.post(f"/learn/{enrolment.public_id}/l2-code/work", data={"source": "print('mine')", "purpose": "check"})
    assert answer.status_code == CannotGradeHere.status
    assert "cannot be graded here" in answer.text and "print(&#39;mine&#39;)" in answer.text
    assert db.session.execute(sa.select(Attempt)).first() is None


def test_the_whole_way_through_the_page_without_scripts(isolated, client, cast, enrolment):
    sign_in(client, cast.ada)
    code = f"/learn/{enrolment.public_id}/l2-code"
    answer = client.post(f"{code}/work", data={"source": WRONG.replace("\n", "\r\n"), "purpose": "check"})
    assert answer.status_code == 303
    waiting = client.get(answer.location)
    assert (
        '<noscript><meta http-equiv="refresh"' in waiting.text
        and "Your code is running." in waiting.text
        and "readonly" in waiting.text
    )
    fragment = client.get(
        answer.location.split("?")[0] + "/attempts/" + answer.location.split("attempt=")[1].split("#")[0],
        headers={"HX-Request": "true"},
    )
    assert "data-waiting" in fragment.text and "<html" not in fragment.text
    run_due(at=clock.now(), strict=True)
    judged = client.get(answer.location)
    assert "1 of 2 cases" in judged.text and "Below zero too." in judged.text and "http-equiv" not in judged.text
    assert "-6" not in judged.text and "double(-3)" not in judged.text
    for _n in range(2):
        client.post(f"{code}/hints", data={"source": "def double(n):\n    return n * 2\n"})
    page = client.get(code)
    assert "Use a return." in page.text and "Use n * 2." in page.text and "return n * 2" in page.text
    client.post(f"{code}/work", data={"source": RIGHT, "purpose": "check"})
    run_due(at=clock.now(), strict=True)
    page = client.get(code)
    assert "2 checks so far" in page.text and "Done on" in page.text
    old = next(a for a in queries.attempts(enrolment.id, "l2-code") if not a.passed)
    assert "return n + 2" in client.get(f"{code}?attempt={old.public_id}").text
    assert "    ...\n" in client.get(f"{code}?begin=starter").text


def test_a_case_says_whether_it_gave_the_work_an_input_or_looked_at_what_it_left(isolated, client, cast, course, at):
    cases = [
        {"id": "made", "visible": True, "check": "cat made.txt", "expect_stdout": "tea"},
        {"id": "said", "visible": True, "stdin": "milk", "expect_stdout": "tea"},
    ]
    shell = {"language": "shell", "file": "solution.sh", "limits": {}, "starter": {}, "cases": cases}
    release = make_release(course, at=at, steps=[("l1-code", "code", "passed", shell, {})])
    enrolment = operations.enrol(person_id=cast.ada.id, release_id=release.id, at=at)
    sign_in(client, cast.ada)
    answer = client.post(
        f"/learn/{enrolment.public_id}/l1-code/work", data={"source": "cat\r\necho sugar > made.txt\r\n", "purpose": "check"}
    )
    run_due(at=clock.now(), strict=True)
    page = " ".join(client.get(answer.location).text.split())
    assert "<dt>Looked at with</dt><dd><code>cat made.txt</code></dd>" in page and "<code>sugar</code>" in page
    assert "<dt>Input</dt><dd><code>milk</code></dd>" in page


def test_hints_open_one_by_one_and_end(enrolment, ada, at):
    assert [operations.open_hint(enrolment, "l2-code", by=ada, at=at) for _ in range(2)] == [1, 2]
    with pytest.raises(operations.NoMoreHints):
        operations.open_hint(enrolment, "l2-code", by=ada, at=at)


def test_a_draft_is_kept_as_typed(client, cast, enrolment):
    sign_in(client, cast.ada)
    code = f"/learn/{enrolment.public_id}/l2-code"
    assert client.post(f"{code}/draft", data={"source": "half a thou"}).status_code == 204
    assert "half a thou" in client.get(code).text
    assert client.post(f"/learn/{enrolment.public_id}/l1-read/draft", data={"source": "x"}).status_code == 409
