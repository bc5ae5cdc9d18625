"""Jupyter Books: `_config.yml`, `_toc.yml`, MyST Markdown and notebooks.

Chapters with sections become phases, their sections lessons, deeper pages steps;
a book of plain chapters becomes one phase. A page that holds only a title and has
pages below it lends them its title and is no step.
"""

import posixpath
import re
from dataclasses import dataclass

from coursehub.catalog.importers.notebook import NotebookError, read_notebook
from coursehub.catalog.importers.opening import (
    Opened,
    front_matter,
    is_stub,
    key_of,
    known_locale,
    labels_in,
    level_of,
    licence_in,
    locale_of_text,
    plain_title,
    slug_of,
    split_title,
    version_of,
)
from coursehub.catalog.importers.toc import TocNode, read_toc
from coursehub.catalog.report import Remark
from coursehub.catalog.source import AssetSource, CourseSource, LessonSource, PhaseSource, StepSource

_RAISES = re.compile(r"(?m)^(?::tags:|tags:).*raises-exception")
_WORDS_A_MINUTE = 120
_MINUTES_A_LISTING = 1  # read, typed and tried


@dataclass
class _Page:
    title: str
    markdown: str
    is_stub: bool
    minutes: int


def knows(opened: Opened) -> bool:
    """Whether the package is a Jupyter Book."""
    return opened.has("_toc.yml")


def read(opened: Opened) -> CourseSource:
    """The book as a course."""
    config = opened.yaml("_config.yml") if opened.has("_config.yml") else {}
    config = config if isinstance(config, dict) else {}
    toc = read_toc(opened)
    for name in ("_toc.yml", "_config.yml"):
        if opened.has(name):
            opened.report.settle(name, "converted", "course_facts")
    sphinx = config.get("sphinx", {}) if isinstance(config.get("sphinx"), dict) else {}
    sphinx_config = sphinx.get("config", {}) if isinstance(sphinx.get("config"), dict) else {}
    reader = _BookReader(opened)
    pages = {name: reader.page(name) for name in _files(toc)}
    said = known_locale(config.get("language") or sphinx_config.get("language"))
    locale = said or locale_of_text(str(config.get("title", "")) + "".join(p.markdown for p in pages.values() if p))
    root = pages.get(toc.file) if toc.file else None
    title = str(config.get("title") or "") or (root.title if root else "")
    author = config.get("author")
    source = CourseSource(
        format="jupyter-book",
        slug=slug_of(config.get("name"), title, "course"),
        version=version_of(config.get("version")),
        languages=[locale],
        titles={locale: (title or "Course")[:200]},
        summaries={locale: str(config.get("description") or "")},
        level=level_of(config.get("level")),
        licence=opened.licence() or licence_in(str(config.get("license") or config.get("copyright") or "")),
        teachers=[str(one) for one in (author if isinstance(author, list) else [author]) if one],
    )
    _Builder(opened, source, locale, pages).build(toc)
    source.assets.update(reader.pictures)
    return source


def _files(node: TocNode) -> list[str]:
    return [name for name in [node.file, *[f for child in node.children for f in _files(child)]] if name]


class _BookReader:
    """Reads pages once, whichever their type, and keeps the pictures of notebooks."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self.pictures: dict[str, AssetSource] = {}

    def page(self, name: str) -> _Page | None:
        """A page's title and Markdown; None (and noted) when it cannot be read."""
        report = self._opened.report
        text = self._opened.text(name)
        errors = 0
        if name.endswith(".ipynb"):
            try:
                notebook = read_notebook(text, name)
            except NotebookError:
                report.settle(name, "dropped", "unreadable_notebook")
                report.remark(name, "unreadable_notebook")
                return None
            folder = posixpath.dirname(name)
            for picture, data in notebook.pictures.items():
                self.pictures[posixpath.join(folder, picture)] = AssetSource(data=data)
            text, errors = notebook.markdown, notebook.error_cells
        elif name.endswith(".rst"):
            report.settle(name, "dropped", "unknown_type")
            report.remark(name, "unknown_type", "reStructuredText")
            return None
        head, body = front_matter(text)
        title, body = split_title(body, str(head.get("title") or "") or posixpath.basename(name).rsplit(".", 1)[0])
        errors += len(_RAISES.findall(body))
        if errors:
            report.expected_errors.append(Remark(name, "expected_error", str(errors)))
        return _Page(plain_title(str(head.get("title") or title)), body, is_stub(body), _minutes(body))


def _minutes(markdown: str) -> int:
    words = len(re.findall(r"[A-Za-z0-9_]+", markdown)) + len(re.findall(r"[\u4e00-\u9fff]", markdown)) // 2
    listings = len(re.findall(r"(?m)^```(?:\{code|[a-z])", markdown))
    return max(1, round(words / _WORDS_A_MINUTE) + listings * _MINUTES_A_LISTING)


class _Builder:
    """Turns the tree of pages into phases, lessons and steps."""

    def __init__(self, opened: Opened, source: CourseSource, locale: str, pages: dict[str, _Page | None]) -> None:
        self._report = opened.report
        self._source = source
        self._locale = locale
        self._pages = pages
        self._taken: dict[str, set[str]] = {"phase": set(), "lesson": set(), "step": set()}
        self._placed: set[str] = set()

    def build(self, toc: TocNode) -> None:
        """Fill the source: the root page first, then chapters."""
        chapters = toc.children
        if toc.file and not self._is_title_only(toc):
            chapters = [TocNode(toc.file, toc.title), *chapters]
        elif toc.file:
            self._lend_title(toc.file)
        if any(child.children for child in chapters):
            for chapter in chapters:
                self._phase(chapter)
        else:
            self._flat(chapters)

    def _flat(self, chapters: list[TocNode]) -> None:
        title = self._source.titles[self._locale]
        phase = PhaseSource("all", {self._locale: title})
        phase.lessons = [lesson for chapter in chapters if (lesson := self._lesson(chapter))]
        if phase.lessons:
            self._source.phases.append(phase)

    def _phase(self, chapter: TocNode) -> None:
        phase = PhaseSource(self._key("phase", chapter), {self._locale: self._title(chapter)})
        if chapter.file and self._is_title_only(chapter):
            self._lend_title(chapter.file)
        elif chapter.file and (lesson := self._lesson(TocNode(chapter.file, chapter.title))):
            phase.lessons.append(lesson)
        phase.lessons.extend(lesson for section in chapter.children if (lesson := self._lesson(section)))
        if phase.lessons:
            self._source.phases.append(phase)

    def _lesson(self, section: TocNode) -> LessonSource | None:
        lesson = LessonSource(self._key("lesson", section), {self._locale: self._title(section)})
        if section.file and section.children and self._is_title_only(section):
            self._lend_title(section.file)
            files = []
        else:
            files = [section.file] if section.file else []
        for name in [*files, *[f for child in section.children for f in _files(child)]]:
            step = self._step(name)
            if step:
                lesson.steps.append(step)
                lesson.minutes += self._minutes_of(name)
        return lesson if lesson.steps else None

    def _step(self, name: str) -> StepSource | None:
        page = self._pages.get(name)
        if page is None:
            return None
        if name in self._placed:
            self._report.remark("_toc.yml", "page_twice", name)
            return None
        self._placed.add(name)
        self._report.settle(name, "converted", "notebook" if name.endswith(".ipynb") else "page")
        if page.is_stub:
            self._report.stubs.append(name)
        key = key_of(name, self._taken["step"])
        self._source.pages[name] = key
        for label in labels_in(page.markdown):
            self._source.labels.setdefault(label, key)
        return StepSource(key, "text", {self._locale: page.title}, {self._locale: page.markdown}, {self._locale: name})

    def _minutes_of(self, name: str) -> int:
        page = self._pages.get(name)
        return page.minutes if page else 0

    def _is_title_only(self, node: TocNode) -> bool:
        page = self._pages.get(node.file or "")
        return page is not None and page.is_stub and bool(node.children)

    def _lend_title(self, name: str) -> None:
        self._report.settle(name, "converted", "title_only")

    def _title(self, node: TocNode) -> str:
        page = self._pages.get(node.file or "")
        return (node.title or (page.title if page else "") or self._source.titles[self._locale])[:200]

    def _key(self, kind: str, node: TocNode) -> str:
        return key_of(node.file or f"{node.title or kind}.md", self._taken[kind])
