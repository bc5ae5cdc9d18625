"""What all importers need: a package without its outer folder, texts, titles, keys and languages."""

import hashlib
import posixpath
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import yaml
from flask_babel import gettext as _

from coursehub.archives import ArchiveRefused, Package, top_folder
from coursehub.catalog.models import LOCALES
from coursehub.catalog.report import Report
from coursehub.catalog.source import CourseSource
from coursehub.errors import Refusal

PAGE_TYPES = (".md", ".ipynb", ".rst", ".Rmd", ".rmd", ".myst")
IMAGE_TYPES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".avif")
_REPOSITORY = re.compile(
    r"(?:^|.*/)(?:\.[^/]+|__MACOSX|__pycache__)(?:/.*)?|(?:_build|renv|site)/.*|"
    r"(?:requirements[^/]*\.txt|environment\.ya?ml|makefile|dockerfile|pyproject\.toml|"
    r"(?:readme|license|licence|contributing|code_of_conduct|citation|authors|changelog|todo|maintainers)(?:\.[a-z]+)?)",
    re.IGNORECASE,
)
_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_H1 = re.compile(r"\A\s*(?:\([^)\n]+\)=\s*\n)?#[ \t]+(.+?)[ \t]*#*[ \t]*(?:\n|\Z)")
_HEADING = re.compile(r"(?m)^#{1,6}[ \t].*$")
_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LABEL = re.compile(r"(?m)^\(([^)\n]+)\)=[ \t]*$|\{target\}`[^`\n]*<([^>\n]+)>`")
_LICENCES = (
    ("CC BY-SA 4.0", ("attribution-sharealike 4.0", "by-sa/4.0", "cc by-sa 4.0", "cc-by-sa-4.0", "cc-by-sa 4.0")),
    ("CC BY-NC-SA 4.0", ("noncommercial-sharealike 4.0", "by-nc-sa/4.0", "cc-by-nc-sa")),
    ("CC BY-NC 4.0", ("attribution-noncommercial 4.0", "by-nc/4.0", "cc-by-nc-4.0")),
    ("CC BY 4.0", ("attribution 4.0", "licenses/by/4.0", "cc by 4.0", "cc-by-4.0", "cc-by 4.0")),
    ("CC0 1.0", ("cc0 1.0", "zero/1.0", "cc0-1.0")),
    ("MIT", ("mit license", "permission is hereby granted, free of charge")),
    ("Apache-2.0", ("apache license",)),
)


class UnknownFormat(Refusal):
    """No course was found in this package. It needs a course.toml, a Jupyter Book's _toc.yml, or a Carpentries config.yaml."""

    status = 422


class CourseUnreadable(Refusal):
    """%(name)s cannot be read: %(problem)s"""

    status = 422


class Opened:
    """A package seen from its one top folder, with the report of what became of each file."""

    def __init__(self, package: Package) -> None:
        self._package = package
        visible = [name for name in package.names if not name.startswith("__MACOSX/")]
        self._prefix = top_folder(visible)
        self.names = [name.removeprefix(self._prefix) for name in package.names]
        self._known = set(self.names)
        self.report = Report(files_in=len(self.names))

    def has(self, name: str) -> bool:
        """Whether the package holds this file."""
        return name in self._known

    def real_name(self, name: str) -> str:
        """The file's name in the package itself."""
        return name if name.startswith("__MACOSX/") else self._prefix + name

    def size(self, name: str) -> int:
        """How many bytes the file has."""
        return self._package.size(self.real_name(name))

    def text(self, name: str) -> str:
        """A text file: UTF-8, or GB 18030 as Chinese Windows writes it.

        Raises CourseUnreadable for anything else.
        """
        try:
            raw = self._package.read(self.real_name(name))
        except ArchiveRefused as refusal:
            raise CourseUnreadable(name=name, problem=str(refusal)) from refusal
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
            except UnicodeDecodeError:
                continue
        raise CourseUnreadable(name=name, problem=_("it is not text in UTF-8."))

    def yaml(self, name: str) -> Any:
        """A YAML file as plain data; aliases are refused, since they can grow without end."""
        text = self.text(name)
        try:
            if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
                raise CourseUnreadable(name=name, problem=_("it uses YAML aliases, which are not supported."))
            return yaml.safe_load(text)
        except (yaml.YAMLError, RecursionError, ValueError) as problem:
            raise CourseUnreadable(name=name, problem=_("it is not valid YAML.")) from problem

    def below(self, folder: str) -> Iterator[str]:
        """The files below a folder, which ends in a slash."""
        return (name for name in self.names if name.startswith(folder))

    def settle_rest(self, source: CourseSource) -> None:
        """Give the files that no importer spoke of their fate: not used."""
        source.report = self.report
        for name in self.names:
            if name in self.report.fates:
                continue
            if _REPOSITORY.fullmatch(name):
                self.report.settle(name, "dropped", "repository")
            elif name.endswith(PAGE_TYPES):
                self.report.settle(name, "dropped", "orphan")
                self.report.orphans.append(name)
            else:
                source.assets[name] = source.assets.get(name) or _candidate(self.real_name(name))

    def licence(self) -> str:
        """The licence named by a LICENSE file at the top, or nothing."""
        for name in self.names:
            if re.fullmatch(r"(?:LICEN[SC]E|COPYING)(?:\.(?:md|txt|rst))?", name, re.IGNORECASE):
                return licence_in(self.text(name)[:6000])
        return ""


def _candidate(name: str) -> Any:
    from coursehub.catalog.source import AssetSource

    return AssetSource(name=name)


def licence_in(text: str) -> str:
    """The short name of a licence that a text names, or nothing."""
    lowered = " ".join(text.lower().split())
    return next((name for name, signs in _LICENCES if any(sign in lowered for sign in signs)), "")


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The YAML head of a page, if it is a plain mapping, and the rest."""
    match = _FRONT.match(text)
    if not match:
        return {}, text
    try:
        head = yaml.safe_load(match[1]) if "&" not in match[1] else None
    except (yaml.YAMLError, RecursionError, ValueError):
        head = None
    return (head if isinstance(head, dict) else {}), text[match.end() :]


def split_title(text: str, fallback: str) -> tuple[str, str]:
    """The page's first heading as plain words, and the page without it."""
    match = _H1.match(text)
    if not match:
        return fallback, text
    return plain_title(match[1]) or fallback, text[match.end() :]


def plain_title(markdown: str) -> str:
    """A heading without its Markdown marks, at most 200 characters."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    return re.sub(r"(?<!\\)[*`]|\{#[^}]*\}", "", words).strip()[:200]


def is_stub(markdown: str) -> bool:
    """Whether a page says next to nothing: fewer than 20 characters beside its headings."""
    body = _HEADING.sub("", markdown)
    words = re.sub(r"\s+", "", re.sub(r"(?m)^[-=*\s]+$|<!--.*?-->", "", body))
    weight = len(words) + len(_CJK.findall(words))  # a Chinese character says about twice as much
    return weight < 20 and "![" not in body


def key_of(path: str, taken: set[str]) -> str:
    """A step key that stays the same as long as the file does; unique in the release."""
    stem = re.sub(r"(?:/?(?:README|index))?\.\w+$", "", path, flags=re.IGNORECASE) or "start"
    ascii_stem = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "-", ascii_stem.lower()).strip("-")
    if len(stem) != len(ascii_stem) or not key:
        key = f"{key}-{hashlib.sha256(stem.encode()).hexdigest()[:8]}".strip("-")
    key = key[:100].strip("-")
    unique, n = key, 1
    while unique in taken:
        n += 1
        unique = f"{key}-{n}"
    taken.add(unique)
    return unique


def locale_of_text(text: str) -> str:
    """Chinese if at least one letter in eight is a Chinese character, else English."""
    letters = sum(char.isalpha() for char in text)
    return "zh-CN" if letters and len(_CJK.findall(text)) * 8 >= letters else "en"


def known_locale(said: object) -> str | None:
    """Our locale for what a configuration says, such as `zh`, `zh_CN` or `en-GB`."""
    word = str(said or "").lower().replace("_", "-")
    return next((locale for locale in LOCALES if word and locale.lower().split("-")[0] == word.split("-")[0]), None)


def labels_in(text: str) -> list[str]:
    """The MyST labels that a page defines."""
    return [first or second for first, second in _LABEL.findall(text)]


def joined(folder: str, name: str) -> str:
    """A path below a folder, with its dots folded away."""
    return posixpath.normpath(posixpath.join(folder, name)).lstrip("/")


def level_of(said: object) -> str:
    """One of our three levels for what a configuration says."""
    word = str(said or "").lower()
    if word.startswith(("adv", "expert", "高")):
        return "advanced"
    return "intermediate" if word.startswith(("inter", "中")) else "beginner"


def version_of(said: object) -> str:
    """A version as text, without a leading v; 1.0.0 if none is said."""
    word = str(said or "").strip().lstrip("vV")[:40]
    return word if re.fullmatch(r"[0-9A-Za-z.+-]+", word) else "1.0.0"


def slug_of(*candidates: object) -> str:
    """The first candidate that gives a usable address: lower-case letters, digits, hyphens."""
    for candidate in candidates:
        ascii_words = unicodedata.normalize("NFKD", str(candidate or "")).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", ascii_words).strip("-")[:60].strip("-")
        if len(slug) >= 3:
            return slug
    return ""
