"""For authors: does every exercise of a course folder pass its reference and catch its wrong answers?"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursehub.learning.grading.code import grade_code
from coursehub.learning.grading.verdict import CodeVerdict

LEAST_WRONG_ANSWERS = 3


@dataclass(frozen=True)
class CheckedExercise:
    """What running one exercise showed: how many cases and wrong answers it has, and what is not as it should be."""

    step: str
    cases: int
    wrong_answers: int
    problems: tuple[str, ...]


def check_course(folder: Path) -> list[CheckedExercise]:
    """Run every code exercise of a course folder, in the order of its folders' names.

    Raises CannotGradeHere where there is no isolation.
    """
    found = []
    for described in sorted(folder.glob("steps/*/step.toml")):
        step = tomllib.loads(described.read_text(encoding="utf-8"))
        if step.get("kind") == "code":
            found.append(check_exercise(step, described.parent))
    return found


def check_exercise(step: Mapping[str, Any], folder: Path) -> CheckedExercise:
    """Run the reference (it must pass) and each wrong answer (it must fail, and say something useful)."""
    starter = _texts(folder / "starter")
    file = step["file"]
    reference = folder / "reference" / file
    wrong = sorted((folder / "wrong").glob(f"*{Path(file).suffix}"))
    problems = []
    if not reference.is_file():
        problems.append(f"reference/{file} is missing")
    else:
        problems += _of_reference(grade_code(step, {**starter, file: reference.read_text(encoding="utf-8")}))
    if len(wrong) < LEAST_WRONG_ANSWERS:
        problems.append(f"only {len(wrong)} wrong answers; {LEAST_WRONG_ANSWERS} are expected")
    for answer in wrong:
        verdict = grade_code(step, {**starter, file: answer.read_text(encoding="utf-8")})
        problems += [f"wrong/{answer.name} {said}" for said in _of_wrong_answer(verdict)]
    if starter.get(file) is not None and grade_code(step, starter).passed:
        problems.append("the starter passes as it is given")
    return CheckedExercise(folder.name, len(step["cases"]), len(wrong), tuple(problems))


def _of_reference(verdict: CodeVerdict) -> list[str]:
    return [
        f"the reference fails case {case.case_id}: expected {case.expected}, got {case.got}, {case.problem}"
        for case in verdict.cases
        if not case.passed
    ]


def _of_wrong_answer(verdict: CodeVerdict) -> list[str]:
    failed = [case for case in verdict.cases if not case.passed]
    if not failed:
        return ["passes"]
    silent = [case.case_id for case in failed if not case.feedback and case.problem is None]
    return [f"fails {', '.join(silent)} without any feedback"] if silent else []


def _texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
