"""The content of a release: its outline, one step, its files."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from coursehub.catalog.models import Asset, Lesson, LessonText, Phase, PhaseText, Release, ReleaseText, Step, StepText
from coursehub.db import db, look
from coursehub.kept import Kept

STEP_LINK = "/-/step/"
ASSET_LINK = "/-/asset/"


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What must be known of a release to read its content. `public_id` names it in any database; a frozen one stays as it is."""

    id: int
    public_id: str
    version: str
    languages: tuple[str, ...]
    is_frozen: bool

    def locale_for(self, wanted: str) -> str:
        """The language a reader gets: the wanted one, or else the original."""
        return wanted if wanted in self.languages else self.languages[0]


RELEASE_FACTS = (
    Release.id.label("release_id"), Release.public_id.label("release_public_id"),
    Release.version, Release.languages, Release.frozen_at,
)  # fmt: skip
"""Columns from which `facts_of` makes them; other rooms put them into statements of their own."""


def facts_of(row: Any) -> ReleaseFacts:
    """The facts from a row with RELEASE_FACTS."""
    return ReleaseFacts(row.release_id, row.release_public_id, row.version, tuple(row.languages), row.frozen_at is not None)


_FACTS = sa.select(*RELEASE_FACTS).where(Release.id == sa.bindparam("release_id"))


def release_facts(release_id: int) -> ReleaseFacts:
    """The facts of one release, which must exist."""
    return facts_of(look(_FACTS, {"release_id": release_id}).one())


@dataclass(frozen=True)
class OutlineStep:
    """A step as the outline shows it."""

    id: int
    key: str
    kind: str
    title: str
    rule: str
    """What counts as done: read, watched or passed."""


@dataclass(frozen=True)
class OutlineLesson:
    """A lesson with its steps."""

    id: int
    key: str
    title: str
    summary: str
    minutes: int
    is_preview: bool
    steps: list[OutlineStep]


@dataclass(frozen=True)
class OutlinePhase:
    """A phase with its lessons."""

    id: int
    key: str
    title: str
    lessons: list[OutlineLesson]


@dataclass(frozen=True)
class Outline:
    """A release's tree in one language."""

    release_id: int
    locale: str
    title: str
    summary: str
    outcomes: list[str]
    phases: list[OutlinePhase]

    @cached_property
    def lessons(self) -> list[OutlineLesson]:
        """All lessons in order."""
        return [lesson for phase in self.phases for lesson in phase.lessons]

    @cached_property
    def steps(self) -> list[OutlineStep]:
        """All steps in order."""
        return [step for lesson in self.lessons for step in lesson.steps]

    @property
    def minutes(self) -> int:
        """How long the whole takes, by the author's estimate."""
        return sum(lesson.minutes for lesson in self.lessons)

    def lesson_of(self, step_key: str) -> OutlineLesson | None:
        """The lesson that holds a step."""
        return next((lesson for lesson in self.lessons if any(s.key == step_key for s in lesson.steps)), None)


@dataclass(frozen=True)
class StepView:
    """One step in one language. `definition` holds answers: never send it to a browser."""

    id: int
    release_id: int
    lesson_id: int
    lesson_key: str
    is_preview: bool
    position: int
    key: str
    kind: str
    definition: dict[str, Any]
    acceptance: dict[str, Any]
    locale: str
    title: str
    source: str
    html: str
    texts: dict[str, str]
    texts_html: dict[str, str]


def locale_of(release: Release, wanted: str) -> str:
    """The language a reader gets: the wanted one, or else the original."""
    return wanted if wanted in release.languages else release.languages[0]


def outline(release_id: int, locale: str) -> Outline:
    """The tree of a release, in the reader's language or else its original."""
    release = db.session.get_one(Release, release_id)
    locale = locale_of(release, locale)
    phases: dict[int, OutlinePhase] = {}
    lessons: dict[int, OutlineLesson] = {}
    for phase in db.session.execute(
        sa.select(Phase.id, Phase.key, PhaseText.title)
        .join(PhaseText, sa.and_(PhaseText.phase_id == Phase.id, PhaseText.locale == locale))
        .where(Phase.release_id == release_id)
        .order_by(Phase.position)
    ):
        phases[phase.id] = OutlinePhase(phase.id, phase.key, phase.title, [])
    for lesson in db.session.execute(
        sa.select(Lesson.id, Lesson.key, Lesson.phase_id, Lesson.minutes, Lesson.is_preview, LessonText.title, LessonText.summary)
        .join(LessonText, sa.and_(LessonText.lesson_id == Lesson.id, LessonText.locale == locale))
        .where(Lesson.release_id == release_id)
        .order_by(Lesson.position)
    ):
        lessons[lesson.id] = OutlineLesson(
            lesson.id, lesson.key, lesson.title, lesson.summary, lesson.minutes, lesson.is_preview, []
        )
        phases[lesson.phase_id].lessons.append(lessons[lesson.id])
    for step in db.session.execute(
        sa.select(Step.id, Step.key, Step.kind, Step.lesson_id, Step.acceptance, StepText.title)
        .join(StepText, sa.and_(StepText.step_id == Step.id, StepText.locale == locale))
        .where(Step.release_id == release_id)
        .order_by(Step.position)
    ):
        rule = str(step.acceptance.get("rule", "read"))
        lessons[step.lesson_id].steps.append(OutlineStep(step.id, step.key, step.kind, step.title, rule))
    text = db.session.get_one(ReleaseText, (release_id, locale))
    return Outline(release_id, locale, text.title, text.summary, list(text.outcomes), list(phases.values()))


def _step_views(locale: str | sa.BindParameter[Any]) -> sa.Select[Any]:
    return (
        sa.select(
            Step.id,
            Step.release_id,
            Step.lesson_id,
            Lesson.key.label("lesson_key"),
            Lesson.is_preview,
            Step.position,
            Step.key,
            Step.kind,
            Step.definition,
            Step.acceptance,
            StepText.locale,
            StepText.title,
            StepText.source,
            StepText.html,
            StepText.texts,
            StepText.texts_html,
        )
        .join(Lesson, Lesson.id == Step.lesson_id)
        .join(StepText, sa.and_(StepText.step_id == Step.id, StepText.locale == locale))
    )


# A lesson page asks it, so it is put together once.
_STEP_VIEW = _step_views(sa.bindparam("locale")).where(
    Step.release_id == sa.bindparam("release_id"), Step.key == sa.bindparam("key")
)


def step_for(release_id: int, key: str, locale: str) -> StepView | None:
    """One step by its key, in the reader's language or else the original."""
    return step_of(release_facts(release_id), key, locale)


def step_of(release: ReleaseFacts, key: str, locale: str) -> StepView | None:
    """The same of a release that is known already. A step of a frozen release is read once and kept."""
    spoken = release.locale_for(locale)
    if not release.is_frozen:
        return _read_step(release.id, key, spoken)
    return _kept_steps.get((release.public_id, key, spoken), lambda: _read_step(release.id, key, spoken))


_kept_steps: Kept[StepView | None] = Kept(256)


def _read_step(release_id: int, key: str, locale: str) -> StepView | None:
    row = look(_STEP_VIEW, {"locale": locale, "release_id": release_id, "key": key}).one_or_none()
    return StepView(**row._mapping) if row else None


def steps_of(release_id: int, locale: str) -> list[StepView]:
    """All steps of a release in order, whole, in one language."""
    release = db.session.get_one(Release, release_id)
    every = _step_views(locale_of(release, locale)).where(Step.release_id == release_id).order_by(Step.position)
    return [StepView(**row._mapping) for row in db.session.execute(every)]


def placed(html: str, *, steps: str, assets: str) -> str:
    """Stored HTML with its inner links made whole for one place.

    steps, assets: the address before a step's key and before a file's path, without
    the last slash, for example `/learn/abc` and `/learn/abc/assets`.
    """
    return html.replace(f'"{STEP_LINK}', f'"{steps}/').replace(f'"{ASSET_LINK}', f'"{assets}/')


def asset_for(release_id: int, path: str) -> Asset | None:
    """A file of a release by its path; who may have it is the caller's question (`is_public`: everybody)."""
    return db.session.execute(sa.select(Asset).where(Asset.release_id == release_id, Asset.path == path)).scalar_one_or_none()
