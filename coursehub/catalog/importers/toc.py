"""A Jupyter Book's table of contents, in its several spellings, as one small tree."""

import fnmatch
from dataclasses import dataclass, field
from typing import Any

from coursehub.catalog.importers.opening import PAGE_TYPES, Opened

_DEEPEST = 8


@dataclass
class TocNode:
    """A page of the book (or a part with only a title) and what stands below it."""

    file: str | None
    title: str | None
    children: list["TocNode"] = field(default_factory=list)


def read_toc(opened: Opened) -> TocNode:
    """The book as a tree: the root page, its parts or chapters, their sections.

    Files that the table names but the package lacks are noted as broken and left out.
    """
    toc = opened.yaml("_toc.yml")
    if isinstance(toc, list):  # the first form of Jupyter Book: the first entry is the root
        first = toc[0] if toc and isinstance(toc[0], dict) else {}
        toc = {"root": first.get("file"), "chapters": [*first.get("sections", []), *toc[1:]]}
    if not isinstance(toc, dict):
        toc = {}
    root = TocNode(_found(opened, toc.get("root")), None)
    for part in _entries(toc.get("parts")):
        node = TocNode(None, str(part.get("caption") or part.get("part") or "") or None)
        node.children = _children(opened, part, 1)
        root.children.append(node)
    root.children.extend(_children(opened, toc, 1))
    return root


def _children(opened: Opened, entry: dict[str, Any], depth: int) -> list[TocNode]:
    nodes: list[TocNode] = []
    if depth > _DEEPEST:
        opened.report.remark("_toc.yml", "too_deep", str(entry.get("file", "")))
        return nodes
    for child in [*_entries(entry.get("chapters")), *_entries(entry.get("sections")), *_subtrees(entry)]:
        if "url" in child:
            opened.report.remark("_toc.yml", "outside_link", str(child["url"]))
            continue
        if "glob" in child:
            pattern = str(child["glob"]).lstrip("/")
            pages = (name for name in opened.names if name.endswith(PAGE_TYPES))
            names = sorted(name for name in pages if fnmatch.fnmatchcase(name.rsplit(".", 1)[0], pattern))
            nodes.extend(TocNode(name, None) for name in names)
            continue
        if "file" not in child:
            nodes.append(TocNode(None, str(child.get("title") or child.get("header") or "") or None))
            nodes[-1].children = _children(opened, child, depth + 1)
            continue
        found = _found(opened, child.get("file"))
        below = _children(opened, child, depth + 1)
        if found is None:
            nodes.extend(below)
            continue
        nodes.append(TocNode(found, str(child["title"]) if child.get("title") else None, below))
    return nodes


def _entries(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _subtrees(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The newer spelling: subtrees with a caption and entries."""
    found: list[dict[str, Any]] = []
    for tree in _entries(entry.get("subtrees")):
        below = _entries(tree.get("entries"))
        found.extend([{"title": tree["caption"], "sections": below}] if tree.get("caption") else below)
    return found + _entries(entry.get("entries"))


def _found(opened: Opened, said: object) -> str | None:
    name = str(said or "").strip().removeprefix("./")
    if not name:
        return None
    for candidate in (name, *(name + ending for ending in PAGE_TYPES)):
        if opened.has(candidate):
            return candidate
    opened.report.remark("_toc.yml", "missing_page", name)
    return None
