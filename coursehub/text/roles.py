"""MyST roles: {math}`x`, {doc}`page`, {ref}`label` and their kin."""

import re
from collections.abc import Callable
from html import escape
from urllib.parse import quote

from coursehub.text.links import DOC, REF
from coursehub.text.notes import Notes

_TITLED = re.compile(r"\s*(?P<title>.+?)\s*<(?P<target>[^<>]+)>\s*", re.DOTALL)
_TAGS = {
    "code": "code", "literal": "code", "file": "code", "program": "code", "command": "code", "kbd": "kbd", "sub": "sub",
    "subscript": "sub", "sup": "sup", "superscript": "sup", "strong": "strong", "emphasis": "em", "term": "em",
    "dfn": "dfn", "guilabel": "strong", "menuselection": "strong", "title": "cite", "samp": "samp", "index": "span",
}  # fmt: skip


def draw(name: str, content: str, notes: Notes, math: Callable[[str], str]) -> str:
    """One role as HTML. An unknown one stays as code and is noted."""
    name = name.lower()
    if name in ("math", "eq:math"):
        return math(content)
    if name in ("doc", "download"):
        return _link(content, DOC, notes)
    if name in ("ref", "numref", "eq", "any", "prf:ref"):
        return _link(content, REF, notes)
    if name == "target":
        return _target(content, notes)
    if name in ("abbr", "abbreviation"):
        short, _, long = content.partition("(")
        return f'<abbr title="{escape(long.rstrip(") "))}">{escape(short.strip())}</abbr>'
    if name.startswith(("py:", "c:", "cpp:", "js:")):
        return f"<code>{escape(content.lstrip('~'))}</code>"
    tag = _TAGS.get(name)
    if tag is None:
        notes.note("unknown_role", f"{{{name}}}`{content}`")
        return f"<code>{escape(content)}</code>"
    return f"<{tag}>{escape(content)}</{tag}>"


def _link(content: str, prefix: str, notes: Notes) -> str:
    titled = _TITLED.fullmatch(content)
    target = (titled["target"] if titled else content).strip()
    words = titled["title"] if titled else notes.title_of(target if prefix == DOC else f"ref:{target}") or target
    return f'<a href="{prefix}{escape(quote(target, safe="/#."))}">{escape(words)}</a>'


def _target(content: str, notes: Notes) -> str:
    """A place inside a sentence that links can lead to: {target}`words <label>`."""
    titled = _TITLED.fullmatch(content)
    label = (titled["target"] if titled else content).strip()
    notes.labels[label] = label
    return f'<span id="t-{escape(label)}">{escape(titled["title"] if titled else content)}</span>'
