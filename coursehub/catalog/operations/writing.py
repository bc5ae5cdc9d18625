"""Putting a course's source and its rendering into the tables of a draft."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

import sqlalchemy as sa

from coursehub import storage
from coursehub.archives import Package
from coursehub.catalog.models import (
    Asset,
    Lesson,
    LessonText,
    Phase,
    PhaseText,
    Release,
    ReleaseSkill,
    ReleaseText,
    Skill,
    Step,
    StepText,
)
from coursehub.catalog.queries.content import ASSET_LINK
from coursehub.catalog.rendering import RenderedText, Rendering
from coursehub.catalog.source import CourseSource, LessonSource, StepSource
from coursehub.db import db

MEDIA_TYPES = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
    ".avif": "image/avif", ".svg": "image/svg+xml", ".mp4": "video/mp4", ".webm": "video/webm", ".mp3": "audio/mpeg",
    ".vtt": "text/vtt", ".txt": "text/plain", ".csv": "text/csv", ".tsv": "text/tab-separated-values",
    ".json": "application/json", ".pdf": "application/pdf", ".zip": "application/zip",
}  # fmt: skip


@dataclass(frozen=True)
class StoredFile:
    """A file of the package after it went into storage."""

    key: str
    sha256: str
    bytes: int


class _Pieces:
    """Lets storage read a package's file piece by piece; nothing is held whole."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""
        self.total = 0

    def read(self, size: int = -1) -> bytes:
        while not self._left or size < 0:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._left += piece
        got, self._left = (self._left, b"") if size < 0 else (self._left[:size], self._left[size:])
        self.total += len(got)
        return got


def store_files(
    source: CourseSource, package: Package, progress: Callable[[int, int], None] | None = None
) -> dict[str, StoredFile]:
    """Keep the files of a course in storage, by path. Outside any transaction: content-addressed, so harmless if unused."""
    stored: dict[str, StoredFile] = {}
    for n, (path, asset) in enumerate(source.assets.items(), 1):
        suffix = PurePosixPath(path).suffix.lower()
        suffix = suffix if suffix in MEDIA_TYPES else ".bin"
        pieces = _Pieces(iter([asset.data]) if asset.data is not None else package.chunks(str(asset.name)))
        key = storage.put(pieces, suffix=suffix)  # type: ignore[arg-type]  # it only reads
        stored[path] = StoredFile(key, key.split(".", 1)[0], pieces.total)
        if progress:
            progress(n, len(source.assets))
    return stored


def write_content(release: Release, source: CourseSource, rendering: Rendering, files: dict[str, StoredFile]) -> None:
    """Fill an empty draft with the course. Inside a transaction."""
    _TreeWriter(release, source, rendering).write()
    public = {
        path
        for lesson in source.lessons
        if lesson.is_preview
        for step in lesson.steps
        for path in _used_by(step, source.languages, rendering)
    }
    for path, file in files.items():
        media_type = MEDIA_TYPES.get(PurePosixPath(path).suffix.lower(), "application/octet-stream")
        db.session.add(
            Asset(
                release_id=release.id, path=path[:400], storage_key=file.key, sha256=file.sha256,
                media_type=media_type, bytes=file.bytes, is_public=path in public,
            )
        )  # fmt: skip
    write_skills(release, {skill.code: skill.level for skill in source.skills})
    db.session.flush()


class _TreeWriter:
    """Writes phases, lessons and steps with their texts, in order."""

    def __init__(self, release: Release, source: CourseSource, rendering: Rendering) -> None:
        self._release_id = release.id
        self._source = source
        self._languages = source.languages
        self._rendering = rendering
        self._lessons = 0
        self._steps = 0

    def write(self) -> None:
        """The whole tree."""
        source = self._source
        for locale in self._languages:
            outcomes = source.outcomes.get(locale) or source.outcomes.get(self._languages[0], [])
            db.session.add(
                ReleaseText(
                    release_id=self._release_id, locale=locale, title=self._in(source.titles, locale)[:200],
                    summary=self._in(source.summaries, locale), outcomes=outcomes, search_text="",
                )
            )  # fmt: skip
        for position, phase in enumerate(source.phases, 1):
            row = Phase(release_id=self._release_id, position=position, key=phase.key)
            db.session.add(row)
            db.session.flush()
            for locale in self._languages:
                title = self._in(phase.titles, locale)[:200]
                db.session.add(PhaseText(phase_id=row.id, locale=locale, release_id=self._release_id, title=title))
            for lesson in phase.lessons:
                self._write_lesson(row, lesson)

    def _in(self, words: dict[str, str], locale: str) -> str:
        return words.get(locale) or words.get(self._languages[0], "")

    def _write_lesson(self, phase: Phase, source: LessonSource) -> None:
        self._lessons += 1
        lesson = Lesson(
            release_id=self._release_id, phase_id=phase.id, position=self._lessons, key=source.key,
            minutes=source.minutes, is_preview=source.is_preview,
        )  # fmt: skip
        db.session.add(lesson)
        db.session.flush()
        for locale in self._languages:
            db.session.add(
                LessonText(
                    lesson_id=lesson.id, locale=locale, release_id=self._release_id,
                    title=self._in(source.titles, locale)[:200], summary=self._in(source.summaries, locale),
                )
            )  # fmt: skip
        for step in source.steps:
            self._write_step(lesson, step)

    def _write_step(self, lesson: Lesson, source: StepSource) -> None:
        self._steps += 1
        step = Step(
            release_id=self._release_id, lesson_id=lesson.id, position=self._steps, key=source.key, kind=source.kind,
            definition=source.definition, acceptance=source.acceptance,
        )  # fmt: skip
        db.session.add(step)
        db.session.flush()
        for locale in self._languages:
            spoken = locale if source.markdown.get(locale) or source.texts.get(locale) else self._languages[0]
            rendered: RenderedText = self._rendering[source.key, spoken]
            db.session.add(
                StepText(
                    step_id=step.id, locale=locale, release_id=self._release_id, title=self._in(source.titles, locale)[:200],
                    page=source.pages.get(spoken, f"steps/{source.key}/{spoken}.md"),
                    source=source.markdown.get(spoken, ""), html=rendered.html,
                    texts=source.texts.get(spoken, {}), texts_html=rendered.texts_html,
                )
            )  # fmt: skip


def _used_by(step: StepSource, languages: list[str], rendering: Rendering) -> set[str]:
    """The files that a step shows."""
    used = {path for path in (step.definition.get("video"), step.definition.get("poster")) if path}
    used |= set((step.definition.get("captions") or {}).values())
    for locale in languages:
        rendered = rendering[step.key, locale]
        addresses = [link.address for link in rendered.links if link.address] + [image.address for image in rendered.images]
        used |= {unquote(a.removeprefix(ASSET_LINK)) for a in addresses if a.startswith(ASSET_LINK)}
    return used


def write_skills(release: Release, levels: dict[str, int]) -> None:
    """Replace what a draft teaches; codes that the graph does not know are left out."""
    db.session.execute(sa.delete(ReleaseSkill).where(ReleaseSkill.release_id == release.id))
    known = db.session.execute(sa.select(Skill.id, Skill.code).where(Skill.code.in_(levels))).all()
    for skill_id, code in known:
        db.session.add(ReleaseSkill(release_id=release.id, skill_id=skill_id, level=levels[code]))
