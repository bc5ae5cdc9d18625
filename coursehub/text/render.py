"""The one road from Markdown to HTML: parse, draw, place links, clean."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html import escape, unescape
from typing import Any

from markdown_it import MarkdownIt
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from coursehub.text import draw
from coursehub.text.clean import clean
from coursehub.text.links import Placer
from coursehub.text.notes import Heading, Image, Link, Notes, Problem

Resolve = Callable[[str], str | None]


@dataclass(frozen=True)
class Rendered:
    """Safe HTML, and what was met on the way."""

    html: str
    headings: list[Heading] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": True, "maxNesting": 40}).enable(["table", "strikethrough"])
    md.use(front_matter_plugin).use(footnote_plugin).use(deflist_plugin).use(tasklists_plugin, enabled=False)
    md.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    md.use(myst_role_plugin).use(myst_block_plugin).use(colon_fence_plugin)
    md.use(attrs_plugin, after=("image",), allowed=("alt", "width", "height"))
    draw.install(md)
    return md


def _no_title(_target: str) -> str | None:
    return None


def render(
    markdown: str,
    *,
    resolve: Resolve,
    locale: str = "zh-CN",
    title_of: Resolve = _no_title,
    top_level: int = 2,
) -> Rendered:
    """Markdown as safe HTML.

    resolve:   gets every relative target as written (`pages/a.md#part`, `img/x.png`, also
               `ref:label` for MyST labels of other pages); answers an address, or None if broken.
    locale:    the language of the text, for words such as "Note" that we add.
    title_of:  the title of a page that a link names without words of its own.
    top_level: the level of the highest heading; the page around has its own h1.
    """
    notes = Notes(locale=locale, title_of=title_of, top_level=top_level)
    raw = _parser().render(markdown.replace("\x00", "\ufffd"), {"notes": notes})
    return _finish(raw, notes, resolve)


def render_inline(markdown: str, *, resolve: Resolve, locale: str = "zh-CN") -> Rendered:
    """A short string (a choice, a hint): like `render`, but a single paragraph loses its <p>."""
    rendered = render(markdown, resolve=resolve, locale=locale)
    single = re.fullmatch(r"\s*<p>(.*)</p>\s*", rendered.html, re.DOTALL)
    if single and "<p>" not in single.group(1):
        return replace(rendered, html=single.group(1))
    return rendered


_IMG = re.compile(r"<img\b[^>]*>")
_ATTRIBUTE = re.compile(r'\b(src|alt)="([^"]*)"')


def _finish(raw: str, notes: Notes, resolve: Resolve) -> Rendered:
    placer = Placer(notes, resolve)
    html = clean(raw, placer)
    html = _IMG.sub(lambda match: _judge_image(match.group(), placer), html).strip()
    return Rendered(f"{html}\n" if html else "", notes.headings, placer.links, placer.images, notes.problems, list(notes.labels))


def _judge_image(tag: str, placer: Placer) -> str:
    """Keep an image whose address was found; put its words in place of one that was not."""
    found: dict[str, Any] = dict(_ATTRIBUTE.findall(tag))
    alt = unescape(found.get("alt", ""))
    if not found.get("src"):
        target = placer.lost.pop(0) if placer.lost and "src" not in found else ""
        return f'<span class="missing">{found.get("alt") or escape(target.rsplit("/", 1)[-1][:80])}</span>'
    placer.images.append(Image(placer.original_of(unescape(found["src"])), alt, unescape(found["src"])))
    return tag
