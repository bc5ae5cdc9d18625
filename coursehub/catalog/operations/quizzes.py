"""Quizzes made in the browser: a step of its own behind any step of a draft, question by question."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursehub.catalog import policies
from coursehub.catalog.models import Course, Release, Step, StepText
from coursehub.catalog.operations.drafts import NotADraft
from coursehub.catalog.operations.history import happened
from coursehub.catalog.operations.mending import preview_text
from coursehub.db import db, lock, transaction
from coursehub.errors import Refusal, require
from coursehub.people.actor import Actor

MOST_CHOICES = 6
PASS_PERCENT = 80


class QuestionIncomplete(Refusal):
    """A question needs its words, at least two choices, and a mark on what is right."""

    status = 422


class LastQuestionStays(Refusal):
    """A quiz needs a question. Take the whole quiz out instead."""


class NotAQuiz(Refusal):
    """Only a quiz can be taken out here; everything else comes and goes with the package."""


@dataclass(frozen=True)
class NewQuestion:
    """A question with its choices, in the words of one language; with one right choice it is a single choice."""

    prompt: str
    choices: tuple[str, ...]
    right: frozenset[int]
    explanation: str = ""


def add_quiz(after: Step, *, title: str, question: NewQuestion, by: Actor, at: datetime) -> Step:
    """Put a quiz behind a step of a draft, in the same lesson. Its words stand in every language until they are mended there.

    Raises NotADraft, QuestionIncomplete.
    """
    require(policies.may_author(by, _owner_of(after)))
    with transaction():
        release = _draft_of(after)
        _must_be_whole(question)
        key = _free_key(release.id, after.key)
        later = sa.update(Step).where(Step.release_id == release.id, Step.position > after.position)
        db.session.execute(later.values(position=Step.position + 1))
        step = Step(
            release_id=release.id, lesson_id=after.lesson_id, position=after.position + 1, key=key, kind="quiz",
            definition={"attempts": 0, "pass_percent": PASS_PERCENT, "questions": []}, acceptance={"rule": "passed"},
        )  # fmt: skip
        db.session.add(step)
        db.session.flush()
        for locale in release.languages:
            page = db.session.execute(
                sa.select(StepText.page).where(StepText.step_id == after.id, StepText.locale == locale)
            ).scalar_one_or_none()
            db.session.add(
                StepText(
                    step_id=step.id, locale=locale, release_id=release.id, title=title.strip()[:200] or "Quiz", page=page or ""
                )
            )
        db.session.flush()
        _append(release, step, question)
        happened(release, "quiz_added", by_id=by.person_id, at=at)
    return step


def add_question(step: Step, *, question: NewQuestion, by: Actor, at: datetime) -> None:
    """Ask one more thing in a draft's quiz. Raises NotADraft, NotAQuiz, QuestionIncomplete."""
    require(policies.may_author(by, _owner_of(step)))
    with transaction():
        release = _draft_of(step)
        if step.kind != "quiz":
            raise NotAQuiz
        _must_be_whole(question)
        _append(release, step, question)
        happened(release, "question_added", by_id=by.person_id, at=at)


def drop_question(step: Step, question_id: str, *, by: Actor, at: datetime) -> None:
    """Take one question out of a draft's quiz. Raises NotADraft, LastQuestionStays."""
    require(policies.may_author(by, _owner_of(step)))
    with transaction():
        release = _draft_of(step)
        definition = deepcopy(step.definition)
        left = [question for question in definition.get("questions", []) if question["id"] != question_id]
        if not left:
            raise LastQuestionStays
        step.definition = {**definition, "questions": left}
        db.session.flush()
        happened(release, "question_dropped", by_id=by.person_id, at=at)


def drop_quiz(step: Step, *, by: Actor, at: datetime) -> None:
    """Take a quiz out of a draft. Raises NotADraft, NotAQuiz."""
    require(policies.may_author(by, _owner_of(step)))
    with transaction():
        release = _draft_of(step)
        if step.kind != "quiz":
            raise NotAQuiz
        db.session.execute(
            sa.update(Step).where(Step.release_id == release.id, Step.position > step.position).values(position=Step.position - 1)
        )
        db.session.execute(sa.delete(Step).where(Step.id == step.id))
        happened(release, "quiz_dropped", by_id=by.person_id, at=at)


def _owner_of(step: Step) -> int:
    release = db.session.get_one(Release, step.release_id)
    return db.session.get_one(Course, release.course_id).organisation_id


def _draft_of(step: Step) -> Release:
    release = db.session.get_one(Release, step.release_id)
    lock(release)
    if release.state != "draft":
        raise NotADraft
    db.session.refresh(step)
    return release


def _must_be_whole(question: NewQuestion) -> None:
    known = range(len(question.choices))
    whole = (
        question.prompt.strip() and 2 <= len(question.choices) <= MOST_CHOICES and all(each.strip() for each in question.choices)
    )
    if not (whole and question.right and all(n in known for n in question.right)):
        raise QuestionIncomplete


def _free_key(release_id: int, near: str) -> str:
    taken = set(db.session.execute(sa.select(Step.key).where(Step.release_id == release_id)).scalars())
    return next(key for n in range(1, len(taken) + 2) if (key := f"{near[:100]}-quiz-{n}") not in taken)


def _append(release: Release, step: Step, question: NewQuestion) -> None:
    definition = deepcopy(step.definition)
    ids = {each["id"] for each in definition["questions"]}
    key = next(name for n in range(1, len(ids) + 2) if (name := f"q{n}") not in ids)
    choices: list[dict[str, Any]] = [
        {"id": chr(ord("a") + n), "correct": n in question.right} for n in range(len(question.choices))
    ]
    kind = "single" if len(question.right) == 1 else "multiple"
    definition["questions"].append({"id": key, "kind": kind, "points": 1, "choices": choices})
    step.definition = definition
    said = {f"{key}.prompt": question.prompt.strip(), f"{key}.explanation": question.explanation.strip()}
    said |= {f"{key}.{choice['id']}.text": words.strip() for choice, words in zip(choices, question.choices, strict=True)}
    for text in _texts_of(step.id):
        text.texts = {**text.texts, **{name: words for name, words in said.items() if words}}
        rendered = preview_text(release, text, text.source, text.texts)
        text.html, text.texts_html = rendered.html, rendered.texts_html
    db.session.flush()


def _texts_of(step_id: int) -> Sequence[StepText]:
    return db.session.execute(sa.select(StepText).where(StepText.step_id == step_id).order_by(StepText.locale)).scalars().all()
