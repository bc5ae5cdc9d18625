"""Where a step's strings and files are found: the names that the catalogue gives them.

Quiz and exercise strings stand in a step's texts by id; only what a page may show
is read here, never an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from coursehub.catalog.queries import StepView


def words(step: StepView, key: str) -> Markup:
    """A string of the step as safe HTML: rendered Markdown where there is some, else the plain text, escaped."""
    html = step.texts_html.get(key)
    return Markup(html) if html else Markup.escape(step.texts.get(key, ""))  # noqa: S704 - cleaned by text.render


def prompt(step: StepView, question_id: str) -> Markup:
    """What a question asks."""
    return words(step, f"{question_id}.prompt")


def explanation(step: StepView, question_id: str) -> Markup:
    """Why the right answer is right; only for somebody who has it."""
    return words(step, f"{question_id}.explanation")


def option(step: StepView, question_id: str, option_id: str) -> Markup:
    """A choice, or an item to be put in order."""
    return words(step, f"{question_id}.{option_id}.text")


def note(step: StepView, question_id: str, note_id: str) -> Markup:
    """What to say to somebody who chose this, or made this mistake."""
    return words(step, f"{question_id}.{note_id}.feedback")


def hints(step: StepView) -> list[Markup]:
    """The hints of an exercise, in order."""
    return [words(step, f"hint.{n}") for n in range(count_hints(step.texts))]


def count_hints(texts: Mapping[str, str]) -> int:
    """How many hints the texts of an exercise hold."""
    count = 0
    while f"hint.{count}" in texts:
        count += 1
    return count


def acceptance_words(step: StepView) -> Markup:
    """What the author says about being done, or nothing."""
    return words(step, "acceptance")


@dataclass(frozen=True)
class Film:
    """The files of a video step, by their paths in the release."""

    video: str
    media_type: str
    poster: str
    captions: tuple[tuple[str, str], ...]
    """(language, path), the reader's language first."""


def film(definition: Mapping[str, Any], locale: str) -> Film:
    """What a player needs."""
    video = str(definition.get("video", ""))
    captions: Mapping[str, str] = definition.get("captions") or {}
    ordered = sorted(captions.items(), key=lambda item: (item[0] != locale, item[0]))
    media_type = "video/webm" if video.endswith(".webm") else "video/mp4"
    return Film(video, media_type, str(definition.get("poster") or ""), tuple(ordered))


def in_language(by_locale: Mapping[str, str] | None, locale: str) -> str:
    """A short text that the definition keeps per language, in the reader's or else the first."""
    if not by_locale:
        return ""
    return by_locale.get(locale) or next(iter(by_locale.values()))
