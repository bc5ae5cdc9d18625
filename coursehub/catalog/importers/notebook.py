"""Notebooks as MyST Markdown: cells, and the outputs their author saved. Nothing is run."""

import base64
import binascii
import posixpath
import re
import warnings
from dataclasses import dataclass, field
from typing import Any

_PICTURES = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/svg+xml": ".svg", "image/webp": ".webp"}
_LARGEST_PICTURE = 20 << 20
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class NotebookError(Exception):
    """The file is not a notebook that nbformat understands."""


@dataclass
class ReadNotebook:
    """A notebook's Markdown, the pictures taken out of it by file name, and its language."""

    markdown: str
    pictures: dict[str, bytes] = field(default_factory=dict)
    language: str = "python"
    error_cells: int = 0


def read_notebook(text: str, page: str) -> ReadNotebook:
    """One notebook as Markdown; outputs become output blocks, pictures become files beside the page.

    Raises NotebookError.
    """
    import nbformat  # only an import of a notebook needs it, and it is large

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook: Any = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
            nbformat.validate(notebook)
    except Exception as problem:  # nbformat raises many kinds for odd files
        raise NotebookError from problem
    info = notebook.metadata.get("language_info", {})
    read = ReadNotebook("", language=str(info.get("name", "python"))[:30])
    stem = posixpath.basename(page).rsplit(".", 1)[0]
    parts = [_cell(cell, f"{stem}-{n}", read) for n, cell in enumerate(notebook.cells, 1)]
    read.markdown = "\n\n".join(part for part in parts if part) + "\n"
    return read


def _cell(cell: Any, stem: str, read: ReadNotebook) -> str:
    if cell.cell_type == "markdown":
        return _with_attachments(cell, stem, read)
    if cell.cell_type != "code":
        return ""
    tags = set(cell.metadata.get("tags", []))
    if "remove-cell" in tags:
        return ""
    parts = []
    if cell.source.strip() and "remove-input" not in tags:
        parts.append(fenced("{code-cell} " + read.language, cell.source))
    outputs = [] if "remove-output" in tags else cell.outputs
    if any(output.output_type == "error" for output in cell.outputs) or "raises-exception" in tags:
        read.error_cells += 1
    parts.extend(_output(output, f"{stem}-{m}", read) for m, output in enumerate(outputs, 1))
    return "\n\n".join(part for part in parts if part)


def _with_attachments(cell: Any, stem: str, read: ReadNotebook) -> str:
    source = str(cell.source)
    for name, bundle in (cell.get("attachments") or {}).items():
        for kind, data in bundle.items():
            saved = _save(kind, data, f"{stem}-{re.sub(r'[^A-Za-z0-9]+', '-', name)}", read)
            if saved:
                source = source.replace(f"attachment:{name}", saved)
    return source


def _output(output: Any, stem: str, read: ReadNotebook) -> str:
    if output.output_type == "stream":
        return fenced("{output}", _ANSI.sub("", output.text))
    if output.output_type == "error":
        trace = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
        return fenced("{error-output}", _ANSI.sub("", trace))
    data = output.get("data", {})
    for kind in _PICTURES:
        if kind in data and (saved := _save(kind, data[kind], stem, read)):
            alt = _text(data.get("text/plain", "")).replace("\n", " ")[:120]
            words = "" if alt.startswith("<") else re.sub(r"[^\w .,:;-]", "", alt)
            return f"![{words}]({saved})"
    if "text/html" in data:
        return fenced("{output-html}", _text(data["text/html"]))
    if "text/markdown" in data:
        return _text(data["text/markdown"])
    if "text/latex" in data:
        return fenced("{math}", _text(data["text/latex"]).strip().strip("$"))
    return fenced("{output}", _text(data["text/plain"])) if "text/plain" in data else ""


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def _save(kind: str, data: Any, stem: str, read: ReadNotebook) -> str | None:
    ending = _PICTURES.get(kind)
    if ending is None:
        return None
    try:
        raw = _text(data).encode() if ending == ".svg" else base64.b64decode(_text(data), validate=False)
    except (binascii.Error, ValueError):
        return None
    if not raw or len(raw) > _LARGEST_PICTURE:
        return None
    name = f"{stem}{ending}"
    read.pictures[name] = raw
    return name


def fenced(info: str, body: str) -> str:
    """A fenced block whose fence is longer than any inside it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", body)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{info}\n{body.rstrip()}\n{fence}"
