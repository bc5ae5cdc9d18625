"""Which paths a package may contain, on every system that may one day unpack it."""

import re
import unicodedata
from collections.abc import Iterable

from coursehub.archives.refusals import (
    AbsolutePath,
    Backslash,
    FileAndFolder,
    LeavesTheFolder,
    NamesCollide,
    NameTooLong,
    NameTwice,
    OddEncoding,
    OddName,
    ReservedName,
)

LONGEST_PATH = 300
LONGEST_PART = 180
DEEPEST = 32

_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)(?:\..*)?", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:")
_FORBIDDEN = set('<>:"|?*')
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def decode_name(raw: bytes, *, says_utf8: bool) -> str:
    """The text of a name: UTF-8, or else GB 18030, which Chinese Windows writes without saying so."""
    for encoding in ("utf-8",) if says_utf8 else ("utf-8", "gb18030"):
        try:
            name = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" and any(unicodedata.category(char) in ("Cn", "Co", "Cc") for char in name):
            break
        return name
    raise OddEncoding(name=shown(raw.decode("utf-8", "replace")))


def shown(name: str) -> str:
    """A name that is safe to print in a sentence."""
    visible = "".join(char if char.isprintable() else "\ufffd" for char in name)
    return visible if len(visible) <= 80 else visible[:77] + "…"


def check_name(name: str) -> str:
    """The path in canonical form, without a folder's last slash.

    Raises the refusal that names what is wrong with it.
    """
    said = shown(name)
    if "\x00" in name:
        raise OddName(name=said)
    if "\\" in name:
        raise Backslash(name=said)
    if name.startswith("/") or _DRIVE.match(name):
        raise AbsolutePath(name=said)
    if len(name) > LONGEST_PATH or len(name.encode("utf-8", "replace")) > 3 * LONGEST_PATH:
        raise NameTooLong(name=said, limit=LONGEST_PATH)
    folded = unicodedata.normalize("NFKC", name)
    parts = name.removesuffix("/").split("/")
    if ".." in parts or ".." in folded.replace("\\", "/").split("/"):
        raise LeavesTheFolder(name=said)
    if folded.count("/") != name.count("/") or "\\" in folded:
        raise OddName(name=said)
    if len(parts) > DEEPEST or any(len(part) > LONGEST_PART for part in parts):
        raise NameTooLong(name=said, limit=LONGEST_PATH)
    for part in parts:
        _check_part(part, said)
    return unicodedata.normalize("NFC", "/".join(parts))


def _check_part(part: str, said: str) -> None:
    if part in ("", ".") or part != part.strip(" ") or part.endswith("."):
        raise OddName(name=said)
    if _RESERVED.fullmatch(part):
        raise ReservedName(name=said)
    for char in part:
        allowed_joiner = char in "\u200c\u200d"
        if char in _FORBIDDEN or (unicodedata.category(char) in _INVISIBLE and not allowed_joiner):
            raise OddName(name=said)


def check_set(files: Iterable[str], folders: Iterable[str]) -> None:
    """Refuse names that meet each other: twice, in another case, or as file and folder at once."""
    seen: dict[str, str] = {}
    file_keys: set[str] = set()
    parents: dict[str, str] = {}
    for name in files:
        key = _key(name)
        if key in seen:
            if seen[key] == name:
                raise NameTwice(name=shown(name))
            raise NamesCollide(name=shown(name), other=shown(seen[key]))
        seen[key] = name
        file_keys.add(key)
        _note_parents(name, parents)
    for name in folders:
        _note_parents(f"{name}/x", parents)
    for key, name in parents.items():
        if key in file_keys:
            raise FileAndFolder(name=shown(name))


def _note_parents(name: str, parents: dict[str, str]) -> None:
    at = name.rfind("/")
    while at > 0:
        parent = name[:at]
        key = _key(parent)
        known = parents.get(key)
        if known == parent:
            return
        if known is not None:
            raise NamesCollide(name=shown(parent), other=shown(known))
        parents[key] = parent
        at = parent.rfind("/")


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def top_folder(names: Iterable[str]) -> str:
    """The one folder that holds everything, with its slash; empty if there is none."""
    tops = {name.split("/", 1)[0] if "/" in name else "" for name in names}
    return f"{tops.pop()}/" if len(tops) == 1 and "" not in tops else ""
