"""The house's own format: `course.toml` and a folder for each step."""

from flask_babel import gettext as _

from coursehub.catalog.importers.fields import Fields, toml
from coursehub.catalog.importers.house_steps import read_step
from coursehub.catalog.importers.opening import Opened, slug_of, version_of
from coursehub.catalog.models import LEVELS, LOCALES
from coursehub.catalog.source import CourseSource, LessonSource, PhaseSource, SkillSource, StepSource

FORMAT = "coursehub-course/1"


def knows(opened: Opened) -> bool:
    """Whether the package is in the house's format."""
    return opened.has("course.toml")


def read(opened: Opened) -> CourseSource:
    """The package as a course.

    Raises CourseUnreadable that names the file and the field.
    """
    facts = toml(opened, "course.toml")
    facts.one_of("format", (FORMAT,))
    languages = facts.words("languages") or ["zh-CN"]
    if not set(languages) <= set(LOCALES) or len(set(languages)) != len(languages):
        Fields({"languages": ",".join(languages)}, "course.toml").one_of("languages", LOCALES)
    opened.report.settle("course.toml", "converted", "course_facts")
    source = CourseSource(
        format=FORMAT,
        slug=slug_of(facts.text("slug")) or facts.key("slug"),
        version=version_of(facts.text("version", "1.0.0")),
        languages=languages,
        titles=facts.by_locale("title", languages, required=True),
        summaries=facts.by_locale("summary", languages),
        outcomes={locale: facts.table("outcomes").words(locale) for locale in languages},
        level=facts.one_of("level", LEVELS, "beginner"),
        licence=facts.text("license", facts.text("licence", "")),
        teachers=facts.words("teachers"),
        skills=[_skill(skill, languages) for skill in facts.tables("skills")],
    )
    reader = _TreeReader(opened, languages)
    source.phases = [reader.phase(phase) for phase in facts.tables("phases")]
    if not source.steps:
        Fields({}, "course.toml").text("phases")
    for step in source.steps:
        for locale in languages:
            if locale in step.pages:
                source.pages[step.pages[locale]] = step.key
        source.pages[f"steps/{step.key}"] = step.key
        source.labels.update(dict.fromkeys(reader.labels.get(step.key, []), step.key))
    return source


def _skill(fields: Fields, languages: list[str]) -> SkillSource:
    return SkillSource(fields.code("code"), fields.whole("level", 1, low=1, high=4), fields.by_locale("name", languages))


class _TreeReader:
    """Reads phases, lessons and steps, and refuses keys used twice."""

    def __init__(self, opened: Opened, languages: list[str]) -> None:
        self._opened = opened
        self._languages = languages
        self._used: set[tuple[str, str]] = set()
        self.labels: dict[str, list[str]] = {}

    def phase(self, fields: Fields) -> PhaseSource:
        """One phase with its lessons."""
        titles = fields.by_locale("title", self._languages, required=True)
        key = self._once("phase", fields, fields.key("id"))
        return PhaseSource(key, titles, [self._lesson(lesson) for lesson in fields.tables("lessons")])

    def _lesson(self, fields: Fields) -> LessonSource:
        return LessonSource(
            self._once("lesson", fields, fields.key("id")),
            fields.by_locale("title", self._languages, required=True),
            fields.by_locale("summary", self._languages),
            fields.whole("minutes", 0, high=6000),
            fields.truth("preview"),
            [self._step(fields, key) for key in fields.words("steps")],
        )

    def _step(self, fields: Fields, key: str) -> StepSource:
        self._once("step", fields, key)
        step, labels = read_step(self._opened, key, self._languages)
        self.labels[key] = labels
        return step

    def _once(self, kind: str, fields: Fields, key: str) -> str:
        Fields({"id": key}, fields.file, fields.where).key("id")
        if (kind, key) in self._used:
            raise fields.complain(_("the id “%(key)s” is used twice.", key=key))
        self._used.add((kind, key))
        return key
