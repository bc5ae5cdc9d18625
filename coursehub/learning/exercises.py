"""Code exercises as this room sees them: what may be shown, and a judgement ready to be kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coursehub.errors import Refusal
from coursehub.learning.grading.code import WorkTooLarge, grade_code
from coursehub.learning.grading.isolation import CannotGradeHere, isolation_available


@dataclass(frozen=True)
class Judgement:
    """What became of one attempt; `refused` when it could not be judged at all."""

    refused: bool
    passed: bool
    score_bps: int
    grader: str
    feedback: dict[str, Any]


def isolation_refusal() -> Refusal | None:
    """Why nothing can be graded on this installation, or None where it can."""
    return None if isolation_available() else CannotGradeHere()


def judge(definition: Mapping[str, Any], *, source: str, only_visible: bool) -> Judgement:
    """Run the learner's file against the cases in isolation; takes as long as it takes.

    Raises GradingIsBusy, so that the job is tried again a little later.
    """
    cases = [case for case in definition["cases"] if case.get("visible") or not only_visible]
    try:
        verdict = grade_code({**definition, "cases": cases}, {definition["file"]: source})
    except CannotGradeHere:
        return Judgement(True, False, 0, "", {"refusal": "no_isolation"})
    except WorkTooLarge:
        return Judgement(True, False, 0, "", {"refusal": "too_large"})
    return Judgement(False, verdict.passed, verdict.score_bps, verdict.grader, verdict.as_json())


def starter_of(definition: Mapping[str, Any]) -> str:
    """The text the editor begins with: the starter's own copy of the file, or nothing."""
    return str((definition.get("starter") or {}).get(definition.get("file", ""), ""))


def given_files(definition: Mapping[str, Any]) -> dict[str, str]:
    """The other files of the starter, which the learner may read."""
    starter: Mapping[str, str] = definition.get("starter") or {}
    return {name: text for name, text in starter.items() if name != definition.get("file")}
