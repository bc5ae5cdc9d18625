"""The check that authors run finds what is wrong with an exercise."""

import os

import pytest

from coursehub.learning.grading.exercises import check_course
from coursehub.learning.grading.isolation import isolation_available

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(
        not isolation_available() and os.environ.get("COURSEHUB_REQUIRE_ALL") != "1", reason="no layer works on this machine"
    ),
]

STEP = """
kind = "code"
language = "python"
file = "solution.py"
[[cases]]
id = "two"
visible = true
call = "double"
args = "[2]"
expect = "4"
feedback = { en = "Two times two is four.", "zh-CN" = "二乘二等于四。" }
[[cases]]
id = "three"
visible = false
call = "double"
args = "[3]"
expect = "6"
"""


@pytest.fixture
def course(tmp_path):
    """One exercise with a reference and three wrong answers."""
    folder = tmp_path / "steps" / "e1"
    for name in ("starter", "reference", "wrong"):
        (folder / name).mkdir(parents=True)
    (folder / "step.toml").write_text(STEP, encoding="utf-8")
    (folder / "starter" / "solution.py").write_text("def double(n):\n    ...\n")
    (folder / "reference" / "solution.py").write_text("def double(n):\n    return 2 * n\n")
    for number, body in enumerate(("n", "n * n * n", "1 / 0"), 1):
        (folder / "wrong" / f"{number}-wrong.py").write_text(f"def double(n):\n    return {body}\n")
    return tmp_path


def problems(course):
    return [problem for exercise in check_course(course) for problem in exercise.problems]


def test_a_wrong_answer_that_hears_nothing_is_named(course):
    assert problems(course) == [
        "wrong/1-wrong.py fails three without any feedback",
        "wrong/2-wrong.py fails three without any feedback",
    ]


def test_an_exercise_as_it_should_be_has_no_problems(course):
    step = course / "steps" / "e1" / "step.toml"
    step.write_text(STEP + 'feedback = { en = "Double every number." }\n', encoding="utf-8")
    assert problems(course) == []


def test_a_reference_that_fails_is_named(course):
    (course / "steps" / "e1" / "reference" / "solution.py").write_text("def double(n):\n    return 3 * n\n")
    assert any(problem.startswith("the reference fails case two: expected 4, got 6") for problem in problems(course))


def test_a_wrong_answer_that_passes_is_named(course):
    (course / "steps" / "e1" / "wrong" / "1-wrong.py").write_text("def double(n):\n    return n + n\n")
    assert "wrong/1-wrong.py passes" in problems(course)


def test_too_few_wrong_answers_and_a_starter_that_passes_are_named(course):
    folder = course / "steps" / "e1"
    (folder / "wrong" / "3-wrong.py").unlink()
    (folder / "starter" / "solution.py").write_text("def double(n):\n    return n + n\n")
    found = problems(course)
    assert "only 2 wrong answers; 3 are expected" in found
    assert "the starter passes as it is given" in found
