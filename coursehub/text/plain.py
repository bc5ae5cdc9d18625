"""HTML as plain words, for search, diffs and comparisons."""

import re
from html import unescape

_BLOCK = re.compile(
    r"</?(?:p|div|h[1-6]|li|ul|ol|pre|table|tr|br|hr|dt|dd|dl|figure|figcaption|details|summary|blockquote)\b[^>]*>"
)
_TAG = re.compile(r"<[^>]+>")


def plain_text(html: str) -> str:
    """The words of safe HTML, one block a line."""
    lines = unescape(_TAG.sub("", _BLOCK.sub("\n", html))).split("\n")
    return "\n".join(line.rstrip() for line in lines if line.strip())
