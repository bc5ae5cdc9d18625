"""MyST directives: admonitions, code cells, figures, maths, tables, and the kinds Carpentries lessons use."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from coursehub.text.notes import Notes
from coursehub.text.words import title_word

_HEAD = re.compile(r"\{(?P<name>[\w:-]+)\}\s*(?P<argument>.*)", re.DOTALL)
_OPTION = re.compile(r":(?P<name>[\w-]+):[ \t]*(?P<value>.*)")

BOXES = set(
    "note tip hint important warning caution attention danger error seealso objectives questions keypoints callout prereq "
    "challenge exercise discussion instructor testimonial checklist".split()
)
FOLDED = {"solution": "solution", "spoiler": "spoiler", "dropdown": "details", "toggle": "details", "details": "details"}
_AS_NOTE = {"versionadded", "versionchanged", "deprecated", "topic", "remark", "definition", "theorem", "example", "proof"}
_ASIDES = {"margin", "sidebar", "aside"}
_CODE = {"code", "code-block", "sourcecode", "code-cell", "ipython", "prompt"}
_PLAIN = {"div", "container", "grid", "grid-item", "grid-item-card", "card", "tab-set", "tab-item", "group-tab", "only", "rubric"}
_SILENT = {"toctree", "tableofcontents", "contents", "index", "comment"}


@dataclass(frozen=True)
class Pens:
    """What directives draw with: Markdown inside, code, formulas, and the notes of the whole."""

    notes: Notes
    inner: Callable[[str], str]
    code: Callable[[str, str], str]
    math: Callable[[str], str]


def draw(info: str, body: str, pens: Pens) -> str:  # noqa: PLR0912 - one line a kind
    """One directive as HTML. What we do not know keeps its content and is noted."""
    notes, inner, code = pens.notes, pens.inner, pens.code
    head = _HEAD.match(info)
    if head is None:
        return code(body, "")
    name, argument = head["name"].lower(), head["argument"].strip()
    options, body = split_options(body)
    if name in _CODE:
        return _titled_code(options, code(body.strip("\n") + "\n", argument or options.get("language", "")))
    if name == "output":
        return code(body, "output")
    if name == "error-output":
        return code(body, "error")
    if name == "output-html":
        return f'<div class="output">{body}</div>\n'
    if name == "math":
        return pens.math("\n".join(part for part in (argument, body.strip()) if part))
    if name in ("image", "figure"):
        return _figure(argument, options, inner(body) if body.strip() else "")
    if name in BOXES or name == "admonition" or name in _AS_NOTE:
        options["name"], options["title"] = name, argument
        return _box(options, body, pens)
    if name in FOLDED:
        title = escape(argument) or escape(title_word(FOLDED[name], notes.locale))
        return f"<details><summary>{title}</summary>\n{inner(body)}</details>\n"
    if name in _ASIDES:
        title = f'<p class="admonition-title">{escape(argument)}</p>' if argument else ""
        return f'<aside class="admonition aside">{title}{inner(body)}</aside>\n'
    if name in ("table", "list-table", "csv-table"):
        return _table(name, argument, body, pens)
    if name in ("epigraph", "quote", "pull-quote", "highlights"):
        return f"<blockquote>{inner(body)}</blockquote>\n"
    if name in _PLAIN or name == "glossary":
        title = f"<p><strong>{escape(argument)}</strong></p>" if argument and name not in ("only", "div") else ""
        return f"<div>{title}{inner(body)}</div>\n"
    if name in _SILENT:
        return ""
    notes.note("unknown_directive", f"{{{name}}} {argument}")
    return f"<div>{inner(body)}</div>\n" if name not in ("raw", "eval-rst") else code(body, "")


def split_options(body: str) -> tuple[dict[str, str], str]:
    """The options at the top of a directive (`:name: value` or a `---` block) and the rest."""
    lines = body.split("\n")
    options: dict[str, str] = {}
    if lines and lines[0].strip() == "---" and "---" in [line.strip() for line in lines[1:]]:
        end = 1 + [line.strip() for line in lines[1:]].index("---")
        for line in lines[1:end]:
            name, _, value = line.partition(":")
            options[name.strip()] = value.strip()
        return options, "\n".join(lines[end + 1 :])
    while lines and (match := _OPTION.fullmatch(lines[0].strip())):
        options[match["name"]] = match["value"].strip()
        lines.pop(0)
    return options, "\n".join(lines)


def _titled_code(options: dict[str, str], html: str) -> str:
    caption = options.get("caption")
    return f"<figure>{html}<figcaption>{escape(caption)}</figcaption></figure>\n" if caption else html


def _figure(target: str, options: dict[str, str], caption: str) -> str:
    sizes = "".join(f' {name}="{escape(options[name])}"' for name in ("width", "height") if options.get(name))
    image = f'<img src="{escape(quote(target, safe="/#.%:?&=,+"))}" alt="{escape(options.get("alt", ""))}"{sizes} loading="lazy">'
    return f"<figure>{image}{f'<figcaption>{caption}</figcaption>' if caption else ''}</figure>\n"


def _box(options: dict[str, str], body: str, pens: Pens) -> str:
    name, argument, notes, inner = options["name"], options["title"], pens.notes, pens.inner
    shown = options.get("class", "note").split()[0] if name == "admonition" else name
    kind = shown if shown in BOXES else "note"
    title = escape(argument) if argument else escape(title_word(name if name in BOXES else "note", notes.locale))
    if "dropdown" in options.get("class", ""):
        return f'<details class="dropdown"><summary>{title}</summary>\n{inner(body)}</details>\n'
    level, notes.last_level = notes.last_level, max(notes.last_level, notes.top_level)
    html = inner(body)
    notes.last_level = max(level, notes.top_level - 1) if level else 0
    return f'<div class="admonition {kind}"><p class="admonition-title">{title}</p>\n{html}</div>\n'


def _table(name: str, title: str, body: str, pens: Pens) -> str:
    if name == "csv-table":
        pens.notes.note("unknown_directive", f"{{csv-table}} {title}")
        return pens.code(body, "")
    html = pens.inner(body) if name == "table" else _list_table(body, pens.inner)
    caption = f"<caption>{escape(title)}</caption>" if title else ""
    return html.replace("<table>", f"<table>{caption}", 1)


def _list_table(body: str, inner: Callable[[str], str]) -> str:
    """`* - a` begins a row, `  - b` goes on with it; the first row is the head."""
    rows: list[list[str]] = []
    for line in body.split("\n"):
        if match := re.match(r"\s*\*\s+-\s?(.*)", line):
            rows.append([match[1]])
        elif (match := re.match(r"\s+-\s?(.*)", line)) and rows:
            rows[-1].append(match[1])
        elif line.strip() and rows:
            rows[-1][-1] += "\n" + line.strip()
    drawn = [[re.sub(r"^<p>(.*)</p>\s*$", r"\1", inner(cell), flags=re.DOTALL) for cell in row] for row in rows]
    head = "".join(f'<th scope="col">{cell}</th>' for cell in drawn[0]) if drawn else ""
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in drawn[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>\n"
