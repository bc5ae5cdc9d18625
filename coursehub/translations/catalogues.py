"""Collects every visible string of a room and holds it against the catalogues."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from coursehub.config import package, root
from coursehub.errors import sentence_of
from coursehub.web.locale import CATALOGUES

KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
LAYOUT = ("components", "errors")
ROOMLESS = ("floor", "layout")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")

MessageId = str | tuple[str, str]


def rooms() -> list[str]:
    """Every part of the program that has its own catalogue."""
    found = {p.name for p in package().iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    found -= {"web", "rails", "translations", "static", "contexts", "sandbox"}
    found |= {p.name for p in (root() / "templates").iterdir() if p.is_dir()} - {*LAYOUT}
    return sorted(found | set(ROOMLESS))


def sources(room: str) -> Iterator[Path]:
    """The Python files and templates whose strings belong to a room's catalogue."""
    templates = root() / "templates"
    if room == "floor":
        yield from sorted(package().glob("*.py"))
        for part in ("web", "rails"):
            yield from sorted((package() / part).rglob("*.py"))
        yield from sorted((templates / "floor").rglob("*.html"))
    elif room == "layout":
        yield from sorted(templates.glob("*.html"))
        for part in LAYOUT:
            yield from sorted((templates / part).rglob("*.html"))
    else:
        yield from sorted((package() / room).rglob("*.py"))
        for suffix in ("*.html", "*.txt"):
            yield from sorted((templates / room).rglob(suffix))


@lru_cache(maxsize=1)
def _refusals() -> frozenset[str]:
    """Names of all classes that are refusals, found by following the names of their bases."""
    bases: dict[str, set[str]] = {}
    for file in sorted(package().rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                names = {b.id if isinstance(b, ast.Name) else getattr(b, "attr", "") for b in node.bases}
                bases.setdefault(node.name, set()).update(names)
    known = {"Refusal"}
    while more := {name for name, of in bases.items() if of & known} - known:
        known |= more
    return frozenset(known)


def _docstrings(file: Path, refusals: frozenset[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef) and node.name in refusals and (doc := ast.get_docstring(node)):
            yield " ".join(doc.split())


def _single(message: object) -> MessageId | None:
    if isinstance(message, tuple | list):
        kept = tuple(str(part) for part in message if part)
        return (kept[0], kept[1]) if len(kept) > 1 else (kept[0] if kept else None)
    return str(message) if message else None


@lru_cache(maxsize=64)
def used_by(room: str) -> set[MessageId]:
    """Every message id that a room's code and templates can show."""
    refusals = _refusals()
    found: set[MessageId] = set()
    for file in sources(room):
        method = "python" if file.suffix == ".py" else "jinja2.ext:babel_extract"
        options = {} if file.suffix == ".py" else {"silent": "false", "trimmed": "false"}
        for _line, message, _comments, context in extract_from_file(method, str(file), keywords=KEYWORDS, options=options):
            single = message[-1] if context and isinstance(message, tuple | list) else _single(message)
            if single:
                found.add(single)
        if file.suffix == ".py":
            found.update(_docstrings(file, refusals))
    found.discard(sentence_of(object))
    return found


@lru_cache(maxsize=64)
def translated(file: Path) -> dict[MessageId, object]:
    """The entries of one catalogue that have a translation."""
    with file.open("rb") as stream:
        return {
            (m.id[0], m.id[1]) if isinstance(m.id, tuple | list) else m.id: m.string
            for m in read_po(stream, locale="zh_Hans_CN")
            if m.id and m.string and (not isinstance(m.string, tuple | list) or all(m.string)) and not m.fuzzy
        }


def _texts_of_all_rooms() -> dict[tuple[str, str], dict[str, list[str]]]:
    """For each context and (singular) message: every text given to it, with the catalogues that give it."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for file in sorted(CATALOGUES.glob("*.po")):
        with file.open("rb") as stream:
            for entry in read_po(stream, locale="zh_Hans_CN"):
                ids, texts = (value if isinstance(value, tuple | list) else (value,) for value in (entry.id, entry.string))
                if ids[0] and texts[0] and not entry.fuzzy:
                    rooms_saying = found.setdefault((entry.context or "", ids[0]), {}).setdefault(texts[0], [])
                    rooms_saying.append(file.stem)
    return found


def conflicts(room: str) -> list[str]:
    """Messages of a room that another catalogue (or it itself) translates differently.

    The catalogues are merged when the program starts, so only one of the texts would be
    shown, in every room: mean the same, or say it with another message or a context.
    """
    return [
        f"{room}: said differently: {message!r} is "
        + ", ".join(f"{text!r} in {'+'.join(where)}" for text, where in texts.items())
        for (_context, message), texts in sorted(_texts_of_all_rooms().items())
        if len(texts) > 1 and any(room in where for where in texts.values())
    ]


def problems(room: str) -> list[str]:
    """What is wrong with a room's catalogue, a line each; empty when it is complete."""
    used = used_by(room)
    everywhere: dict[MessageId, object] = {}
    for file in sorted(CATALOGUES.glob("*.po")):
        everywhere.update(translated(file))
    own_file = CATALOGUES / f"{room}.po"
    own = translated(own_file) if own_file.exists() else {}
    lines = [f"{room}: not translated: {message!r}" for message in sorted(used - everywhere.keys(), key=str)]
    lines += [f"{room}: nothing uses: {message!r}" for message in sorted(own.keys() - used, key=str)]
    for message, string in own.items():
        wanted = set(PLACEHOLDER.findall(message if isinstance(message, str) else message[1]))
        texts = [string] if isinstance(string, str) else list(string)  # type: ignore[call-overload]
        lines += [
            f"{room}: other placeholders than {sorted(wanted)} in: {text!r}"
            for text in texts
            if set(PLACEHOLDER.findall(str(text))) - wanted
            or (isinstance(message, str) and wanted - set(PLACEHOLDER.findall(str(text))))
        ]
    return lines + conflicts(room)
