"""One step of the house's format: shared logic apart from the words of each language."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _

from coursehub.catalog.importers.fields import Fields, toml
from coursehub.catalog.importers.opening import CourseUnreadable, Opened, is_stub, labels_in, split_title
from coursehub.catalog.models import STEP_KINDS
from coursehub.catalog.source import StepSource

QUESTION_KINDS = ("single", "multiple", "numeric", "text", "ordering")
_RULES = {"text": "read", "video": "watched", "quiz": "passed", "code": "passed"}
_VIDEOS = ("video.mp4", "video.webm")
Texts = dict[str, dict[str, str]]


def read_step(opened: Opened, key: str, languages: list[str]) -> tuple[StepSource, list[str]]:
    """The step in `steps/<key>/`, and the labels its texts define.

    Raises CourseUnreadable that names the file and the field.
    """
    folder = f"steps/{key}"
    name = f"{folder}/step.toml"
    if not opened.has(name):
        raise CourseUnreadable(name=name, problem=_("the file is missing."))
    fields = toml(opened, name)
    kind = fields.one_of("kind", STEP_KINDS)
    opened.report.settle(name, "converted", "step")
    acceptance = fields.table("acceptance")
    rule = acceptance.one_of("rule", ("read", "watched", "passed"), _RULES[kind])
    step = StepSource(key, kind, fields.by_locale("title", languages, required=True), acceptance={"rule": rule})
    step.texts = {locale: {} for locale in languages}
    _say(step.texts, "acceptance", acceptance.by_locale("text", languages))
    labels = _read_pages(opened, folder, step, languages)
    if kind == "video":
        step.definition = _video(opened, folder, languages)
    elif kind == "quiz":
        step.definition = _quiz(fields, step.texts, languages)
    elif kind == "code":
        step.definition = _code(opened, folder, fields, step.texts, languages)
    return step, labels


def _say(texts: Texts, name: str, words: dict[str, str]) -> None:
    for locale, said in words.items():
        if said.strip():
            texts[locale][name] = said


def _read_pages(opened: Opened, folder: str, step: StepSource, languages: list[str]) -> list[str]:
    labels: list[str] = []
    for locale in languages:
        name = f"{folder}/{locale}.md"
        if not opened.has(name):
            if step.kind in ("text", "code"):
                opened.report.remark(name, "missing_language", locale)
            continue
        _title, markdown = split_title(opened.text(name), "")
        step.markdown[locale], step.pages[locale] = markdown, name
        opened.report.settle(name, "converted", "page")
        labels += labels_in(markdown)
        if step.kind == "text" and is_stub(markdown):
            opened.report.stubs.append(name)
    if step.kind in ("text", "code") and languages[0] not in step.markdown:
        raise CourseUnreadable(name=f"{folder}/{languages[0]}.md", problem=_("the file is missing."))
    return labels


def _video(opened: Opened, folder: str, languages: list[str]) -> dict[str, Any]:
    video = next((f"{folder}/{name}" for name in _VIDEOS if opened.has(f"{folder}/{name}")), None)
    if video is None:
        raise CourseUnreadable(name=f"{folder}/video.mp4", problem=_("the file is missing."))
    poster = next((f"{folder}/poster{end}" for end in (".png", ".jpg", ".webp") if opened.has(f"{folder}/poster{end}")), None)
    captions = {locale: f"{folder}/{locale}.vtt" for locale in languages if opened.has(f"{folder}/{locale}.vtt")}
    for name in captions.values():
        if not opened.text(name).lstrip("\ufeff").startswith("WEBVTT"):
            raise CourseUnreadable(name=name, problem=_("it is not a WebVTT file."))
    return {"video": video, "poster": poster, "captions": captions}


def _quiz(fields: Fields, texts: Texts, languages: list[str]) -> dict[str, Any]:
    questions = [_question(question, texts, languages) for question in fields.tables("questions")]
    ids = [question["id"] for question in questions]
    if not questions or len(set(ids)) != len(ids):
        raise fields.complain(_("a quiz needs questions, each with an id of its own."))
    return {
        "attempts": fields.whole("attempts", 0, high=1000),
        "pass_percent": fields.whole("pass_percent", 80, low=1, high=100),
        "questions": questions,
    }


def _question(fields: Fields, texts: Texts, languages: list[str]) -> dict[str, Any]:
    key = fields.key("id")
    kind = fields.one_of("kind", QUESTION_KINDS)
    _say(texts, f"{key}.prompt", fields.by_locale("prompt", languages, required=True))
    _say(texts, f"{key}.explanation", fields.by_locale("explanation", languages))
    question: dict[str, Any] = {"id": key, "kind": kind, "points": fields.whole("points", 1, low=1, high=1000)}
    if kind in ("single", "multiple"):
        question["choices"] = _choices(fields, key, kind, texts, languages)
    elif kind == "numeric":
        question["answer"], question["tolerance"] = _number(fields, "answer"), _number(fields, "tolerance", "0")
    elif kind == "text":
        question |= _accepted(fields)
    else:
        question["items"] = _items(fields, key, texts, languages)
    if kind in ("numeric", "text"):
        question["mistakes"] = _mistakes(fields, key, kind, texts, languages)
    return question


def _choices(fields: Fields, key: str, kind: str, texts: Texts, languages: list[str]) -> list[dict[str, Any]]:
    choices = []
    for choice in fields.tables("choices"):
        name = choice.key("id")
        _say(texts, f"{key}.{name}.text", choice.by_locale("text", languages, required=True))
        _say(texts, f"{key}.{name}.feedback", choice.by_locale("feedback", languages))
        choices.append({"id": name, "correct": choice.truth("correct")})
    right = sum(1 for choice in choices if choice["correct"])
    if len({choice["id"] for choice in choices}) != len(choices) or len(choices) < 2:
        raise fields.complain(_("a question needs at least two choices, each with an id of its own."))
    if not right or (kind == "single" and right != 1):
        raise fields.complain(_("a single-choice question has exactly one right answer, a multiple-choice one at least one."))
    return choices


def _items(fields: Fields, key: str, texts: Texts, languages: list[str]) -> list[dict[str, str]]:
    items = []
    for item in fields.tables("items"):
        name = item.key("id")
        _say(texts, f"{key}.{name}.text", item.by_locale("text", languages, required=True))
        items.append({"id": name})
    if len({item["id"] for item in items}) != len(items) or len(items) < 2:
        raise fields.complain(_("an ordering needs at least two items, each with an id of its own."))
    return items


def _accepted(fields: Fields) -> dict[str, Any]:
    accept, pattern = fields.words("accept"), fields.text("pattern", "")
    if not accept and not pattern:
        raise fields.complain(_("a text question needs “accept” or “pattern”."))
    try:
        re.compile(pattern)
    except re.error as problem:
        raise fields.complain(_("“%(field)s” is not a regular expression.", field="pattern")) from problem
    return {"accept": accept, "pattern": pattern, "case_sensitive": fields.truth("case_sensitive")}


def _mistakes(fields: Fields, key: str, kind: str, texts: Texts, languages: list[str]) -> list[dict[str, Any]]:
    mistakes = []
    for n, mistake in enumerate(fields.tables("mistakes")):
        _say(texts, f"{key}.mistake-{n}.feedback", mistake.by_locale("feedback", languages, required=True))
        known: dict[str, Any] = {"id": f"mistake-{n}"}
        if kind == "numeric":
            known |= {"answer": _number(mistake, "answer"), "tolerance": _number(mistake, "tolerance", "0")}
        else:
            known["accept"] = mistake.words("accept")
        mistakes.append(known)
    return mistakes


def _number(fields: Fields, name: str, default: str | None = None) -> str:
    value = fields.text(name, default)
    try:
        if Decimal(value).is_finite():
            return value
    except InvalidOperation:
        pass
    raise fields.complain(_("“%(field)s” must be a number.", field=name))


def _code(opened: Opened, folder: str, fields: Fields, texts: Texts, languages: list[str]) -> dict[str, Any]:
    language = fields.one_of("language", ("python", "shell"), "python")
    limits = fields.table("limits")
    hints = fields.table("hints")
    for locale in languages:
        for n, hint in enumerate(hints.words(locale)):
            texts[locale][f"hint.{n}"] = hint
    cases = [_case(case, languages) for case in fields.tables("cases")]
    if not cases or len({case["id"] for case in cases}) != len(cases):
        raise fields.complain(_("an exercise needs cases, each with an id of its own."))
    reference = _files(opened, f"{folder}/reference/", "reference")
    if not reference:
        raise CourseUnreadable(name=f"{folder}/reference/", problem=_("the reference solution is missing."))
    wrong = _files(opened, f"{folder}/wrong/", "wrong_answer")
    file = fields.text("file", "solution.py" if language == "python" else "solution.sh")
    return {
        "language": language,
        "file": file,
        "limits": {
            "cpu_seconds": limits.whole("cpu_seconds", 5, low=1, high=60),
            "wall_seconds": limits.whole("wall_seconds", 10, low=1, high=120),
            "memory_mib": limits.whole("memory_mib", 256, low=32, high=1024),
        },
        "starter": _files(opened, f"{folder}/starter/", "starter"),
        "reference": reference,
        "wrong": [{"name": name.rsplit(".", 1)[0], "files": {file: text}} for name, text in sorted(wrong.items())],
        "hints": max((len(hints.words(locale)) for locale in languages), default=0),
        "cases": cases,
    }


def _files(opened: Opened, folder: str, reason: str) -> dict[str, str]:
    found = {}
    for name in opened.below(folder):
        found[name.removeprefix(folder)] = opened.text(name)
        opened.report.settle(name, "converted", reason)
    return found


def _case(fields: Fields, languages: list[str]) -> dict[str, Any]:
    case: dict[str, Any] = {
        "id": fields.key("id"),
        "visible": fields.truth("visible"),
        "title": fields.by_locale("title", languages),
        "feedback": fields.by_locale("feedback", languages),
    }
    forms = [name for name in ("call", "check", "expect_stdout") if name in fields.values]
    if not forms or ("call" in forms and len(forms) > 1):
        raise fields.complain(_("a case needs exactly one of “call”, “check” or “expect_stdout”."))
    for name in ("call", "args", "expect", "raises", "tolerance", "stdin", "expect_stdout", "check"):
        if name in fields.values:
            case[name] = fields.text(name)
    for name in ("args", "expect"):
        try:
            json.loads(case.get(name, "null"))
        except ValueError as problem:
            raise fields.complain(_("“%(field)s” must be JSON.", field=name)) from problem
    if "call" in case and "expect" not in case and "raises" not in case:
        raise fields.complain(_("a case with “call” needs “expect” or “raises”."))
    return case
