"""Placing links: inner ones through the caller, outer ones only if they are plain web or mail."""

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from coursehub.text.notes import Image, Link, Notes, slug

DOC, REF = "/-/doc/", "/-/ref/"
"""Prefixes under which roles hand their targets on to the placer."""


class Placer:
    """Answers one question of the cleaner: what becomes of this href or src?"""

    def __init__(self, notes: Notes, resolve: Callable[[str], str | None]) -> None:
        self.notes = notes
        self.links: list[Link] = []
        self.images: list[Image] = []
        self._resolve = resolve
        self._originals: dict[str, str] = {}
        self.lost: list[str] = []
        """Targets of images that lost their address, in the order of the page."""

    def original_of(self, address: str) -> str:
        """What the author had written for an address that we placed."""
        return self._originals.get(address, address)

    def href(self, value: str) -> str | None:
        """The address of a link, or None to take it away."""
        if value.startswith("#"):
            return self._fragment(value)
        scheme = _scheme(value)
        if scheme in ("http", "https", "mailto"):
            self.links.append(Link(value, value, True))
            return value
        target = _written(value)
        address = None if scheme and not target.startswith("ref:") else self._resolve(target)
        if target.startswith("ref:") and address is None:
            address = self._own_label(target.removeprefix("ref:"))
        self.links.append(Link(target, address, False))
        if address is None:
            self.notes.note("broken_link", target)
        return address

    def src(self, value: str) -> str | None:
        """The address of an image; images from elsewhere are never loaded."""
        if _scheme(value) or value.startswith("//"):
            self.lost.append(value)
            self.notes.note("outside_image", value)
            return None
        target = _written(value)
        address = self._resolve(target)
        if address is None:
            self.lost.append(target)
            self.notes.note("broken_image", target)
            return None
        self._originals[address] = target
        return address

    def _fragment(self, value: str) -> str | None:
        name = unquote(value[1:])
        ids = {heading.id for heading in self.notes.headings}
        if name.startswith(("fn", "h-", "t-")) and (name.startswith("fn") or name in ids or name[2:] in self.notes.labels):
            return value
        address = self._own_label(name)
        if address is None:
            self.links.append(Link(value, None, False))
            self.notes.note("broken_link", value)
        return address

    def _own_label(self, name: str) -> str | None:
        if name in self.notes.labels:
            return f"#t-{name}"
        wanted = f"h-{slug(name)}"
        return f"#{wanted}" if any(heading.id == wanted for heading in self.notes.headings) else None


def _scheme(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        return "odd"
    return parts.scheme or ("odd" if parts.netloc else "")


def _written(value: str) -> str:
    target = unquote(value)
    if target.startswith(REF):
        return "ref:" + target.removeprefix(REF)
    return target.removeprefix(DOC)
