"""Files by content: what goes in is named by its SHA-256, so nothing is ever overwritten."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from coursehub.config import current_settings

_CHUNK = 1 << 20


def put(data: bytes | BinaryIO, *, suffix: str = "") -> str:
    """Keep a file; returns its key (hex SHA-256 and suffix). The same bytes give the same key."""
    folder = current_settings().files
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as out:
        if isinstance(data, bytes):
            digest.update(data)
            out.write(data)
        else:
            while chunk := data.read(_CHUNK):
                digest.update(chunk)
                out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    key = digest.hexdigest() + suffix
    target = path(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    Path(out.name).replace(target)
    return key


def path(key: str) -> Path:
    """Where a file lives on disk.

    Raises ValueError for a key this module cannot have given out.
    """
    name = key.split(".", 1)[0]
    if len(name) != 64 or not all(c in "0123456789abcdef" for c in name) or "/" in key or "\\" in key:
        raise ValueError("not a storage key")
    return current_settings().files / key[:2] / key


def drop(key: str) -> None:
    """Take a file away for good; only for files that nothing else can share. A second time changes nothing."""
    path(key).unlink(missing_ok=True)


def open(key: str) -> BinaryIO:
    """The file's bytes, from the start."""
    return path(key).open("rb")


def exists(key: str) -> bool:
    """Whether the file is here."""
    return path(key).is_file()


def size(key: str) -> int:
    """How many bytes the file has."""
    return path(key).stat().st_size
