"""Our own reader for zip files: the directory is judged whole, then files are inflated with a measure.

The standard library believes what a zip says about itself; this reader compares.
Every byte of the file must belong to exactly one entry or to the directory, local
and central headers must agree, and inflating stops at the declared size.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from coursehub.archives.directory import Entry, read_directory
from coursehub.archives.refusals import (
    DamagedArchive,
    EmptyPackage,
    FileTooBig,
    SizesLie,
    SqueezedTooHard,
    TooBig,
)

_CHUNK = 1 << 16
_MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """How much a package may hold."""

    entries: int = 20_000
    total_bytes: int = 2048 * _MB
    file_bytes: int = 512 * _MB
    text_bytes: int = 16 * _MB
    ratio: int = 200
    ratio_free_bytes: int = 8 * _MB
    """Files up to this size may be squeezed as hard as they like."""


class Zip:
    """A zip file whose directory has been judged; its files are read one at a time."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.limits = limits
        self._path = path
        with path.open("rb") as file:
            self.entries: dict[str, Entry] = read_directory(file, limits.entries)
        if not self.entries:
            raise EmptyPackage
        self._weigh()

    def _weigh(self) -> None:
        limits = self.limits
        total = sum(entry.size for entry in self.entries.values())
        if total > limits.total_bytes:
            raise TooBig(size=total // _MB, limit=limits.total_bytes // _MB)
        packed = sum(entry.packed for entry in self.entries.values())
        for entry in self.entries.values():
            if entry.size > limits.file_bytes:
                raise FileTooBig(name=entry.shown, size=entry.size // _MB, limit=limits.file_bytes // _MB)
            if entry.size > limits.ratio_free_bytes and entry.size > limits.ratio * max(1, entry.packed):
                raise SqueezedTooHard(name=entry.shown, ratio=entry.size // max(1, entry.packed))
        if total > 4 * limits.ratio_free_bytes and total > limits.ratio * max(1, packed):
            raise SqueezedTooHard(name=self._path.name[:60], ratio=total // max(1, packed))

    @property
    def names(self) -> list[str]:
        """The paths of all files, in the order of the directory."""
        return list(self.entries)

    def size(self, name: str) -> int:
        """How many bytes a file has, as declared; reading checks that it is true."""
        return self.entries[name].size

    def read(self, name: str) -> bytes:
        """A small file whole.

        Raises FileTooBig for more than the limit for texts.
        """
        entry = self.entries[name]
        if entry.size > self.limits.text_bytes:
            raise FileTooBig(name=entry.shown, size=entry.size // _MB, limit=self.limits.text_bytes // _MB)
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file piece by piece.

        Raises SizesLie or DamagedArchive when the content is not what was declared.
        """
        entry = self.entries[name]
        with self._path.open("rb") as file:
            file.seek(entry.data_at)
            pieces = _stored(file, entry) if entry.method == 0 else _inflated(file, entry)
            total, check = 0, 0
            for piece in pieces:
                total += len(piece)
                if total > entry.size:
                    raise SizesLie(name=entry.shown)
                check = zlib.crc32(piece, check)
                yield piece
        if total != entry.size:
            raise SizesLie(name=entry.shown)
        if check != entry.check:
            raise DamagedArchive(name=entry.shown)


def _stored(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    left = entry.packed
    while left > 0:
        piece = file.read(min(_CHUNK, left))
        if not piece:
            raise DamagedArchive(name=entry.shown)
        left -= len(piece)
        yield piece


def _inflated(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-15)
    try:
        for packed in _stored(file, entry):
            rest = packed
            while rest and not inflater.eof:
                yield inflater.decompress(rest, _CHUNK)
                rest = inflater.unconsumed_tail
        while not inflater.eof:
            piece = inflater.decompress(inflater.unconsumed_tail, _CHUNK)
            if not piece:
                break
            yield piece
    except zlib.error as problem:
        raise DamagedArchive(name=entry.shown) from problem
    if not inflater.eof or inflater.unused_data:
        raise SizesLie(name=entry.shown)
