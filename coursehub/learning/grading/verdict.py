"""Compare what a learner's program gave back with what was expected. Pure; runs outside the closed room.

Everything that comes from the room is untrusted: trees of tagged plain data, read
with care, and anything odd is simply not equal. Numbers are compared as decimals,
as they are written, never as floats; a tolerance is the author's to give.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

Tree = list[Any]
_LONGEST_SHOWN = 400


@dataclass(frozen=True)
class Problem:
    """Why a case gave no answer to compare: an exception, a limit, or a missing function.

    code: an exception's type, or `limit:wall`, `missing`, `silent`, `exited`, `not_python`.
    line: in the learner's own file, where known. values: what the sentence needs.
    """

    code: str
    line: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    bases: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseVerdict:
    """One case: whether it passed and what may be shown. Hidden cases show no values."""

    case_id: str
    passed: bool
    visible: bool
    title: Mapping[str, str]
    feedback: Mapping[str, str] = field(default_factory=dict)
    asked: str | None = None
    expected: str | None = None
    got: str | None = None
    printed: str | None = None
    problem: Problem | None = None


@dataclass(frozen=True)
class CodeVerdict:
    """The verdict on a whole exercise; plain data through `as_json` and `from_json`."""

    passed: bool
    score_bps: int
    cases: tuple[CaseVerdict, ...]
    grader: str = "coursehub-code/1"

    def as_json(self) -> dict[str, Any]:
        """The verdict as plain data, to be kept with the attempt."""
        return json.loads(json.dumps(self, default=_plain))  # type: ignore[no-any-return]

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "CodeVerdict":
        """The verdict that `as_json` wrote."""
        return cls(
            passed=kept["passed"],
            score_bps=kept["score_bps"],
            grader=kept["grader"],
            cases=tuple(
                CaseVerdict(**{**case, "problem": _problem(case["problem"]) if case["problem"] else None})
                for case in kept["cases"]
            ),
        )


def _plain(thing: object) -> object:
    if isinstance(thing, Problem | CaseVerdict | CodeVerdict):
        return vars(thing)
    raise TypeError(f"{thing!r} is not plain data")


def _problem(kept: Mapping[str, Any]) -> Problem:
    return Problem(**{**kept, "bases": tuple(kept["bases"])})


def tree_of(value: object) -> Tree:
    """An expected value (JSON; `{"$tuple": […]}` and `{"$set": […]}` for what JSON cannot say) as a tree."""
    if value is None:
        return ["n", None]
    if isinstance(value, bool):
        return ["b", int(value)]
    if isinstance(value, int):
        return ["i", str(value)]
    if isinstance(value, float | Decimal):
        return ["f", str(value)]
    if isinstance(value, str):
        return ["s", value]
    if isinstance(value, list):
        return ["l", [tree_of(item) for item in value]]
    if isinstance(value, dict):
        if set(value) == {"$tuple"}:
            return ["t", [tree_of(item) for item in value["$tuple"]]]
        if set(value) == {"$set"}:
            return ["set", [tree_of(item) for item in value["$set"]]]
        return ["d", [[tree_of(key), tree_of(item)] for key, item in value.items()]]
    raise TypeError(f"{type(value).__name__} cannot be expected")


def expectation(text: str) -> Tree:
    """The tree of an `expect = '…'` line; decimals stay as they are written."""
    return tree_of(json.loads(text, parse_float=Decimal))


def equal(expected: Tree, got: object, tolerance: Decimal | None = None) -> bool:
    """Whether what came back is what was expected; whatever cannot be read is not."""
    try:
        return _equal(expected, got, tolerance)
    except (TypeError, ValueError, IndexError, KeyError, ArithmeticError, RecursionError):
        return False


def _equal(expected: Tree, got: Any, tolerance: Decimal | None) -> bool:
    kind, value = expected
    tag, given = got
    if kind in ("i", "f"):
        return tag in ("i", "f") and _close(_number(kind, value), _number(tag, given), tolerance)
    if kind == "l":
        return tag in ("l", "t") and _all_equal(value, given, tolerance)
    if kind == "t":
        return tag == "t" and _all_equal(value, given, tolerance)
    if kind == "set":
        return tag == "set" and len(given) == len(value) and all(any(_equal(e, g, tolerance) for g in given) for e in value)
    if kind == "d":
        if tag != "d" or len(given) != len(value):
            return False
        by_key = {_key(key): item for key, item in given}
        return len(by_key) == len(value) and all(
            _key(key) in by_key and _equal(item, by_key[_key(key)], tolerance) for key, item in value
        )
    return bool(kind == tag and value == given)


def _all_equal(expected: list[Tree], got: list[Any], tolerance: Decimal | None) -> bool:
    return len(expected) == len(got) and all(_equal(e, g, tolerance) for e, g in zip(expected, got, strict=True))


def _key(tree: Any) -> str:
    """A dictionary key by its JSON face: 1 and "1" are the same there."""
    tag, value = tree
    if tag not in ("s", "i"):
        raise TypeError("only text and whole numbers are keys in JSON")
    return str(value)


def _number(tag: str, text: str) -> Decimal:
    if tag == "i":
        return Decimal(int(text, 16) if text.lower().startswith(("0x", "-0x")) else int(text))
    return Decimal(text) if len(text) < 60 else Decimal(repr(float(text)))


def _close(expected: Decimal, got: Decimal, tolerance: Decimal | None) -> bool:
    if expected.is_nan() or got.is_nan():
        return expected.is_nan() and got.is_nan()
    if tolerance is None or expected.is_infinite() or got.is_infinite():
        return expected == got
    return abs(expected - got) <= tolerance


def tolerance_of(text: str | None) -> Decimal | None:
    """A tolerance written as a decimal; None when there is none."""
    if text is None:
        return None
    try:
        return abs(Decimal(text))
    except InvalidOperation as problem:
        raise ValueError(f"a tolerance must be a decimal number, not {text!r}") from problem


def shown(tree: Any) -> str:
    """A tree as Python would print it, for people; cut when it is long."""
    try:
        text = _shown(tree)
    except (TypeError, ValueError, IndexError, RecursionError):
        text = "?"
    return cut(text)


def _shown(tree: Any) -> str:
    tag, value = tree
    if tag == "n":
        return "None"
    if tag == "b":
        return "True" if value else "False"
    if tag in ("i", "f"):
        return str(value)
    if tag == "s":
        return repr(str(value))
    if tag == "y":
        return repr(bytes.fromhex(value))
    if tag == "d":
        return "{" + ", ".join(f"{_shown(k)}: {_shown(v)}" for k, v in value) + "}"
    inner = ", ".join(_shown(item) for item in value) if tag in ("l", "t", "set") else ""
    if tag == "l":
        return f"[{inner}]"
    if tag == "t":
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if tag == "set":
        return "{" + inner + "}" if value else "set()"
    return f"<{value}>"


def cut(text: str) -> str:
    """A text short enough to show."""
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def same_output(expected: str, got: str) -> bool:
    """Whether two printed texts are the same but for spaces at line ends and empty lines at the end."""
    return _tidy(expected) == _tidy(got)


def _tidy(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines
