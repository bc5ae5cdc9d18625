"""A folder on this machine, read under the same rules as a zip."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from coursehub.archives.names import check_name, check_set, shown
from coursehub.archives.refusals import (
    EmptyPackage,
    FileTooBig,
    LinkInside,
    NotAFile,
    OddEncoding,
    TooBig,
    TooManyEntries,
)

if TYPE_CHECKING:
    from coursehub.archives.zips import Limits

_CHUNK = 1 << 16
_MB = 1 << 20
_LEFT_OUT = {".git", ".hg", ".svn", "__pycache__", "node_modules", ".venv"}


class Folder:
    """A folder whose tree has been judged; links are refused, special files too."""

    def __init__(self, path: Path, limits: "Limits") -> None:
        self.limits = limits
        self._path = path
        self._sizes: dict[str, int] = {}
        self._walk(path, "")
        if not self._sizes:
            raise EmptyPackage
        check_set(self._sizes, ())
        total = sum(self._sizes.values())
        if total > limits.total_bytes:
            raise TooBig(size=total // _MB, limit=limits.total_bytes // _MB)

    def _walk(self, folder: Path, prefix: str) -> None:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            if entry.name in _LEFT_OUT and entry.is_dir(follow_symlinks=False):
                continue
            try:
                entry.name.encode("utf-8")
            except UnicodeEncodeError as problem:
                raise OddEncoding(name=shown(entry.name)) from problem
            name = check_name(prefix + entry.name)
            self._admit(entry, name)

    def _admit(self, entry: "os.DirEntry[str]", name: str) -> None:
        if entry.is_symlink():
            raise LinkInside(name=shown(name))
        if entry.is_dir(follow_symlinks=False):
            self._walk(Path(entry.path), f"{name}/")
            return
        about = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(about.st_mode):
            raise NotAFile(name=shown(name))
        if about.st_size > self.limits.file_bytes:
            raise FileTooBig(name=shown(name), size=about.st_size // _MB, limit=self.limits.file_bytes // _MB)
        self._sizes[name] = about.st_size
        if len(self._sizes) > self.limits.entries:
            raise TooManyEntries(count=len(self._sizes), limit=self.limits.entries)

    @property
    def names(self) -> list[str]:
        """The paths of all files, sorted within each folder."""
        return list(self._sizes)

    def size(self, name: str) -> int:
        """How many bytes a file has."""
        return self._sizes[name]

    def read(self, name: str) -> bytes:
        """A small file whole.

        Raises FileTooBig for more than the limit for texts.
        """
        if self._sizes[name] > self.limits.text_bytes:
            raise FileTooBig(name=shown(name), size=self._sizes[name] // _MB, limit=self.limits.text_bytes // _MB)
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file piece by piece; a link that took its place meanwhile is not followed."""
        handle = os.open(self._path / name, os.O_RDONLY | os.O_NOFOLLOW)
        left = self._sizes[name]
        with os.fdopen(handle, "rb") as file:
            while left > 0 and (piece := file.read(min(_CHUNK, left))):
                left -= len(piece)
                yield piece
