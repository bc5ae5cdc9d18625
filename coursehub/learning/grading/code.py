"""Grade a code exercise: one fresh closed room per case, and the comparison outside of it."""

import builtins
import json
import re
import signal
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from coursehub.errors import Refusal
from coursehub.learning.grading import isolation, verdict
from coursehub.learning.grading.limits import Limits, Outcome
from coursehub.learning.grading.verdict import CaseVerdict, CodeVerdict, Problem

MOST_FILES, MOST_BYTES = 20, 256 * 1024
_FILE_NAME = re.compile(r"[\w][\w.-]{0,79}(/[\w][\w.-]{0,79}){0,3}", re.ASCII)
_GIT_ENV = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "PAGER": "cat",
    "GIT_EDITOR": "true",
}
_GIT_SAFE = (
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.pager", "cat"),
    ("core.attributesFile", "/dev/null"),
    ("core.sshCommand", "false"),
    ("safe.directory", "*"),
    ("protocol.allow", "never"),
    ("log.showSignature", "false"),
)


class WorkTooLarge(Refusal):
    """What you handed in is too large to grade: at most 20 files and 256 KiB together, with plain file names."""

    status = 422


def grade_code(exercise: Mapping[str, Any], files: Mapping[str, str]) -> CodeVerdict:
    """Run the learner's files against every case of an exercise and say which passed.

    exercise: the definition of a code step (language, file, limits, cases; `starter` files lie beneath the learner's).
    Raises WorkTooLarge, CannotGradeHere where there is no isolation, GradingIsBusy.
    """
    handed_in = _bytes_of({**exercise.get("starter", {}), **files})
    limits = Limits().asked(exercise.get("limits", {}))
    grade = _shell_cases if exercise["language"] == "shell" else _python_cases
    cases = tuple(grade(exercise, handed_in, limits))
    passed = sum(case.passed for case in cases)
    return CodeVerdict(
        passed=bool(cases) and passed == len(cases),
        score_bps=passed * 10_000 // len(cases) if cases else 0,
        cases=cases,
    )


def _bytes_of(files: Mapping[str, str]) -> dict[str, bytes]:
    content = {path: text.encode() for path, text in files.items()}
    if len(content) > MOST_FILES or sum(map(len, content.values())) > MOST_BYTES:
        raise WorkTooLarge
    if not all(_FILE_NAME.fullmatch(path) for path in content):
        raise WorkTooLarge
    return content


def _python_cases(exercise: Mapping[str, Any], files: dict[str, bytes], limits: Limits) -> list[CaseVerdict]:
    verdicts: list[CaseVerdict] = []
    for case in exercise["cases"]:
        order = {"kind": "python", "files": files, "file": exercise["file"]}
        if "call" in case:
            order |= {"call": case["call"], "args": json.loads(case.get("args", "[]"))}
        outcome = isolation.run(order, limits=limits, stdin=case.get("stdin", "").encode())
        verdicts.append(_seen(_judge_python(case, outcome)))
    return verdicts


def _judge_python(case: Mapping[str, Any], outcome: Outcome) -> CaseVerdict:
    """What one run of a Python program is worth."""
    said, printed = _said(outcome), outcome.stdout.decode("utf-8", "replace")
    problem = _problem_of(outcome, said)
    if "call" not in case:
        blank = _blank(case, asked=case.get("stdin") or None, expected=case["expect_stdout"].rstrip("\n"))
        right = problem is None and verdict.same_output(case["expect_stdout"], printed)
        return replace(blank, passed=right, got=verdict.cut(printed.rstrip("\n")), problem=problem)
    arguments = json.loads(case.get("args", "[]"))
    asked = f"{case['call']}({', '.join(verdict.shown(verdict.tree_of(a)) for a in arguments)})"
    printed_short = verdict.cut(printed.rstrip("\n")) or None
    if "raises" in case:
        blank = _blank(case, asked=asked, expected=case["raises"])
        right = problem is not None and case["raises"] in (problem.code, *problem.bases) and said.get("stage") == "call"
        got = verdict.shown(said["value"]) if "value" in said else None
        return replace(blank, passed=right, got=got, printed=printed_short, problem=None if right else problem)
    wanted = verdict.expectation(case["expect"])
    blank = _blank(case, asked=asked, expected=verdict.shown(wanted))
    if problem is not None:
        return replace(blank, problem=problem, printed=printed_short)
    if "value" not in said:
        return replace(blank, problem=Problem("exited"), printed=printed_short)
    right = verdict.equal(wanted, said["value"], verdict.tolerance_of(case.get("tolerance")))
    return replace(blank, passed=right, got=verdict.shown(said["value"]), printed=printed_short)


def _said(outcome: Outcome) -> dict[str, Any]:
    """The plain data that came back; empty when it is not what our harness writes."""
    try:
        said = json.loads(outcome.result.partition(b"\n")[0])
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _problem_of(outcome: Outcome, said: Mapping[str, Any]) -> Problem | None:
    if outcome.limit is not None:
        return Problem(f"limit:{outcome.limit}")
    raised = said.get("raised")
    if isinstance(raised, dict):
        return _problem_from(raised)
    if "missing" in said:
        return Problem("missing", values={"name": str(said["missing"])[:80]})
    if said.get("ended") == -signal.SIGXCPU:
        return Problem("limit:cpu")
    return None if said else Problem("silent", values={"code": str(outcome.exit_code)})


def _problem_from(raised: Mapping[str, Any]) -> Problem:
    line, bases = raised.get("line"), raised.get("bases")
    kind = str(raised.get("type"))[:80]
    if kind == "MemoryError":
        return Problem("limit:memory", line=line if isinstance(line, int) else None)
    return Problem(
        code=kind,
        line=line if isinstance(line, int) and 0 < line < 1_000_000 else None,
        values={"type": kind, "message": str(raised.get("message", ""))[:500]},
        bases=tuple(str(base)[:80] for base in bases[:10]) if isinstance(bases, list) else (),
    )


def _shell_cases(exercise: Mapping[str, Any], files: dict[str, bytes], limits: Limits) -> list[CaseVerdict]:
    """Run the script once for all checks of its files, and once more for each case with its own input."""
    room = replace(limits, result_kib=limits.disk_mib * 1024 + 64)
    order = {"kind": "shell", "files": files, "file": exercise["file"], "keep": True}
    verdicts: list[CaseVerdict] = []
    kept: Outcome | None = None
    for case in exercise["cases"]:
        if "check" in case:
            kept = kept or isolation.run(order, limits=room)
            verdicts.append(_seen(_judge_check(case, kept, limits)))
            continue
        outcome = isolation.run({**order, "keep": False}, limits=room, stdin=case.get("stdin", "").encode())
        verdicts.append(_seen(_judge_shell(case, outcome)))
    return verdicts


def _judge_shell(case: Mapping[str, Any], outcome: Outcome) -> CaseVerdict:
    printed = outcome.stdout.decode("utf-8", "replace")
    problem = _problem_of(outcome, _said(outcome))
    right = problem is None and verdict.same_output(case["expect_stdout"], printed)
    blank = _blank(case, asked=case.get("stdin") or None, expected=case["expect_stdout"].rstrip("\n"))
    grumbled = verdict.cut(outcome.stderr.decode("utf-8", "replace").rstrip("\n")) or None
    return replace(blank, passed=right, got=verdict.cut(printed.rstrip("\n")), printed=grumbled, problem=problem)


def _judge_check(case: Mapping[str, Any], ran: Outcome, limits: Limits) -> CaseVerdict:
    """Look at the files of a run with the author's command, in a second room."""
    blank = _blank(case, asked=case["check"], expected=case["expect_stdout"].rstrip("\n"))
    said = _said(ran)
    problem = _problem_of(ran, said) or (Problem("limit:disk") if said.get("limit") == "disk" else None)
    if problem is not None:
        return replace(blank, problem=problem)
    settings = {f"GIT_CONFIG_KEY_{n}": key for n, (key, _value) in enumerate(_GIT_SAFE)}
    settings |= {f"GIT_CONFIG_VALUE_{n}": value for n, (_key, value) in enumerate(_GIT_SAFE)}
    env = {**_GIT_ENV, **settings, "GIT_CONFIG_COUNT": str(len(_GIT_SAFE))}
    order = {"kind": "check", "files": {}, "made": ran.result.partition(b"\n")[2], "check": case["check"], "env": env}
    outcome = isolation.run(
        order, limits=replace(limits, memory_mib=limits.memory_mib + 4 * limits.disk_mib, files=2 * limits.files)
    )
    printed = outcome.stdout.decode("utf-8", "replace")
    right = outcome.limit is None and verdict.same_output(case["expect_stdout"], printed)
    grumbled = verdict.cut(ran.stderr.decode("utf-8", "replace").rstrip("\n")) or None
    return replace(blank, passed=right, got=verdict.cut(printed.rstrip("\n")), printed=grumbled)


def _blank(case: Mapping[str, Any], *, asked: str | None, expected: str) -> CaseVerdict:
    return CaseVerdict(
        case_id=case["id"],
        passed=False,
        visible=bool(case.get("visible", False)),
        title=case.get("title", {}),
        feedback=case.get("feedback", {}),
        asked=None if asked is None else verdict.cut(asked),
        expected=verdict.cut(expected),
    )


def _seen(whole: CaseVerdict) -> CaseVerdict:
    """What the learner may see of a case: of a hidden one neither values nor words that could carry them."""
    if whole.passed:
        whole = replace(whole, feedback={})
    if whole.visible:
        return whole
    problem = whole.problem
    if problem is not None:
        code = problem.code if ":" in problem.code or problem.code in _OWN_WORDS or _is_builtin(problem.code) else "Exception"
        problem = Problem(code, line=problem.line)
    return replace(whole, asked=None, expected=None, got=None, printed=None, problem=problem)


_OWN_WORDS = ("missing", "silent", "exited")


def _is_builtin(name: str) -> bool:
    found = getattr(builtins, name, None)
    return isinstance(found, type) and issubclass(found, BaseException)
