"""The working part of a step as its page shows it: a video, a quiz, an exercise. No answer is in any of these."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from coursehub.catalog.queries import StepView
from coursehub.learning import exercises, queries, quiz, shapes
from coursehub.learning.grading import explanation
from coursehub.learning.grading.verdict import CaseVerdict, CodeVerdict
from coursehub.learning.models import Attempt, Enrolment


@dataclass(frozen=True)
class OptionPart:
    """One choice or item on the page."""

    id: str
    words: Markup
    chosen: bool
    position: str


@dataclass(frozen=True)
class QuestionPart:
    """One question, with what was answered and said about it, if anything."""

    id: str
    kind: str
    points: int
    prompt: Markup
    options: tuple[OptionPart, ...]
    given: str
    problem: str
    verdict: str
    notes: tuple[Markup, ...]
    explanation: Markup


@dataclass(frozen=True)
class QuizPart:
    """A quiz: a form to fill in, or the last attempt with its feedback."""

    questions: tuple[QuestionPart, ...]
    pass_percent: int
    attempts: tuple[Attempt, ...]
    shown: Attempt | None
    left: queries.AttemptsLeft | None
    passed: bool

    @property
    def may_try(self) -> bool:
        """Whether one more attempt is open now."""
        return not self.passed and (self.left is None or self.left.count > 0)


PROBLEMS = {
    "empty": _l("Answer this question."),
    "not_a_number": _l("Write a number, such as 3.14."),
    "not_an_order": _l("Give each line its own place."),
}


def quiz_part(
    enrolment: Enrolment,
    step: StepView,
    *,
    at: datetime,
    again: bool,
    answers: quiz.Answers | None = None,
    problems: dict[str, str] | None = None,
    places: dict[str, dict[str, str]] | None = None,
) -> QuizPart:
    """A quiz for its page: with `answers` the half-filled form again, else the last attempt, unless trying again."""
    history = queries.attempts(enrolment.id, step.key)
    passed = any(attempt.passed for attempt in history)
    left = queries.attempts_left(enrolment.id, step.key, int(step.definition.get("attempts", 0)), at=at)
    last = next((attempt for attempt in history if attempt.passed), history[0] if history else None)
    is_open = not passed and (left is None or left.count > 0)
    shown = None if answers is not None or (again and is_open) else last
    given = answers if answers is not None else (shown.submitted["answers"] if shown else {})
    verdicts = {v["id"]: v for v in shown.feedback["questions"]} if shown else {}
    number = shown.n if shown else len(history) + 1
    questions = tuple(
        _question_part(
            step, q, given.get(q.id, ""), verdicts.get(q.id),
            problem=(problems or {}).get(q.id, ""), passed=passed, places=(places or {}).get(q.id),
        )
        for q in quiz.shown(step.definition, seed=f"{enrolment.public_id}/{step.key}/{number}")
    )  # fmt: skip
    return QuizPart(questions, int(step.definition.get("pass_percent", 80)), tuple(history), shown, left, passed)


def _question_part(
    step: StepView,
    q: quiz.ShownQuestion,
    given: Any,
    verdict: dict[str, Any] | None,
    *,
    problem: str = "",
    passed: bool = False,
    places: dict[str, str] | None = None,
) -> QuestionPart:
    chosen = given if isinstance(given, list) else [given]
    if places is None:
        places = {id: str(n) for n, id in enumerate(chosen, 1)} if q.kind == "ordering" else {}
    options = [OptionPart(id, shapes.option(step, q.id, id), id in chosen, places.get(id, "")) for id in q.options]
    if q.kind == "ordering" and verdict:
        options.sort(key=lambda option: int(option.position))
    right = verdict is not None and verdict["verdict"] == "right"
    return QuestionPart(
        id=q.id,
        kind=q.kind,
        points=q.points,
        prompt=shapes.prompt(step, q.id),
        options=tuple(options),
        given="" if isinstance(given, list) else str(given),
        problem=str(PROBLEMS[problem]) if problem else "",
        verdict=verdict["verdict"] if verdict else "",
        notes=tuple(n for n in (shapes.note(step, q.id, id) for id in verdict["notes"]) if n) if verdict else (),
        # Why it is right is said to those who have it, and to everybody once the quiz is passed.
        explanation=shapes.explanation(step, q.id) if right or (verdict and passed) else Markup(),
    )


@dataclass(frozen=True)
class CasePart:
    """One case of an exercise and what became of it; a hidden one without its values."""

    verdict: CaseVerdict
    title: str
    feedback: str
    problem: str
    pythons_words: str


@dataclass(frozen=True)
class CodePart:
    """An exercise: the editor's text, the files given, hints opened, and the attempt on show.

    looks: ids of the cases that look at what the work left, by a command, instead of giving it an input.
    """

    language: str
    file: str
    source: str
    given: dict[str, str]
    hints: tuple[Markup, ...]
    hints_total: int
    checks: tuple[Attempt, ...]
    shown: Attempt | None
    cases: tuple[CasePart, ...]
    refusal: str
    passed: bool
    looks: frozenset[str] = frozenset()

    @property
    def waiting(self) -> bool:
        """Whether the attempt on show is still to be judged."""
        return self.shown is not None and self.shown.state == "waiting"

    @property
    def hidden_failed(self) -> int:
        """How many cases that are not shown did not pass."""
        return sum(not case.verdict.visible and not case.verdict.passed for case in self.cases)


def code_part(
    enrolment: Enrolment, step: StepView, *, shown: Attempt | None, draft: str | None, begin: str = "", source: str | None = None
) -> CodePart:
    """An exercise for its page.

    The editor holds, in this order: `source`, typed and not accepted; the starter, if
    asked for; the attempt on show; the draft; the starter.
    """
    checks = queries.attempts(enrolment.id, step.key)
    if source is None:
        starter = exercises.starter_of(step.definition)
        kept = shown.submitted["source"] if shown else draft
        source = starter if begin == "starter" or kept is None else kept
    hints = shapes.hints(step)
    return CodePart(
        language=str(step.definition.get("language", "python")),
        file=str(step.definition.get("file", "")),
        source=source,
        given=exercises.given_files(step.definition),
        hints=tuple(hints[: queries.hints_open(enrolment.id, step.key)]),
        hints_total=len(hints),
        checks=tuple(checks),
        shown=shown,
        cases=cases_of(shown, enrolment.locale),
        refusal=refusal_of(shown),
        passed=any(attempt.passed for attempt in checks),
        looks=frozenset(case["id"] for case in step.definition.get("cases", ()) if "check" in case),
    )


def cases_of(attempt: Attempt | None, locale: str) -> tuple[CasePart, ...]:
    """What became of each case, said in the reader's language."""
    if attempt is None or attempt.state != "graded":
        return ()
    return tuple(
        CasePart(
            verdict=case,
            title=shapes.in_language(case.title, locale),
            feedback=shapes.in_language(case.feedback, locale) if not case.passed else "",
            problem=explanation.sentence(case.problem) if case.problem else "",
            pythons_words=(explanation.pythons_words(case.problem) or "") if case.problem else "",
        )
        for case in CodeVerdict.from_json(attempt.feedback).cases
    )


def refusal_of(attempt: Attempt | None) -> str:
    """Why an attempt could not be judged, in a sentence; nothing if it could."""
    if attempt is None or attempt.state != "refused":
        return ""
    sentences = {
        "no_isolation": _("This installation cannot run code in isolation, so nothing was judged. Your work is kept."),
        "too_large": _("Your files were too large to be judged. Shorten them and hand them in again."),
    }
    late = _("Nobody could judge this attempt in time. It does not count; run your work again.")
    return str(sentences.get(str(attempt.feedback.get("refusal", "")), late))


def preview_quiz(step: StepView, questions: list[quiz.ShownQuestion]) -> QuizPart:
    """A quiz that one may look at without being able to hand it in."""
    parts = tuple(_question_part(step, q, "", None) for q in questions)
    return QuizPart(parts, int(step.definition.get("pass_percent", 80)), (), None, None, False)


def preview_code(step: StepView) -> CodePart:
    """An exercise that one may look at without being able to hand it in."""
    definition = step.definition
    return CodePart(
        language=str(definition.get("language", "python")), file=str(definition.get("file", "")),
        source=exercises.starter_of(definition), given=exercises.given_files(definition), hints=(),
        hints_total=len(shapes.hints(step)), checks=(), shown=None, cases=(), refusal="", passed=False,
    )  # fmt: skip


@dataclass(frozen=True)
class VideoPart:
    """A video: its files by address, and where to go on."""

    src: str
    media_type: str
    poster: str
    captions: tuple[tuple[str, str], ...]
    position_seconds: int
    transcript: Markup
