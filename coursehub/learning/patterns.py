"""Regular expressions that authors write, tried on text that learners write.

Python's `re` has no time limit, so only patterns that cannot run away are used:
short, without back-references, without a repeat or an alternative inside an
unbounded repeat, with few unbounded repeats. A pattern outside these bounds
matches nothing; the accepted words of the question still count.
"""

import re
from re import _parser  # type: ignore[attr-defined]
from typing import Any

MAX_PATTERN = 200
MAX_TEXT = 200
MAX_REPEATS = 3


def matches(pattern: str, text: str, case_sensitive: bool) -> bool:
    """Whether the whole text matches; false for a pattern that is broken or could run away."""
    if len(text) > MAX_TEXT or not is_tame(pattern):
        return False
    return re.fullmatch(pattern, text, 0 if case_sensitive else re.IGNORECASE) is not None


def is_tame(pattern: str) -> bool:
    """Whether a pattern is valid and stays cheap on any text of MAX_TEXT characters."""
    if len(pattern) > MAX_PATTERN:
        return False
    try:
        tree = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    seen: list[str] = []
    _walk(tree, False, seen)
    return "wild" not in seen and seen.count("repeat") <= MAX_REPEATS


def _walk(node: Any, inside_repeat: bool, seen: list[str]) -> None:
    for operation, argument in node:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            _low, high, body = argument
            many = high is _parser.MAXREPEAT or high > 20
            if inside_repeat and high > 1:
                seen.append("wild")
            if many:
                seen.append("repeat")
            _walk(body, inside_repeat or high > 1, seen)
        elif name in ("GROUPREF", "GROUPREF_EXISTS", "ASSERT", "ASSERT_NOT"):
            seen.append("wild")
        elif name == "BRANCH":
            if inside_repeat:
                seen.append("wild")
            for branch in argument[1]:
                _walk(branch, inside_repeat, seen)
        elif name == "SUBPATTERN":
            _walk(argument[-1], inside_repeat, seen)
        elif name == "ATOMIC_GROUP":
            _walk(argument, inside_repeat, seen)
