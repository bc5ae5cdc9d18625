"""What the program tells its operator: lines to read on a terminal, one JSON object a line everywhere else.

A JSON line names the request and the place of an error, never its words: an exception may quote what a person typed.
Messages of our own name things by opaque ids, so neither form of ours carries personal data.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

from flask import g, has_app_context


class JsonLines(logging.Formatter):
    """One object a line: at, level, logger, message; request_id within a request; error and trace (innermost last)."""

    def format(self, record: logging.LogRecord) -> str:
        """A record as such a line."""
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_app_context() and (request_id := g.get("request_id")):
            said["request_id"] = request_id
        if record.exc_info and record.exc_info[0]:
            said["error"] = f"{record.exc_info[0].__module__}.{record.exc_info[0].__qualname__}"
            frames = traceback.extract_tb(record.exc_info[2], limit=-30)
            said["trace"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(said, ensure_ascii=False)


class _ToStandardError(logging.StreamHandler[TextIO]):
    """Standard error as it is when something is said, not as it was when this was made."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def speak(form: str) -> None:
    """Begin to log on standard error, unless whoever runs us has logging of their own.

    form: "text", "json", or "auto", which is text on a terminal.
    """
    root = logging.getLogger()
    if root.handlers:
        return
    handler = _ToStandardError()
    if form == "json" or (form == "auto" and not sys.stderr.isatty()):
        handler.setFormatter(JsonLines())
    else:
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
