"""Reading XML that strangers made: a document type or an entity is refused before anything of it is expanded or fetched."""

from typing import NoReturn
from xml.etree import ElementTree as ET


class NotPlain(ValueError):
    """The file carries a document type or entities, which no message of a bank needs."""


class _Plain(ET.TreeBuilder):
    """Builds the tree, and stops at a document type, in whatever encoding it is written."""

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> NoReturn:
        """Refuse it."""
        raise NotPlain


def parsed(raw: bytes) -> tuple[str, ET.Element]:
    """(name space, tree) of a message, its elements under their bare names.

    Raises NotPlain, and ValueError for what is no XML.
    """
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise NotPlain
    try:
        root = ET.fromstring(raw, parser=ET.XMLParser(target=_Plain()))  # noqa: S314 - see _Plain
    except (ET.ParseError, LookupError) as problem:
        raise ValueError("no XML") from problem
    space = root.tag.partition("}")[0].lstrip("{")
    for one in root.iter():
        one.tag = one.tag.partition("}")[2] or one.tag
    return space, root
