"""Packages of three kinds: what becomes of every file, and that nothing of it is run."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from coursehub.archives import open_package
from coursehub.catalog.importers import CourseUnreadable, UnknownFormat, read_course
from coursehub.catalog.rendering import render_course
from coursehub.catalog.source import CourseSource
from tests.catalog.books import carpentries_lesson, jupyter_book
from tests.catalog.samples import house_course, packed_at


def read(tmp_path: Path, files: dict[str, bytes | str], folder: str = "repo-main/") -> CourseSource:
    """The course in a zip of these files, rendered, so that its report is whole."""
    source = read_course(open_package(packed_at(tmp_path / "course.zip", files, folder)))
    render_course(source)
    return source


def fate(source: CourseSource, path: str) -> tuple[str, str]:
    """What became of one file, and why."""
    one = source.report.fates[path]
    return one.fate, one.reason


@pytest.mark.parametrize("files", [house_course(), jupyter_book(), carpentries_lesson()], ids=["house", "jupyter", "carpentries"])
def test_counts_in_equal_counts_out(app: Flask, tmp_path: Path, files: dict[str, bytes | str]) -> None:
    source = read(tmp_path, files)
    report = source.report.as_dict()
    assert source.report.balanced and report["files_in"] == len(files)
    assert sum(report["counts"].values()) == len(files)
    assert {one["path"] for one in report["fates"]} == set(files)
    source.report.fates.popitem()
    assert not source.report.balanced, "the check itself must be able to fail"


def test_a_book_becomes_phases_lessons_and_steps(app: Flask, tmp_path: Path) -> None:
    source = read(tmp_path, jupyter_book())
    assert (source.slug, source.version, source.languages, source.level) == ("star-charts", "0.3.0", ["zh-CN"], "intermediate")
    assert source.licence == "CC BY-SA 4.0" and source.teachers == ["量潮课堂"]
    tree = [
        (phase.titles["zh-CN"], [(lesson.titles["zh-CN"], len(lesson.steps)) for lesson in phase.lessons])
        for phase in source.phases
    ]
    assert tree == [("星图", [("星图", 1)]), ("看星", [("认识星座", 2), ("观测", 1)]), ("测量", [("测量", 1)])]
    assert fate(source, "look/README.md") == ("converted", "title_only")
    assert fate(source, "look/notebook.ipynb") == ("converted", "notebook")
    assert source.report.orphans == ["draft.md"] and source.report.stubs == ["look/watch.md"]
    assert [(one.page, one.detail) for one in source.report.broken_links] == [
        ("README.md", "gone.md"), ("look/constellations.md", "missing.png"), ("look/notebook.ipynb", "x"),
    ]  # fmt: skip
    assert [one.detail for one in source.report.missing_alt] == ["../img/sky.png", "notebook-2-1.png"]
    assert [(one.page, one.detail) for one in source.report.expected_errors] == [
        ("look/notebook.ipynb", "1"),
        ("measure.md", "1"),
    ]
    assert ("_toc.yml", "missing_page", "look/never-written") in {(r.page, r.kind, r.detail) for r in source.report.remarks}


def test_a_notebook_keeps_its_outputs_and_runs_nothing(app: Flask, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    source = read(tmp_path, jupyter_book(marker=marker))
    done = render_course(source)
    html = next(text.html for (key, _locale), text in done.items() if key == "look-notebook")
    assert "hello from the saved output" in html and "ZeroDivisionError" in html and "<table" in html
    assert "<script" not in html and "onerror" not in html and "\x1b" not in html
    assert not marker.exists()
    assert source.assets["look/notebook-2-1.png"].data is not None


def test_an_unreadable_notebook_is_named_and_the_rest_is_kept(app: Flask, tmp_path: Path) -> None:
    source = read(tmp_path, jupyter_book() | {"look/notebook.ipynb": "{not json"})
    assert fate(source, "look/notebook.ipynb") == ("dropped", "unreadable_notebook")
    assert len(source.steps) == 4


def test_step_keys_follow_files_not_titles_or_order(app: Flask, tmp_path: Path) -> None:
    files = jupyter_book()
    before = {step.pages["zh-CN"]: step.key for step in read(tmp_path, files).steps}
    files["look/constellations.md"] = str(files["look/constellations.md"]).replace("# 认识星座", "# 全新的标题")
    files["_toc.yml"] = str(files["_toc.yml"]).replace("  - file: measure\n", "") + "  - file: draft\n  - file: measure\n"
    after = {step.pages["zh-CN"]: step.key for step in read(tmp_path, files).steps}
    assert {page: after[page] for page in before} == before and "draft.md" in after


def test_a_lesson_keeps_its_boxes_and_folds_solutions(app: Flask, tmp_path: Path) -> None:
    source = read(tmp_path, carpentries_lesson())
    done = render_course(source)
    html = done["01-shells", "en"].html
    for part in ('class="admonition objectives"', 'class="admonition challenge"', "<p class=\"admonition-title\">Try it</p>",
                 "<details><summary>Solution</summary>", 'class="output output--error"', 'alt="a conch"'):  # fmt: skip
        assert part in html, part
    assert "only for the teacher" not in html
    assert 'href="/-/step/learners-reference#t-shell"' in html
    assert [lesson.minutes for lesson in source.lessons] == [0, 25, 0, 0]
    assert source.licence == "CC BY 4.0" and source.outcomes["en"] == ["Tell a shell from a stone."]
    assert fate(source, "instructors/notes.md") == ("dropped", "for_teachers")
    assert fate(source, "episodes/data/shells.csv") == ("kept", "data")
    assert fate(source, "episodes/fig/unused.png") == ("dropped", "not_used")
    assert fate(source, ".github/workflows/build.yaml") == ("dropped", "repository")
    assert [(one.page, one.detail) for one in source.report.expected_errors] == [("episodes/01-shells.md", "1")]
    kinds = {(remark.page, remark.kind) for remark in source.report.remarks}
    assert ("episodes/01-shells.md", "teacher_notes") in kinds and ("instructors/notes.md", "for_teachers") in kinds


def test_links_are_never_followed(app: Flask, tmp_path: Path, at: datetime) -> None:
    """Any connection in a test fails; a page full of addresses must not try one."""
    page = "# A\n\n![x](https://example.org/a.png) <img src='https://example.org/b.png'> [y](https://example.org)\n"
    source = read(tmp_path, {"_toc.yml": "root: index\n", "index.md": page + "And some more words to read here.\n"})
    assert source.report.links["outside"] == 1
    assert sum(remark.kind == "outside_image" for remark in source.report.remarks) == 2


def test_quizzes_and_exercises_keep_logic_apart_from_words(app: Flask, tmp_path: Path) -> None:
    source = read(tmp_path, house_course())
    quiz, code = (next(step for step in source.steps if step.kind == kind) for kind in ("quiz", "code"))
    assert [question["id"] for question in quiz.definition["questions"]] == ["how-often", "height", "order"]
    assert "Twice" not in json.dumps(quiz.definition)
    assert quiz.texts["en"]["how-often.twice.text"] == "Twice" and quiz.texts["en"]["height.mistake-0.feedback"]
    assert code.definition["reference"] == {"solution.py": "def tidal_range(low, high):\n    return high - low\n"}
    assert code.definition["wrong"][0]["name"] == "1-sum" and code.texts["en"]["hint.0"] == "Subtract."
    assert quiz.acceptance == {"rule": "passed"} and quiz.texts["en"]["acceptance"] == "Half of the questions right."


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("course.toml", 'format = "coursehub-course/1"', 'format = "coursehub-course/9"', "“format” must be one of"),
        ("course.toml", "[title]", "[title", "course.toml"),
        ("course.toml", 'languages = ["en", "zh-CN"]', 'languages = ["tlh"]', "“languages” must be one of"),
        ("course.toml", "minutes = 20", "minutes = -1", "“minutes” must be a whole number"),
        ("course.toml", 'steps = ["l2-read", "l2-code"]', 'steps = ["l2-read", "l2-read"]', "used twice"),
        ("course.toml", 'steps = ["l2-read", "l2-code"]', 'steps = ["../../etc"]', "lower-case letters"),
        ("course.toml", 'steps = ["l2-read", "l2-code"]', 'steps = ["l9"]', "steps/l9/step.toml cannot be read"),
        ("steps/l1-quiz/step.toml", "correct = true", "correct = false", "exactly one right answer"),
        ("steps/l1-quiz/step.toml", 'answer = "3.5"', 'answer = "three"', "“answer” must be a number"),
        ("steps/l1-quiz/step.toml", 'kind = "single"', 'kind = "guess"', "“kind” must be one of"),
        ("steps/l2-code/step.toml", 'args = "[1.0, 3.5]"', 'args = "[1.0"', "“args” must be JSON"),
        ("steps/l2-code/step.toml", 'expect = "2.5"', "", "needs “expect” or “raises”"),
    ],
)
def test_a_mistake_in_the_house_format_is_named(app: Flask, tmp_path: Path, path: str, old: str, new: str, said: str) -> None:
    files = house_course()
    text = files[path].decode()
    assert old in text
    files[path] = text.replace(old, new).encode()
    with app.test_request_context(headers={"Accept-Language": "en"}), pytest.raises(CourseUnreadable) as refused:
        read(tmp_path, dict(files))
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert said in str(refused.value)


def test_an_unknown_package_and_yaml_that_grows_are_refused(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat):
        read(tmp_path, {"a.txt": "x"})
    laughs = "a: &a [x, x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(9))
    with pytest.raises(CourseUnreadable):
        read(tmp_path, {"_toc.yml": laughs, "index.md": "x"})


def test_text_as_chinese_windows_writes_it_is_read(app: Flask, tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {
        "_toc.yml": "root: index\n",
        "index.md": "# 星星\n\n今夜天上的星星很多很多，请您抬头看看。\n".encode("gb18030"),
    }
    source = read(tmp_path, files)
    assert source.steps[0].titles["zh-CN"] == "星星"
