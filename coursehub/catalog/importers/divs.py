"""Carpentries pages as MyST: fenced divs become directives, Pandoc spans and attributes our own."""

import re
from dataclasses import dataclass, field

_OPEN = re.compile(r"^ {0,3}:{3,}\s*\{?\.?(?P<name>[A-Za-z][\w-]*)[^}\n]*\}?\s*:*\s*$")
_CLOSE = re.compile(r"^ {0,3}:{3,}\s*$")
_FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})")
_CHUNK = re.compile(r"^(?P<fence>\s*`{3,})\s*\{(?P<language>r|python|bash|sql)\b[^}]*\}\s*$")
_TITLE = re.compile(r"^#{1,6}\s+(?P<title>.+?)\s*#*\s*$")
_IMAGE_ATTRIBUTES = re.compile(r"(!\[[^\]]*\]\([^)\n]*\))\{([^}\n]*)\}")
_ALT = re.compile(r"""\balt\s*=\s*(?:'((?:\\'|[^'])*)'|"((?:\\"|[^"])*)")""", re.DOTALL)
_ANCHOR = re.compile(r"\[([^\]\n]+)\]\{#([\w:.-]+)[^}\n]*\}")
_KRAMDOWN = re.compile(r"(?m)^\s*\{:[^}\n]*\}\s*$|\{%[^%\n]*%\}")

KINDS = {
    "objectives": "objectives", "questions": "questions", "keypoints": "keypoints", "callout": "callout",
    "prereq": "prereq", "prerequisite": "prereq", "challenge": "challenge", "exercise": "challenge",
    "solution": "solution", "hint": "dropdown", "spoiler": "spoiler", "discussion": "discussion",
    "testimonial": "testimonial", "checklist": "checklist", "caution": "caution", "warning": "warning",
    "instructor": "instructor", "tab": "div", "group-tab": "div",
}  # fmt: skip


@dataclass
class _Div:
    name: str
    lines: "list[str | _Div]" = field(default_factory=list)


@dataclass
class Converted:
    """A page as MyST, and what was found in it."""

    markdown: str
    kinds: dict[str, int]
    teacher_notes: int
    error_blocks: int
    unclosed: int


def convert_page(text: str) -> Converted:
    """A Carpentries page as MyST Markdown. Notes for teachers are left out and counted."""
    root, unclosed, errors = _tree(text)
    kinds: dict[str, int] = {}
    notes = _count(root, kinds)
    markdown = "\n".join(_written(root))
    return Converted(_inline(markdown), kinds, notes, errors, unclosed)


def _tree(text: str) -> tuple[_Div, int, int]:
    root = _Div("")
    stack = [root]
    fence = ""
    errors = 0
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if fence:
            stack[-1].lines.append(line)
            if match and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            continue
        if match:
            fence = match["fence"]
            errors += line.strip().lstrip("`~").strip().startswith("error")
            stack[-1].lines.append(_CHUNK.sub(r"\g<fence>\g<language>", line))
            continue
        opening = _OPEN.match(line)
        if opening:
            div = _Div(opening["name"].lower())
            stack[-1].lines.append(div)
            stack.append(div)
        elif _CLOSE.match(line):
            if len(stack) > 1:
                stack.pop()
        else:
            stack[-1].lines.append(line)
    return root, len(stack) - 1, errors


def _count(div: _Div, kinds: dict[str, int]) -> int:
    notes = 0
    for line in div.lines:
        if isinstance(line, _Div):
            kinds[line.name] = kinds.get(line.name, 0) + 1
            notes += line.name == "instructor"
            notes += _count(line, kinds)
    return notes


def _height(div: _Div) -> int:
    return 1 + max((_height(line) for line in div.lines if isinstance(line, _Div)), default=0)


def _written(div: _Div) -> list[str]:
    lines: list[str] = []
    for line in div.lines:
        if isinstance(line, str):
            lines.append(line)
        elif line.name != "instructor":
            colons = ":" * (2 + _height(line))
            title = _take_title(line)
            name = KINDS.get(line.name, "callout")
            lines += ["", f"{colons}{{{name}}} {title}".rstrip(), *_written(line), colons, ""]
    return lines


def _take_title(div: _Div) -> str:
    """The heading a box begins with becomes its title."""
    for n, line in enumerate(div.lines):
        if isinstance(line, _Div):
            return ""
        if not line.strip():
            continue
        match = _TITLE.match(line)
        if not match:
            return ""
        del div.lines[n]
        title = re.sub(r"[`*]", "", match["title"])
        return "" if div.name == "solution" and title.strip().lower() == "solution" else title
    return ""


def _inline(markdown: str) -> str:
    markdown = _IMAGE_ATTRIBUTES.sub(_image, markdown)
    markdown = _ANCHOR.sub(r"{target}`\1 <\2>`", markdown)
    return _KRAMDOWN.sub("", markdown)


def _image(match: re.Match[str]) -> str:
    alt = _ALT.search(match[2])
    if alt is None:
        return match[1]
    words = (alt[1] or alt[2] or "").replace("\\'", "'").replace('\\"', '"')
    words = re.sub(r"([\[\]\\])", r"\\\1", " ".join(words.split()))
    return re.sub(r"^!\[[^\]]*\]", lambda _m: f"![{words}]", match[1], count=1)
