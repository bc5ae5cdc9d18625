"""From a course's Markdown to stored HTML: where inner links lead, and what the report says of them.

Stored HTML is free of places: links to steps and files begin with the two prefixes of
`queries.content`, and `placed` makes them whole for the page they are shown on.
"""

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from coursehub import text
from coursehub.catalog.importers.opening import IMAGE_TYPES, joined
from coursehub.catalog.queries.content import ASSET_LINK, STEP_LINK
from coursehub.catalog.report import Remark
from coursehub.catalog.source import CourseSource, StepSource

_DATA_TYPES = (
    ".csv", ".tsv", ".json", ".jsonl", ".txt", ".xml", ".yaml", ".yml", ".toml", ".py", ".sh", ".sql", ".r",
    ".xlsx", ".zip", ".pdf", ".db", ".sqlite", ".parquet", ".dat",
)  # fmt: skip
_PAGE_ENDINGS = ("", ".md", ".ipynb", ".html", ".rst", ".Rmd")
_DATA_FOLDERS = {"data", "files", "code", "assets", "starter", "datasets"}


@dataclass(frozen=True)
class Places:
    """What inner links of a release may lead to."""

    pages: Mapping[str, str]
    labels: Mapping[str, str]
    assets: frozenset[str]
    roots: tuple[str, ...] = ()

    def resolver(self, page: str) -> Callable[[str], str | None]:
        """Answers for one document where a target leads."""
        folder = posixpath.dirname(page)

        def resolve(target: str) -> str | None:
            if target.startswith("ref:"):
                key = self.labels.get(target[4:])
                return f"{STEP_LINK}{key}#t-{quote(target[4:])}" if key else None
            path, _hash, fragment = target.partition("#")
            step = self._step(folder, path.partition("?")[0])
            if step:
                return f"{STEP_LINK}{step}" + (f"#{self._fragment(step, fragment)}" if fragment else "")
            asset = self._asset(folder, path)
            return f"{ASSET_LINK}{quote(asset)}" if asset else None

        return resolve

    def _step(self, folder: str, path: str) -> str | None:
        for start in (joined(folder, path), joined("", path)):
            for name in (start, f"{start}/README", f"{start}/index"):
                for ending in _PAGE_ENDINGS:
                    if name + ending in self.pages:
                        return self.pages[name + ending]
        return None

    def _asset(self, folder: str, path: str) -> str | None:
        for candidate in (joined(folder, path), joined("", path), *(joined(root, path) for root in self.roots)):
            if candidate in self.assets:
                return candidate
        return None

    def _fragment(self, step: str, fragment: str) -> str:
        return f"t-{fragment}" if self.labels.get(fragment) == step else f"h-{text.slug(fragment)}"


@dataclass
class RenderedText:
    """One step's HTML in one language, and what was met."""

    html: str = ""
    texts_html: dict[str, str] = field(default_factory=dict)
    links: list[text.Link] = field(default_factory=list)
    images: list[text.Image] = field(default_factory=list)
    problems: list[text.Problem] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)


def render_text(places: Places, page: str, locale: str, markdown: str, texts: Mapping[str, str]) -> RenderedText:
    """One step's Markdown and short strings in one language, as HTML."""
    resolve = places.resolver(page)
    whole = text.render(markdown, resolve=resolve, locale=locale)
    done = RenderedText(whole.html, {}, list(whole.links), list(whole.images), list(whole.problems))
    done.anchors = {heading.id for heading in whole.headings} | {f"t-{label}" for label in whole.labels}
    for name, said in texts.items():
        short = text.render_inline(said, resolve=resolve, locale=locale)
        done.texts_html[name] = short.html
        done.links += short.links
        done.images += short.images
        done.problems += short.problems
    return done


Rendering = dict[tuple[str, str], RenderedText]


def render_course(source: CourseSource, progress: Callable[[int, int], None] | None = None) -> Rendering:
    """Every text of a course as HTML; completes the report and leaves only the files that are used."""
    places = Places(source.pages, source.labels, frozenset(source.assets), tuple(source.roots))
    work = [(step, locale) for step in source.steps for locale in source.languages]
    done: Rendering = {}
    for n, (step, locale) in enumerate(work, 1):
        if progress:
            progress(n, len(work))
        page = step.pages.get(locale, f"steps/{step.key}/{locale}.md")
        done[step.key, locale] = render_text(places, page, locale, step.markdown.get(locale, ""), step.texts.get(locale, {}))
    _report_links(source, done)
    _settle_assets(source, done)
    source.report.made = {
        "phases": len(source.phases),
        "lessons": len(source.lessons),
        "steps": len(source.steps),
        "languages": len(source.languages),
        "files": len(source.assets),
    }
    return done


def _page_of(step: StepSource, locale: str) -> str:
    return step.pages.get(locale) or f"steps/{step.key}"


def _report_links(source: CourseSource, done: Rendering) -> None:
    report = source.report
    for step in source.steps:
        for locale in source.languages:
            rendered, page = done[step.key, locale], _page_of(step, locale)
            for link in rendered.links:
                if link.is_external:
                    report.links["outside"] += 1
                elif link.address is None or _leads_nowhere(link.address, locale, done):
                    report.links["broken"] += 1
                    report.broken_links.append(Remark(page, "broken_link", link.target))
                else:
                    report.links["inside"] += 1
            for image in rendered.images:
                if not image.alt.strip():
                    report.missing_alt.append(Remark(page, "missing_alt", image.target))
            for problem in rendered.problems:
                if problem.kind == "broken_image":
                    report.links["broken"] += 1
                    report.broken_links.append(Remark(page, "broken_image", problem.detail))
                elif problem.kind != "broken_link":
                    report.remark(page, problem.kind, problem.detail)


def _leads_nowhere(address: str, locale: str, done: Rendering) -> bool:
    """Whether a link to a part of another page names a part that page does not have."""
    if not address.startswith(STEP_LINK) or "#" not in address:
        return False
    key, _hash, fragment = address.removeprefix(STEP_LINK).partition("#")
    target = done.get((key, locale))
    return target is None or fragment not in {quote(anchor) for anchor in target.anchors} | target.anchors


def _settle_assets(source: CourseSource, done: Rendering) -> None:
    """Keep the files that a page uses, and data that learners may need; the rest is dropped with its reason."""
    used: set[str] = set()
    for rendered in done.values():
        addresses = [link.address for link in rendered.links if link.address] + [image.address for image in rendered.images]
        used |= {unquote(a.removeprefix(ASSET_LINK)) for a in addresses if a.startswith(ASSET_LINK)}
    for step in source.steps:
        used |= {path for path in (step.definition.get("video"), step.definition.get("poster")) if path}
        used |= set((step.definition.get("captions") or {}).values())
    for path, asset in list(source.assets.items()):
        if asset.data is not None:
            continue
        if path in used:
            source.report.settle(path, "kept", "image" if path.lower().endswith(IMAGE_TYPES) else "file")
        elif path.lower().endswith(_DATA_TYPES) and _DATA_FOLDERS & set(path.split("/")[:-1]):
            source.report.settle(path, "kept", "data")
        else:
            source.report.settle(path, "dropped", "not_used")
            del source.assets[path]
