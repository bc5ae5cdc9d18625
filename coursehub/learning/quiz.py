"""Quizzes: what the browser may see, and the verdict on what it sends. Pure arithmetic.

A definition holds the answers; `shown` gives only what can be put on a page.
Feedback names texts by id, so that it can be read in any language of the release.
"""

import hashlib
import random
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from coursehub.learning.patterns import matches

GRADER = "quiz/1"
WAIT = timedelta(hours=24)
"""When a quiz limits its attempts, the limit holds for this long."""

Answers = Mapping[str, str | list[str]]


@dataclass(frozen=True)
class ShownQuestion:
    """A question as a page may show it: ids only, no key. `options` are choices, or items in shuffled order."""

    id: str
    kind: str
    points: int
    options: tuple[str, ...]


@dataclass(frozen=True)
class QuestionVerdict:
    """What one answer earned. `notes` are the ids of feedback texts that fit this answer."""

    id: str
    verdict: str  # right | partly | wrong
    points: int
    of: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class QuizResult:
    """The verdict on one attempt."""

    score_bps: int
    passed: bool
    verdicts: tuple[QuestionVerdict, ...]


def questions_of(definition: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The questions of a quiz, in order."""
    return list(definition.get("questions", ()))


def shown(definition: Mapping[str, Any], *, seed: str) -> list[ShownQuestion]:
    """What a page may know of each question; items to be ordered come shuffled by `seed`, never in the right order."""
    return [ShownQuestion(q["id"], q["kind"], int(q.get("points", 1)), _options(q, seed)) for q in questions_of(definition)]


def _options(question: Mapping[str, Any], seed: str) -> tuple[str, ...]:
    if question["kind"] == "ordering":
        right = [item["id"] for item in question["items"]]
        mixed = list(right)
        dice = random.Random(hashlib.sha256(f"{seed}/{question['id']}".encode()).digest())  # noqa: S311 - not a secret
        while mixed == right and len(right) > 1:
            dice.shuffle(mixed)
        return tuple(mixed)
    return tuple(choice["id"] for choice in question.get("choices", ()))


def problems(definition: Mapping[str, Any], answers: Answers) -> dict[str, str]:
    """Which answers cannot be judged yet: question id -> "empty", "not_a_number" or "not_an_order"."""
    found = {}
    for question in questions_of(definition):
        given = answers.get(question["id"])
        if not given:
            found[question["id"]] = "empty"
        elif question["kind"] == "numeric" and as_number(str(given)) is None:
            found[question["id"]] = "not_a_number"
        elif question["kind"] == "ordering" and sorted(given) != sorted(item["id"] for item in question["items"]):
            found[question["id"]] = "not_an_order"
    return found


def grade(definition: Mapping[str, Any], answers: Answers) -> QuizResult:
    """Judge a whole attempt. An unanswered question is wrong."""
    verdicts = tuple(_judge(question, answers.get(question["id"], "")) for question in questions_of(definition))
    of = sum(v.of for v in verdicts)
    score_bps = 10_000 * sum(v.points for v in verdicts) // of if of else 10_000
    return QuizResult(score_bps, score_bps >= 100 * int(definition.get("pass_percent", 80)), verdicts)


def _judge(question: Mapping[str, Any], given: str | list[str]) -> QuestionVerdict:
    judge = {
        "single": _single,
        "multiple": _multiple,
        "numeric": _numeric,
        "text": _text,
        "ordering": _ordering,
    }[question["kind"]]
    verdict, notes = judge(question, given)
    of = int(question.get("points", 1))
    return QuestionVerdict(question["id"], verdict, of if verdict == "right" else 0, of, tuple(notes))


Judged = tuple[str, list[str]]


def _single(question: Mapping[str, Any], given: str | list[str]) -> Judged:
    right = {choice["id"] for choice in question["choices"] if choice.get("correct")}
    return ("right" if str(given) in right else "wrong"), [str(given)] if given else []


def _multiple(question: Mapping[str, Any], given: str | list[str]) -> Judged:
    right = {choice["id"] for choice in question["choices"] if choice.get("correct")}
    known = [choice["id"] for choice in question["choices"]]
    picked = set(given if isinstance(given, list) else [given])
    notes = [choice for choice in known if choice in picked]
    if picked == right:
        return "right", notes
    return ("partly" if picked & right and len(picked & right) > len(picked - right) else "wrong"), notes


def as_number(text: str) -> Decimal | None:
    """A number as people type it (full-width digits and a real minus sign too), or None."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace(" ", "")
    if len(plain) > 40:
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 100 else None


def _near(given: Decimal, answer: str, tolerance: str) -> bool:
    return abs(given - Decimal(answer)) <= Decimal(tolerance)


def _numeric(question: Mapping[str, Any], given: str | list[str]) -> Judged:
    number = as_number(str(given))
    if number is None:
        return "wrong", []
    if _near(number, str(question["answer"]), str(question.get("tolerance") or "0")):
        return "right", []
    notes = [
        f"mistake-{n}"
        for n, mistake in enumerate(question.get("mistakes", ()))
        if _near(number, str(mistake["answer"]), str(mistake.get("tolerance") or question.get("tolerance") or "0"))
    ]
    return "wrong", notes[:1]


def _plain(text: str, case_sensitive: bool) -> str:
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    return plain if case_sensitive else plain.casefold()


def _text(question: Mapping[str, Any], given: str | list[str]) -> Judged:
    exact = bool(question.get("case_sensitive"))
    said = _plain(str(given), exact)
    pattern = question.get("pattern")
    if said in {_plain(word, exact) for word in question.get("accept", ())} or (pattern and matches(pattern, said, exact)):
        return "right", []
    notes = [
        f"mistake-{n}"
        for n, mistake in enumerate(question.get("mistakes", ()))
        if said in {_plain(word, exact) for word in _words(mistake.get("accept", ()))}
    ]
    return "wrong", notes[:1]


def _words(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _ordering(question: Mapping[str, Any], given: str | list[str]) -> Judged:
    right = [item["id"] for item in question["items"]]
    if given == right:
        return "right", []
    in_place = sum(a == b for a, b in zip(right, given, strict=False))
    return ("partly" if 2 * in_place >= len(right) else "wrong"), []
