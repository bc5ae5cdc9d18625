"""Mending a draft in the browser: a page's text, a quiz; each mend can be undone."""

import re
from copy import deepcopy
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from coursehub.catalog import policies
from coursehub.catalog.models import Asset, Course, Release, Step, StepEdit, StepText
from coursehub.catalog.operations.drafts import NotADraft
from coursehub.catalog.operations.publicity import mark_public_files
from coursehub.catalog.rendering import Places, RenderedText, render_text
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor


class NothingToUndo(Refusal):
    """There is nothing left to undo on this page."""


class QuizInvalid(Refusal):
    """The question “%(question)s” would not work: %(problem)s"""

    status = 422


def places_of(release: Release) -> Places:
    """Where inner links of a stored release may lead."""
    paths = db.session.execute(sa.select(Asset.path).where(Asset.release_id == release.id)).scalars()
    links = release.links
    return Places(links.get("pages", {}), links.get("labels", {}), frozenset(paths), tuple(links.get("roots", ())))


def preview_text(release: Release, step_text: StepText, source: str, texts: dict[str, str]) -> RenderedText:
    """What a mend would look like; nothing is written."""
    return render_text(places_of(release), step_text.page, step_text.locale, source, texts)


def preview_quiz(
    release: Release, step: Step, step_text: StepText, texts: dict[str, str], settings: dict[str, Any]
) -> tuple[dict[str, Any], RenderedText]:
    """A quiz's logic and words as a mend would leave them; nothing is written.

    Raises QuizInvalid.
    """
    definition = _with_settings(step.definition, settings)
    return definition, preview_text(release, step_text, step_text.source, _with_texts(definition, step_text.texts, texts))


def mend_text(step: Step, locale: str, *, title: str, source: str, by: Actor, at: datetime) -> StepEdit:
    """Replace a draft page's title and Markdown in one language.

    Raises NotADraft.
    """
    with transaction():
        require(policies.may_author(by, _owner_of(step)))
        release, text = _open(step, locale)
        edit = _remember(step, text, by=by, at=at)
        text.title, text.source = title[:200], source.replace("\r\n", "\n")
        _render(release, step, text)
        return edit


def mend_quiz(
    step: Step, locale: str, *, title: str, texts: dict[str, str], settings: dict[str, Any], by: Actor, at: datetime
) -> StepEdit:
    """Change a draft quiz: its words in one language, and its answers, points and limits in all.

    settings: `attempts`, `pass_percent` and `questions`, each a dict by id with `points`,
    `correct` (choice ids), `answer`, `tolerance` or `accept`; what is missing stays.
    Raises NotADraft or QuizInvalid.
    """
    with transaction():
        require(policies.may_author(by, _owner_of(step)))
        release, text = _open(step, locale)
        edit = _remember(step, text, by=by, at=at)
        step.definition = _with_settings(step.definition, settings)
        text.title = title[:200]
        text.texts = _with_texts(step.definition, text.texts, texts)
        _render(release, step, text)
        return edit


def undo_mend(step: Step, locale: str, *, by: Actor, at: datetime) -> StepText:
    """Take back the last mend of a draft step in one language; again, and the one before it.

    Raises NothingToUndo or NotADraft.
    """
    with transaction():
        require(policies.may_author(by, _owner_of(step)))
        release, text = _open(step, locale)
        last = db.session.execute(
            sa.select(StepEdit)
            .where(StepEdit.step_id == step.id, StepEdit.locale == locale, StepEdit.undone_at.is_(None))
            .order_by(StepEdit.id.desc())
            .limit(1)
        ).scalar_one_or_none()
        if last is None:
            raise NothingToUndo
        text.title, text.source, text.texts = last.before["title"], last.before["source"], last.before["texts"]
        step.definition = last.before["definition"]
        last.undone_at = at
        _render(release, step, text)
        return text


def _owner_of(step: Step) -> int:
    release = db.session.get_one(Release, step.release_id)
    return db.session.get_one(Course, release.course_id).organisation_id


def _open(step: Step, locale: str) -> tuple[Release, StepText]:
    release = db.session.get_one(Release, step.release_id)
    lock(release)
    if release.state != "draft":
        raise NotADraft
    db.session.refresh(step)
    return release, db.session.get_one(StepText, (step.id, locale), populate_existing=True)


def _remember(step: Step, text: StepText, *, by: Actor, at: datetime) -> StepEdit:
    before = {"title": text.title, "source": text.source, "texts": text.texts, "definition": step.definition}
    edit = StepEdit(release_id=step.release_id, step_id=step.id, locale=text.locale, before=before, by_id=by.person_id, at=at)
    db.session.add(edit)
    return edit


def _render(release: Release, step: Step, text: StepText) -> None:
    rendered = preview_text(release, text, text.source, text.texts)
    text.html, text.texts_html = rendered.html, rendered.texts_html
    db.session.flush()
    mark_public_files(step.release_id)


def _with_texts(definition: dict[str, Any], old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """The strings of a quiz after a mend; names that the quiz does not have are left out."""
    known = old.keys() | _text_names(definition)
    return {**old, **{name: said for name, said in new.items() if name in known}}


def _text_names(definition: dict[str, Any]) -> set[str]:
    """The names of all strings a quiz may have."""
    names = {"acceptance"}
    for question in definition.get("questions", ()):
        key = question["id"]
        names |= {f"{key}.prompt", f"{key}.explanation"}
        for option in [*question.get("choices", ()), *question.get("items", ())]:
            names |= {f"{key}.{option['id']}.text", f"{key}.{option['id']}.feedback"}
        names |= {f"{key}.{mistake['id']}.feedback" for mistake in question.get("mistakes", ())}
    return names


def _with_settings(definition: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    mended = deepcopy(definition)
    for name in ("attempts", "pass_percent"):
        mended[name] = settings.get(name, mended.get(name))
    wanted = settings.get("questions", {})
    for question in mended["questions"]:
        _mend_question(question, wanted.get(question["id"], {}))
    return mended


def _mend_question(question: dict[str, Any], wanted: dict[str, Any]) -> None:
    question["points"] = wanted.get("points", question.get("points", 1))
    if "correct" in wanted and "choices" in question:
        right = set(wanted["correct"])
        for choice in question["choices"]:
            choice["correct"] = choice["id"] in right
        count = sum(1 for choice in question["choices"] if choice["correct"])
        if not count or (question["kind"] == "single" and count != 1):
            raise QuizInvalid(question=question["id"], problem=_("mark the right answer (exactly one for a single choice)."))
    for name in ("answer", "tolerance"):
        if name in wanted and question["kind"] == "numeric":
            if not re.fullmatch(r"[+-]?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?", wanted[name]):
                raise QuizInvalid(question=question["id"], problem=_("“%(value)s” is not a number.", value=wanted[name]))
            question[name] = wanted[name]
    if "accept" in wanted and question["kind"] == "text":
        if not wanted["accept"] and not question.get("pattern"):
            raise QuizInvalid(question=question["id"], problem=_("give at least one accepted answer."))
        question["accept"] = wanted["accept"]
