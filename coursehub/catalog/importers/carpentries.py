"""Carpentries lessons: `config.yaml`, `episodes/`, fenced divs, notes for learners and teachers.

Every episode becomes a lesson of one step. The pages for learners (glossary, setup)
become a last phase, since episodes link to them; those for teachers are reported and
left out.
"""

import posixpath
import re
from typing import Any

from coursehub.catalog.importers.divs import KINDS, convert_page
from coursehub.catalog.importers.opening import (
    Opened,
    front_matter,
    is_stub,
    key_of,
    known_locale,
    labels_in,
    licence_in,
    locale_of_text,
    plain_title,
    slug_of,
    split_title,
    version_of,
)
from coursehub.catalog.report import Remark
from coursehub.catalog.source import CourseSource, LessonSource, PhaseSource, StepSource

_PAGES = (".md", ".Rmd", ".rmd")
_OBJECTIVES = re.compile(r":{3,}\s*\{?\.?objectives\}?\s*:*\s*\n(.*?)\n\s*:{3,}", re.DOTALL)
_TITLES = {"learners": {"en": "For learners", "zh-CN": "学员资料"}, "overview": {"en": "Overview", "zh-CN": "概览"}}


def knows(opened: Opened) -> bool:
    """Whether the package is a Carpentries lesson."""
    return opened.has("config.yaml") and any(name.startswith("episodes/") for name in opened.names)


def read(opened: Opened) -> CourseSource:
    """The lesson as a course."""
    config = opened.yaml("config.yaml")
    config = config if isinstance(config, dict) else {}
    opened.report.settle("config.yaml", "converted", "course_facts")
    episodes = _ordered(opened, config, "episodes")
    sample = "".join(opened.text(name)[:4000] for name in episodes[:4])
    locale = known_locale(config.get("lang")) or locale_of_text(sample)
    title = str(config.get("title") or "Lesson")
    source = CourseSource(
        format="carpentries",
        slug=slug_of(str(config.get("source") or "").rstrip("/").rsplit("/", 1)[-1], title, "lesson"),
        version=version_of(config.get("version") or "1.0.0"),
        languages=[locale],
        titles={locale: title[:200]},
        licence=licence_in(str(config.get("license") or "")) or opened.licence(),
        teachers=[str(config["contact"])] if config.get("contact") and "@" not in str(config["contact"]) else [],
    )
    source.roots = ["episodes"]  # the built site is flat: fig/, data/ and files/ lie beside every page
    reader = _LessonReader(opened, source, locale)
    if opened.has("index.md"):
        source.summaries[locale] = _first_paragraph(front_matter(opened.text("index.md"))[1])
        reader.phase("overview", _TITLES["overview"][locale], ["index.md"])
    reader.phase("episodes", title, episodes)
    reader.phase("learners", _TITLES["learners"][locale], _ordered(opened, config, "learners"))
    source.outcomes[locale] = reader.outcomes[:12]
    for folder in ("instructors/", "profiles/"):
        for name in opened.below(folder):
            opened.report.settle(name, "dropped", "for_teachers")
            opened.report.remark(name, "for_teachers")
    return source


def _ordered(opened: Opened, config: dict[str, Any], folder: str) -> list[str]:
    """The pages of a folder in the order the configuration gives, or all of them by name."""
    said = config.get(folder)
    if isinstance(said, list) and said:
        found = []
        for entry in said:
            name = f"{folder}/{entry}"
            if opened.has(name):
                found.append(name)
            else:
                opened.report.remark("config.yaml", "missing_page", name)
        return found
    return sorted(name for name in opened.below(f"{folder}/") if name.endswith(_PAGES) and name.count("/") == 1)


def _first_paragraph(markdown: str) -> str:
    """The first paragraph as plain words, for the course's summary."""
    for block in re.split(r"\n\s*\n", markdown.strip()):
        if block and not block.lstrip().startswith(("#", "!", ":", "-", "|", "<", "{", "`")):
            return plain_title(" ".join(block.split()).replace("**", ""))
    return ""


class _LessonReader:
    """Reads pages one after another into phases."""

    def __init__(self, opened: Opened, source: CourseSource, locale: str) -> None:
        self._opened = opened
        self._source = source
        self._locale = locale
        self._taken: set[str] = set()
        self.outcomes: list[str] = []

    def phase(self, key: str, title: str, names: list[str]) -> None:
        """One phase with a lesson for each page."""
        phase = PhaseSource(key, {self._locale: title[:200]})
        phase.lessons = [self._lesson(name) for name in names]
        if phase.lessons:
            self._source.phases.append(phase)

    def _lesson(self, name: str) -> LessonSource:
        report = self._opened.report
        head, body = front_matter(self._opened.text(name))
        title = plain_title(str(head.get("title") or "")) or ""
        stem = posixpath.basename(name).rsplit(".", 1)[0]
        fallback = _TITLES["overview"][self._locale] if name == "index.md" else stem.replace("-", " ").capitalize()
        found, body = split_title(body, fallback)
        if match := _OBJECTIVES.search(body):
            self.outcomes += [plain_title(line) for line in re.findall(r"(?m)^[-*]\s+(.+)$", match[1])][:2]
        page = convert_page(body)
        self._note(name, page.kinds, page.teacher_notes, page.unclosed)
        if page.error_blocks:
            report.expected_errors.append(Remark(name, "expected_error", str(page.error_blocks)))
        report.settle(name, "converted", "page")
        if is_stub(page.markdown):
            report.stubs.append(name)
        key = key_of(name.removeprefix("episodes/") if name != "index.md" else "overview.md", self._taken)
        self._link_names(name, key, page.markdown)
        titles = {self._locale: (title or found)[:200]}
        step = StepSource(key, "text", dict(titles), {self._locale: page.markdown}, {self._locale: name})
        return LessonSource(key, titles, minutes=_number(head, "teaching") + _number(head, "exercises"), steps=[step])

    def _note(self, name: str, kinds: dict[str, int], notes: int, unclosed: int) -> None:
        report = self._opened.report
        for kind, count in kinds.items():
            report.remark(name, "box" if kind in KINDS else "unknown_box", f"{kind} × {count}")
        if notes:
            report.remark(name, "teacher_notes", str(notes))
        if unclosed:
            report.remark(name, "unclosed_box", str(unclosed))

    def _link_names(self, name: str, key: str, markdown: str) -> None:
        """The names under which other pages may link to this one: the file, and the page the old site made of it."""
        stem = name.rsplit(".", 1)[0]
        for alias in (name, f"{stem}.html", f"{posixpath.basename(stem)}.html"):
            self._source.pages.setdefault(alias, key)
        for label in labels_in(markdown):
            self._source.labels.setdefault(label, key)


def _number(head: dict[str, Any], name: str) -> int:
    value = head.get(name)
    return min(value, 600) if isinstance(value, int) and value > 0 else 0
