"""Every course in courses/ keeps what it promises: examples were run, references pass, wrong answers fail usefully."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coursehub.config import package, root
from coursehub.learning.grading.code import grade_code
from coursehub.learning.grading.isolation import isolation_available

from ..conftest import require
from .worked_examples import odd_output, shell_blocks

pytestmark = pytest.mark.once

HOUSE = sorted(path.parent for path in (root() / "courses").glob("*/course.toml"))
DEMO = sorted(path.parent for path in (package() / "demo" / "courses").glob("*/course.toml"))
EXAMPLE = re.compile(r"^```python\n((?:(?!```).*\n)+)```\n\n```text\n((?:(?!```).*\n)+)```$", re.M)
KINDS_WITH_FEEDBACK = ("single", "multiple")


def facts(course: Path) -> dict[str, Any]:
    return tomllib.loads((course / "course.toml").read_text(encoding="utf-8"))


def step_ids(course: Path) -> list[str]:
    return [s for phase in facts(course)["phases"] for lesson in phase["lessons"] for s in lesson["steps"]]


def steps(course: Path) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    for step_id in step_ids(course):
        folder = course / "steps" / step_id
        if not (folder / "step.toml").exists():
            continue  # the first test names it
        yield step_id, folder, tomllib.loads((folder / "step.toml").read_text(encoding="utf-8"))


def of_kind(kind: str, *courses: Path) -> list[Any]:
    return [
        pytest.param(course, folder, step, id=f"{course.name}/{step_id}")
        for course in courses
        for step_id, folder, step in steps(course)
        if step["kind"] == kind
    ]


def files(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*")) if p.is_file()}


def verdict_on(step: dict[str, Any], folder: Path, answer: Path) -> Any:
    given = files(folder / "starter") if (folder / "starter").is_dir() else {}
    given[step["file"]] = answer.read_text(encoding="utf-8")
    return grade_code(step, given)


@pytest.mark.parametrize("course", [*HOUSE, *DEMO], ids=lambda c: c.name)
def test_every_step_is_there_once_and_no_folder_is_forgotten(course):
    listed = step_ids(course)
    assert len(listed) == len(set(listed))
    assert sorted(listed) == sorted(p.name for p in (course / "steps").iterdir() if p.is_dir())


@pytest.mark.parametrize("course", HOUSE, ids=lambda c: c.name)
def test_a_house_course_says_everything_in_both_languages(course):
    lacking = []
    for step_id, folder, step in steps(course):
        for locale in ("zh-CN", "en"):
            if locale not in step.get("title", {}):
                lacking.append(f"{step_id}: title in {locale}")
            if step["kind"] != "quiz" and not (folder / f"{locale}.md").exists():
                lacking.append(f"{step_id}: {locale}.md")
            if locale not in step["acceptance"]["text"]:
                lacking.append(f"{step_id}: acceptance in {locale}")
            for thing in spoken(step):
                if not thing.get(locale):
                    lacking.append(f"{step_id}: {thing} in {locale}")
    assert lacking == []


def spoken(step: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Every text of a quiz or exercise, as a table per language."""
    for question in step.get("questions", []):
        yield question["prompt"]
        yield question["explanation"]
        for choice in question.get("choices", []):
            yield choice["text"]
            yield choice["feedback"]
        for item in question.get("items", []):
            yield item["text"]
        for mistake in question.get("mistakes", []):
            yield mistake["feedback"]
    for case in step.get("cases", []):
        yield case["title"]
        yield case["feedback"]


@pytest.mark.parametrize("course", HOUSE, ids=lambda c: c.name)
def test_a_house_course_has_twelve_lessons_each_with_reading_quiz_and_task(course):
    lessons = [lesson for phase in facts(course)["phases"] for lesson in phase["lessons"]]
    assert len(lessons) == 12
    kinds = {step_id: step["kind"] for step_id, _, step in steps(course)}
    for lesson in lessons:
        assert {"text", "quiz"} <= {kinds[s] for s in lesson["steps"]}, lesson["id"]
    for step_id, folder, step in steps(course):
        if step["kind"] == "text":
            assert "\n## 任务\n" in (folder / "zh-CN.md").read_text(encoding="utf-8"), step_id
            assert "\n## Task\n" in (folder / "en.md").read_text(encoding="utf-8"), step_id


@pytest.mark.parametrize(("course", "folder", "step"), of_kind("text", *HOUSE, *DEMO))
def test_what_a_worked_example_prints_is_what_the_page_says(course, folder, step, tmp_path):
    for page in sorted(folder.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        found = EXAMPLE.findall(text)
        in_shell = [printed for _code, printed in shell_blocks(text) if printed]
        if course in HOUSE:
            assert found or in_shell, f"{page.name} has no worked example"
        for code, printed in found:
            done = subprocess.run(
                [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=20, check=False,
                env={"PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
            )  # fmt: skip
            assert done.stdout == printed, f"{page}: {done.stderr[-400:]}"
        if in_shell:
            require(shutil.which("git") is not None, "git, for worked examples in shell")
            session = tmp_path / page.stem
            session.mkdir()
            odd = odd_output(text, session)
            assert not odd, f"{page}:\n{odd[0]}"


def test_a_page_that_says_what_its_shell_example_does_not_print_is_found(tmp_path):
    require(shutil.which("git") is not None, "git, for worked examples in shell")
    page = "```shell\ngit init -q a && cd a\necho hi > f\n```\n\n```shell\ngit status -s\n```\n\n```text\n?? f\n```\n"
    silent = page.replace("\n\n```text\n?? f\n```", "")
    unfinished = page.replace("git status -s", "exit 3")
    for name, faults, text in (
        ("true", 0, page), ("false", 1, page.replace("?? f", "A  f")), ("silent", 1, silent), ("unfinished", 1, unfinished),
    ):  # fmt: skip
        (tmp_path / name).mkdir()
        assert len(odd_output(text, tmp_path / name)) == faults, name


@pytest.mark.parametrize(("course", "folder", "step"), of_kind("quiz", *HOUSE, *DEMO))
def test_a_quiz_can_be_answered_and_says_what_was_wrong(course, folder, step):
    ids = [question["id"] for question in step["questions"]]
    assert len(ids) == len(set(ids))
    for question in step["questions"]:
        if question["kind"] in KINDS_WITH_FEEDBACK:
            right = [choice for choice in question["choices"] if choice["correct"]]
            assert right
            assert len(right) == 1 or question["kind"] == "multiple"
            assert all(choice["feedback"] for choice in question["choices"])
        elif question["kind"] == "numeric":
            assert isinstance(question["answer"], str)
        elif question["kind"] == "text":
            assert question["accept"]
        else:
            assert len(question["items"]) >= 3


@pytest.mark.parametrize(("course", "folder", "step"), of_kind("code", *HOUSE, *DEMO))
def test_the_reference_passes_and_three_typical_wrong_answers_fail_with_feedback(course, folder, step):
    require(isolation_available(), "isolation for code exercises (bubblewrap)")
    suffix = Path(step["file"]).suffix
    best = verdict_on(step, folder, folder / "reference" / step["file"])
    assert best.passed, best
    wrong = sorted((folder / "wrong").glob(f"*{suffix}"))
    assert len(wrong) >= 3
    feedback = {case["id"]: case["feedback"] for case in step["cases"]}
    for answer in wrong:
        verdict = verdict_on(step, folder, answer)
        assert not verdict.passed, answer.name
        failed = [case.case_id for case in verdict.cases if not case.passed]
        assert failed
        assert all(feedback[case_id] for case_id in failed)


def test_no_two_quizzes_or_exercises_of_the_house_are_alike():
    prompts: dict[str, str] = {}
    for course in HOUSE:
        for step_id, folder, step in steps(course):
            for locale in ("zh-CN", "en"):
                texts = [question["prompt"][locale] for question in step.get("questions", [])]
                if step["kind"] == "code":
                    texts.append((folder / f"{locale}.md").read_text(encoding="utf-8"))
                for text in texts:
                    assert text not in prompts, f"{step_id} repeats {prompts[text]}"
                    prompts[text] = step_id
