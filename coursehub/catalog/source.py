"""A course as an importer hands it over: plain data, no database, nothing rendered yet."""

from dataclasses import dataclass, field
from typing import Any

from coursehub.catalog.report import Report


@dataclass
class AssetSource:
    """A file to keep: by its name in the package, or bytes taken out of a notebook."""

    name: str | None = None
    data: bytes | None = None


@dataclass
class StepSource:
    """One step. `titles`, `markdown`, `pages` and `texts` are keyed by locale.

    `pages` names the document each text came from; relative links start there.
    """

    key: str
    kind: str
    titles: dict[str, str]
    markdown: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    definition: dict[str, Any] = field(default_factory=dict)
    acceptance: dict[str, Any] = field(default_factory=lambda: {"rule": "read"})
    texts: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class LessonSource:
    """A lesson with its steps."""

    key: str
    titles: dict[str, str]
    summaries: dict[str, str] = field(default_factory=dict)
    minutes: int = 0
    is_preview: bool = False
    steps: list[StepSource] = field(default_factory=list)


@dataclass
class PhaseSource:
    """A phase with its lessons."""

    key: str
    titles: dict[str, str]
    lessons: list[LessonSource] = field(default_factory=list)


@dataclass
class SkillSource:
    """A skill the course teaches, up to a level from 1 to 4."""

    code: str
    level: int
    names: dict[str, str] = field(default_factory=dict)


@dataclass
class CourseSource:
    """A whole course. The first of `languages` is the original."""

    format: str
    slug: str
    version: str
    languages: list[str]
    titles: dict[str, str]
    summaries: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, list[str]] = field(default_factory=dict)
    level: str = "beginner"
    licence: str = ""
    teachers: list[str] = field(default_factory=list)
    skills: list[SkillSource] = field(default_factory=list)
    phases: list[PhaseSource] = field(default_factory=list)
    assets: dict[str, AssetSource] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    """Documents of the package by path, and the step each became."""
    labels: dict[str, str] = field(default_factory=dict)
    """MyST labels of the whole package, and the step each stands in."""
    roots: list[str] = field(default_factory=list)
    """Folders of the package whose files every page may name as if they lay beside it."""
    report: Report = field(default_factory=Report)

    @property
    def lessons(self) -> list[LessonSource]:
        """All lessons in order."""
        return [lesson for phase in self.phases for lesson in phase.lessons]

    @property
    def steps(self) -> list[StepSource]:
        """All steps in order."""
        return [step for lesson in self.lessons for step in lesson.steps]
