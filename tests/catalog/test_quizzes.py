"""A course of readings gains a quiz in the browser, and with it graded work."""

from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coursehub.catalog import operations, queries
from coursehub.catalog.models import Release
from coursehub.db import db
from coursehub.learning.queries.skills import graded_steps
from tests.cast import Cast, sign_in

from .test_releases import draft

ASKED = {
    "title": "Check yourself", "prompt": "How **often** a day?", "choice-0": "Once", "choice-1": "Twice", "right": "1",
    "explanation": "Two high tides.",
}  # fmt: skip


@pytest.fixture
def release(app: Flask, cast: Cast, tmp_path: Path, at: datetime) -> Release:
    return draft(cast, tmp_path, at)


@pytest.fixture
def pia(client: FlaskClient, cast: Cast) -> FlaskClient:
    return sign_in(client, cast.pia)


def keys(release: Release) -> list[str]:
    return [step.key for step in queries.outline(release.id, "en").steps]


def test_a_quiz_stands_behind_its_page_in_every_language_and_counts_as_graded_work(release, pia):
    before = keys(release)
    graded = graded_steps(release.id)
    page = f"/studio/releases/{release.public_id}/steps/l1-read"
    assert "Add a quiz after this" in pia.get(page).text
    assert pia.post(f"{page}/questions?lang=en", data=ASKED).status_code == 303
    assert keys(release) == [*before[: before.index("l1-read") + 1], "l1-read-quiz-1", *before[before.index("l1-read") + 1 :]]
    assert graded_steps(release.id) == graded + 1
    for locale in ("en", "zh-CN"):
        quiz = queries.step_for(release.id, "l1-read-quiz-1", locale)
        assert quiz is not None and quiz.texts_html["q1.prompt"] == "How <strong>often</strong> a day?"
        assert [choice["correct"] for choice in quiz.definition["questions"][0]["choices"]] == [False, True]
    assert pia.get(f"/studio/releases/{release.public_id}/steps/l1-read-quiz-1").status_code == 200
    assert pia.get(f"/studio/releases/{release.public_id}/steps/l1-read-quiz-1/mending").status_code == 200


def test_questions_are_added_and_taken_out_until_one_is_left(release, pia):
    base = f"/studio/releases/{release.public_id}/steps"
    pia.post(f"{base}/l1-read/questions", data=ASKED)
    several = ASKED | {"right": ["0", "1"], "choice-4": "Thrice"}
    assert pia.post(f"{base}/l1-read-quiz-1/questions", data=several).status_code == 303
    quiz = queries.step_for(release.id, "l1-read-quiz-1", "en")
    assert [each["kind"] for each in quiz.definition["questions"]] == ["single", "multiple"]
    assert [len(each["choices"]) for each in quiz.definition["questions"]] == [2, 3]
    pia.post(f"{base}/l1-read-quiz-1/questions/q1/removal")
    kept = pia.post(f"{base}/l1-read-quiz-1/questions/q2/removal", follow_redirects=True).text
    assert "needs a question" in kept
    before = keys(release)
    assert pia.post(f"{base}/l1-read-quiz-1/removal").status_code == 303
    assert keys(release) == [key for key in before if key != "l1-read-quiz-1"]


@pytest.mark.parametrize("lacks", [{"prompt": " "}, {"choice-1": ""}, {"right": ""}, {"right": "3"}])
def test_an_incomplete_question_is_refused_and_keeps_what_was_typed(release, pia, lacks):
    answer = pia.post(f"/studio/releases/{release.public_id}/steps/l1-read/questions", data=ASKED | lacks)
    assert answer.status_code == 422 and "at least two choices" in answer.text and "Two high tides." in answer.text


def test_only_a_quiz_can_be_taken_out_and_only_of_a_draft(release, pia, at):
    base = f"/studio/releases/{release.public_id}/steps"
    assert "Only a quiz" in pia.post(f"{base}/l1-read/removal", follow_redirects=True).text
    pia.post(f"{base}/l1-read/questions", data=ASKED)
    release.state, release.frozen_at, release.content_hash = "submitted", at, "0" * 64
    db.session.commit()
    shown = pia.get(f"{base}/l1-read/questions", follow_redirects=True).text
    assert operations.NotADraft.__doc__ is not None and "Add a quiz after this" not in shown
    before = keys(release)
    pia.post(f"{base}/l1-read-quiz-1/removal")
    assert keys(release) == before


def test_strangers_find_no_such_page(release, client, cast):
    eve = sign_in(client, cast.eve)
    assert eve.get(f"/studio/releases/{release.public_id}/steps/l1-read/questions").status_code == 404
    assert eve.post(f"/studio/releases/{release.public_id}/steps/l1-read/questions", data=ASKED).status_code == 404
