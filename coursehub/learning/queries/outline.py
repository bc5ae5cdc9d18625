"""The outline of a release: what stands left of every lesson. Immutable, so kept in memory."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from coursehub.catalog.models import Lesson, LessonText, Phase, PhaseText, ReleaseText, Step, StepText
from coursehub.catalog.queries import ReleaseFacts, release_facts
from coursehub.db import db
from coursehub.kept import Kept

GRADED = ("quiz", "code")
KEPT = 256
"""How many outlines a process keeps in memory."""


@dataclass(frozen=True)
class OutlineStep:
    """One step as the outline lists it. `rule` is how it is accepted: read, watched, passed, or "" if it does not count."""

    id: int
    key: str
    kind: str
    rule: str
    title: str
    lesson_key: str
    lesson_title: str
    is_preview: bool


@dataclass(frozen=True)
class OutlineLesson:
    """One lesson and its steps."""

    key: str
    title: str
    summary: str
    minutes: int
    is_preview: bool
    steps: tuple[OutlineStep, ...]


@dataclass(frozen=True)
class OutlinePhase:
    """One phase and its lessons."""

    key: str
    title: str
    lessons: tuple[OutlineLesson, ...]


@dataclass(frozen=True)
class Outline:
    """The whole tree of a release in one language."""

    release_id: int
    version: str
    locale: str
    languages: tuple[str, ...]
    title: str
    phases: tuple[OutlinePhase, ...]

    @cached_property
    def lessons(self) -> tuple[OutlineLesson, ...]:
        """All lessons in reading order."""
        return tuple(lesson for phase in self.phases for lesson in phase.lessons)

    @cached_property
    def steps(self) -> tuple[OutlineStep, ...]:
        """All steps in reading order."""
        return tuple(step for lesson in self.lessons for step in lesson.steps)

    @cached_property
    def by_key(self) -> dict[str, OutlineStep]:
        """Steps by their stable key."""
        return {step.key: step for step in self.steps}

    @cached_property
    def counted(self) -> frozenset[str]:
        """The keys of the steps that must be accepted to complete the course."""
        return frozenset(step.key for step in self.steps if step.rule)

    @cached_property
    def graded(self) -> int:
        """How many of them are judged by us: quizzes and exercises that must be passed."""
        return sum(step.rule == "passed" and step.kind in GRADED for step in self.steps)

    def around(self, key: str) -> tuple[OutlineStep | None, OutlineStep | None]:
        """The steps before and after one."""
        keys = [step.key for step in self.steps]
        at = keys.index(key)
        return (self.steps[at - 1] if at else None, self.steps[at + 1] if at + 1 < len(keys) else None)

    def lesson_of(self, key: str) -> OutlineLesson:
        """The lesson that holds a step."""
        lesson_key = self.by_key[key].lesson_key
        return next(lesson for lesson in self.lessons if lesson.key == lesson_key)

    def minutes_left(self, done: set[str]) -> int:
        """The minutes of lessons that still have an open step."""
        return sum(lesson.minutes for lesson in self.lessons if any(step.rule and step.key not in done for step in lesson.steps))


_kept: Kept[Outline] = Kept(KEPT)


def outline(release_id: int, locale: str) -> Outline:
    """The outline of a release in a language it has, else in its original one."""
    return outline_of(release_facts(release_id), locale)


def outline_of(release: ReleaseFacts, locale: str) -> Outline:
    """The same of a release that is known already.

    A frozen release never changes, so its outline is read once per process;
    a draft is read each time.
    """
    spoken = release.locale_for(locale)
    if not release.is_frozen:
        return _read(release.id, release.version, release.languages, spoken)
    return _kept.get((release.public_id, spoken), lambda: _read(release.id, release.version, release.languages, spoken))


def _read(release_id: int, version: str, languages: tuple[str, ...], locale: str) -> Outline:
    title = db.session.execute(
        sa.select(ReleaseText.title).where(ReleaseText.release_id == release_id, ReleaseText.locale == locale)
    ).scalar_one_or_none()
    steps = _steps_by_lesson(release_id, locale)
    lessons: dict[int, list[OutlineLesson]] = {}
    for row in _lesson_rows(release_id, locale):
        own = tuple(
            OutlineStep(
                id=step.id, key=step.key, kind=step.kind, rule=rule_of(step.acceptance), title=step.title or step.key,
                lesson_key=row.key, lesson_title=row.title or row.key, is_preview=row.is_preview,
            )
            for step in steps.get(row.id, ())
        )  # fmt: skip
        lesson = OutlineLesson(row.key, row.title or row.key, row.summary or "", row.minutes, row.is_preview, own)
        lessons.setdefault(row.phase_id, []).append(lesson)
    phases = tuple(
        OutlinePhase(row.key, row.title or row.key, tuple(lessons.get(row.id, ()))) for row in _phase_rows(release_id, locale)
    )
    return Outline(release_id, version, locale, languages, title or "", phases)


def rule_of(acceptance: dict[str, Any] | None) -> str:
    """How a step is accepted; "" when it does not count towards completion."""
    rule = str((acceptance or {}).get("rule") or "read")
    return rule if rule in ("read", "watched", "passed") else ""


def _phase_rows(release_id: int, locale: str) -> list[sa.Row[Any]]:
    text = sa.and_(PhaseText.phase_id == Phase.id, PhaseText.locale == locale)
    found = sa.select(Phase.id, Phase.key, PhaseText.title).outerjoin(PhaseText, text)
    return list(db.session.execute(found.where(Phase.release_id == release_id).order_by(Phase.position, Phase.id)))


def _lesson_rows(release_id: int, locale: str) -> list[sa.Row[Any]]:
    text = sa.and_(LessonText.lesson_id == Lesson.id, LessonText.locale == locale)
    found = sa.select(
        Lesson.id, Lesson.phase_id, Lesson.key, Lesson.minutes, Lesson.is_preview, LessonText.title, LessonText.summary
    ).outerjoin(LessonText, text)
    return list(db.session.execute(found.where(Lesson.release_id == release_id).order_by(Lesson.position, Lesson.id)))


def _steps_by_lesson(release_id: int, locale: str) -> dict[int, list[sa.Row[Any]]]:
    text = sa.and_(StepText.step_id == Step.id, StepText.locale == locale)
    found = sa.select(Step.id, Step.lesson_id, Step.key, Step.kind, Step.acceptance, StepText.title).outerjoin(StepText, text)
    by_lesson: dict[int, list[sa.Row[Any]]] = {}
    for row in db.session.execute(found.where(Step.release_id == release_id).order_by(Step.position, Step.id)):
        by_lesson.setdefault(row.lesson_id, []).append(row)
    return by_lesson
