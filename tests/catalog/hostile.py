"""Hostile zip files of every kind we know, made byte by byte: (name, builder, refusal expected)."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from coursehub.archives import refusals as r

REGULAR, FOLDER = 0o100644 << 16, 0o040755 << 16


@dataclass
class Part:
    """One entry, with every field open to lies."""

    name: bytes
    data: bytes = b"text"
    method: int = 8
    flags: int = 0x800
    attributes: int = REGULAR
    local_name: bytes | None = None
    size: int | None = None
    packed: int | None = None
    check: int | None = None
    local_size: int | None = None
    local_check: int | None = None
    extra: bytes = b""
    local_extra: bytes = b""
    raw: bytes | None = None
    header_at: int | None = None
    descriptor: bytes = b""
    gap: bytes = b""
    disk: int = 0


@dataclass
class Made:
    """Parts put together as a zip; `tail`, `head` and counts may lie."""

    parts: list[Part]
    head: bytes = b""
    tail: bytes = b""
    comment: bytes = b""
    count: int | None = None
    start: int | None = None
    directory_size: int | None = None
    middle: bytes = b""
    disks: int = 0
    zip64: bytes | None = None
    end: bool = True
    _offsets: list[int] = field(default_factory=list)

    def bytes(self) -> bytes:
        """The file."""
        out, central = bytearray(self.head), bytearray()
        for part in self.parts:
            packed = part.raw if part.raw is not None else _squeeze(part)
            at = len(out) if part.header_at is None else part.header_at
            size = len(part.data) if part.size is None else part.size
            length = len(packed) if part.packed is None else part.packed
            check = zlib.crc32(part.data) if part.check is None else part.check
            local_size = size if part.local_size is None else part.local_size
            local_check = check if part.local_check is None else part.local_check
            name = part.name if part.local_name is None else part.local_name
            if part.header_at is None:
                out += struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, part.flags, part.method, 0, 0, local_check,
                                   length if not part.flags & 8 else 0, local_size if not part.flags & 8 else 0,
                                   len(name), len(part.local_extra))  # fmt: skip
                out += name + part.local_extra + packed + part.descriptor + part.gap
            central += struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 0x031E, 20, part.flags, part.method, 0, 0, check,
                                   length & 0xFFFFFFFF, size & 0xFFFFFFFF, len(part.name), len(part.extra), 0, part.disk, 0,
                                   part.attributes & 0xFFFFFFFF, at)  # fmt: skip
            central += part.name + part.extra
        out += self.middle
        start = len(out) if self.start is None else self.start
        out += central
        if self.zip64 is not None:
            out += self.zip64
        count = len(self.parts) if self.count is None else self.count
        length = len(central) if self.directory_size is None else self.directory_size
        if self.end:
            out += struct.pack("<4s4H2LH", b"PK\x05\x06", self.disks, self.disks, count & 0xFFFF, count & 0xFFFF,
                               length, start, len(self.comment)) + self.comment  # fmt: skip
        return bytes(out) + self.tail


def _squeeze(part: Part) -> bytes:
    if part.method != 8:
        return part.data
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeezer.compress(part.data) + squeezer.flush()


def named(name: str | bytes, **fields: object) -> bytes:
    """A zip with one odd name beside an honest file."""
    raw = name if isinstance(name, bytes) else name.encode()
    return Made([Part(b"course.toml"), Part(raw, **fields)]).bytes()  # type: ignore[arg-type]


def flat_bomb() -> bytes:
    """One small file that would be 1 GiB."""
    zeros = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = b"".join(zeros.compress(b"\0" * (1 << 20)) for _ in range(64)) + zeros.flush()
    return Made([Part(b"big.bin", data=b"", raw=raw, size=64 << 20, check=0)]).bytes()


def many_bombs() -> bytes:
    """Many files, each below the limit for one, together far above."""
    zeros = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = zeros.compress(b"\0" * (7 << 20)) + zeros.flush()
    check = zlib.crc32(b"\0" * (7 << 20))
    return Made([Part(f"f{n}".encode(), data=b"", raw=raw, size=7 << 20, check=check) for n in range(400)]).bytes()


def overlapping(quoted: bool) -> bytes:
    """Entries that share bytes: all at one header, or each quoting the next one's local header as its data."""
    if not quoted:
        return Made([Part(b"a", b"x" * 100), Part(b"b", b"x" * 100, header_at=0, local_name=b"a")]).bytes()
    inner = Part(b"inner", b"y" * 50, method=0)
    whole = Made([inner]).bytes()
    local = whole[: whole.index(b"PK\x01\x02")]
    outer = Part(b"outer", local, method=0)
    at = 30 + len(b"outer")
    return Made([outer, Part(b"inner", b"y" * 50, method=0, header_at=at)]).bytes()


def many(count: int, lie: bool = False) -> bytes:
    """More entries than anybody needs; or their number hidden."""
    made = Made([Part(f"n{n}".encode(), b"", method=0, check=0) for n in range(count if not lie else 3)])
    if lie:
        made.count = 2
    elif count > 0xFFFF:
        made.zip64 = b""
        body = made.bytes()
        start = body.index(b"PK\x01\x02")
        end = len(body) - 22
        central = body[start:end]
        made.zip64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(central), start)
        made.zip64 += struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
        made.count = 0xFFFF
    return made.bytes()


def zip64_lie(**fields: int) -> bytes:
    """An entry whose sizes hide in a zip64 field that is not true."""
    values = {"size": 4, "packed": 6} | fields
    extra = struct.pack("<2H2Q", 1, 16, values["size"], values["packed"])
    return Made([Part(b"a", size=0xFFFFFFFF, packed=0xFFFFFFFF, extra=extra, local_extra=extra)]).bytes()


def _zip64_end(at: int, marks: bytes = b"PK\x06\x06") -> bytes:
    record = struct.pack("<4sQ2H2L4Q", marks, 44, 45, 45, 0, 0, 1, 1, 46 + 1, 35)
    return record + struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)


UNICODE_PATH = struct.pack("<2H", 0x7075, 5 + 4) + b"\x01" + struct.pack("<L", zlib.crc32(b"a.md")) + b"b.md"
HARD_LINK = struct.pack("<2H", 0x000D, 12 + 6) + b"\0" * 12 + b"/etc/x"

Case = tuple[str, Callable[[], bytes], type[Exception]]

NAMES: list[tuple[str, str | bytes, type[Exception]]] = [
    ("a step up", "../evil.txt", r.LeavesTheFolder),
    ("a step up inside", "a/../../evil.txt", r.LeavesTheFolder),
    ("a step up at the end", "a/..", r.LeavesTheFolder),
    ("a step up that stays inside", "a/../b", r.LeavesTheFolder),
    ("full-width dots", "．．/evil", r.LeavesTheFolder),
    ("absolute", "/etc/passwd", r.AbsolutePath),
    ("two slashes", "//host/share", r.AbsolutePath),
    ("a drive", "C:/evil", r.AbsolutePath),
    ("a drive without slash", "c:evil", r.AbsolutePath),
    ("backslashes", "..\\evil", r.Backslash),
    ("one backslash", "a\\b", r.Backslash),
    ("a UNC path", "\\\\host\\share", r.Backslash),
    ("a NUL byte", "a\0.md", r.OddName),
    ("a line break", "a\nb", r.OddName),
    ("an escape", "a\x1b[31m", r.OddName),
    ("a right-to-left override", "a\u202egnp.exe", r.OddName),
    ("a zero-width space", "a\u200b.md", r.OddName),
    ("a byte order mark", "\ufeffa", r.OddName),
    ("a stream", "a.txt:evil", r.OddName),
    ("a question mark", "a?.md", r.OddName),
    ("a star", "*", r.OddName),
    ("a pipe", "a|b", r.OddName),
    ("angle brackets", "<a>", r.OddName),
    ("an empty part", "a//b", r.OddName),
    ("a single dot", "a/./b", r.OddName),
    ("only a dot", ".", r.OddName),
    ("an empty name", "", r.OddName),
    ("a dot at the end", "evil.", r.OddName),
    ("a space at the end", "evil ", r.OddName),
    ("a full-width slash", "a／b", r.OddName),
    ("CON", "con", r.ReservedName),
    ("NUL with an ending", "nul.md", r.ReservedName),
    ("COM1 in a folder", "COM1/a.md", r.ReservedName),
    ("LPT in superscript", "lpt¹.txt", r.ReservedName),
    ("a long name", "a" * 255, r.NameTooLong),
    ("a long path", "/".join(["abcdefgh"] * 60), r.NameTooLong),
    ("a deep path", "/".join("a" * 60), r.NameTooLong),
    ("bytes that are no UTF-8", b"\xff\xfe\xfa", r.OddEncoding),
    ("a cut UTF-8 letter", b"caf\xc3", r.OddEncoding),
    ("an overlong slash", b"..\xc0\xafevil", r.OddEncoding),
    ("a surrogate", b"\xed\xa0\x80.md", r.OddEncoding),
]

CASES: list[Case] = [(said, lambda name=name: named(name), kind) for said, name, kind in NAMES]  # type: ignore[misc]
CASES += [
    ("unknown bytes without a flag", lambda: named(b"\xff\xff\x81", flags=0), r.OddEncoding),
    ("a symbolic link", lambda: named("link", data=b"/etc/passwd", attributes=0o120777 << 16), r.LinkInside),
    ("a symbolic link to a folder", lambda: named("link/", data=b"", method=0, attributes=0o120777 << 16), r.LinkInside),
    ("a hard link", lambda: named("link", extra=HARD_LINK), r.LinkInside),
    ("a character device", lambda: named("null", attributes=0o020666 << 16), r.NotAFile),
    ("a block device", lambda: named("sda", attributes=0o060660 << 16), r.NotAFile),
    ("a pipe file", lambda: named("fifo", attributes=0o010644 << 16), r.NotAFile),
    ("a socket", lambda: named("sock", attributes=0o140755 << 16), r.NotAFile),
    ("a folder that says it is a file", lambda: named("a/", data=b"", method=0, attributes=REGULAR), r.NotAFile),
    ("a file that says it is a folder", lambda: named("a", attributes=FOLDER), r.NotAFile),
    ("a folder with content", lambda: named("a/", attributes=FOLDER), r.SizesLie),
    ("a flat bomb", flat_bomb, r.SqueezedTooHard),
    ("many small bombs", many_bombs, r.TooBig),
    ("a file said to be 4 GB", lambda: named("a", size=0xFFFFFFF0, local_size=0xFFFFFFF0), r.TooBig),
    ("a file above the limit for one", lambda: named("a", size=600 << 20, packed=6, local_size=600 << 20), r.FileTooBig),
    ("entries at one header", lambda: overlapping(quoted=False), r.OverlappingEntries),
    ("a quoted local header", lambda: overlapping(quoted=True), r.OverlappingEntries),
    ("110,000 entries", lambda: many(110_000), r.TooManyEntries),
    ("30,000 entries", lambda: many(30_000), r.TooManyEntries),
    ("fewer entries said than there are", lambda: many(3, lie=True), r.SizesLie),
    ("more entries said than there are", lambda: Made([Part(b"a")], count=9).bytes(), r.SizesLie),
    ("a size smaller than the content", lambda: Made([Part(b"a", b"x" * 99, size=5, local_size=5)]).bytes(), r.SizesLie),
    ("a size larger than the content", lambda: Made([Part(b"a", b"x", size=9, local_size=9)]).bytes(), r.SizesLie),
    ("a local size that differs", lambda: Made([Part(b"a", local_size=9)]).bytes(), r.SizesLie),
    ("a local checksum that differs", lambda: Made([Part(b"a", local_check=9)]).bytes(), r.SizesLie),
    ("a wrong checksum", lambda: Made([Part(b"a", check=1)]).bytes(), r.DamagedArchive),
    ("a stored file with two sizes", lambda: Made([Part(b"a", method=0, size=9, local_size=9)]).bytes(), r.SizesLie),
    ("packed bytes beyond the directory", lambda: Made([Part(b"a", packed=5000)]).bytes(), r.SizesLie),
    ("rubbish for deflate", lambda: Made([Part(b"a", raw=b"\xff" * 40)]).bytes(), r.DamagedArchive),
    ("bytes after the end of deflate", lambda: Made([Part(b"a", raw=_squeeze(Part(b"a")) + b"evil")]).bytes(), r.SizesLie),
    ("two names for one file", lambda: Made([Part(b"a.md", local_name=b"b.md")]).bytes(), r.TwoNames),
    ("another name in the extra field", lambda: named("a.md", extra=UNICODE_PATH), r.TwoNames),
    ("a name twice", lambda: Made([Part(b"a"), Part(b"a")]).bytes(), r.NameTwice),
    ("names that differ in case", lambda: Made([Part(b"README"), Part(b"readme")]).bytes(), r.NamesCollide),
    ("names that differ in accents", lambda: Made([Part("é".encode()), Part("e\u0301".encode())]).bytes(), r.NameTwice),
    ("folders that differ in case", lambda: Made([Part(b"A/x"), Part(b"a/y")]).bytes(), r.NamesCollide),
    ("ligatures that fold together", lambda: Made([Part("ﬁle".encode()), Part(b"file")]).bytes(), r.NamesCollide),
    ("a file that is a folder too", lambda: Made([Part(b"a"), Part(b"a/b")]).bytes(), r.FileAndFolder),
    ("a password", lambda: Made([Part(b"a", flags=0x801)]).bytes(), r.Encrypted),
    ("strong encryption", lambda: Made([Part(b"a", flags=0x841)]).bytes(), r.Encrypted),
    ("a masked directory", lambda: Made([Part(b"a", flags=0x2800)]).bytes(), r.Encrypted),
    ("bzip2", lambda: Made([Part(b"a", method=12)]).bytes(), r.UnknownCompression),
    ("LZMA", lambda: Made([Part(b"a", method=14)]).bytes(), r.UnknownCompression),
    ("an unknown method", lambda: Made([Part(b"a", method=99)]).bytes(), r.UnknownCompression),
    ("zip64 without its field", lambda: Made([Part(b"a", size=0xFFFFFFFF)]).bytes(), r.SizesLie),
    ("zip64 sizes beyond the file", lambda: zip64_lie(packed=1 << 40), r.SizesLie),
    ("a zip64 size of an exabyte", lambda: zip64_lie(size=1 << 60), r.TooBig),
    ("a zip64 locator that points nowhere", lambda: Made([Part(b"a")], count=0xFFFF, zip64=_zip64_end(7)).bytes(), r.SizesLie),
    ("zip64 marks without a record", lambda: Made([Part(b"a")], count=0xFFFF).bytes(), r.ArchiveRefused),
    ("bytes before the first file", lambda: Made([Part(b"a")], head=b"#!/bin/sh\n").bytes(), r.HiddenData),
    ("bytes between files", lambda: Made([Part(b"a", gap=b"hidden"), Part(b"b")]).bytes(), r.HiddenData),
    ("bytes before the directory", lambda: Made([Part(b"a")], middle=b"hidden").bytes(), r.HiddenData),
    ("bytes after the end", lambda: Made([Part(b"a")], tail=b"<script>").bytes(), r.HiddenData),
    ("a second zip appended", lambda: Made([Part(b"a")]).bytes() + Made([Part(b"b")]).bytes(), r.HiddenData),
    ("a directory that begins elsewhere", lambda: Made([Part(b"a")], start=5).bytes(), r.HiddenData),
    ("a directory shorter than it is", lambda: Made([Part(b"a")], directory_size=20).bytes(), r.HiddenData),
    ("a false data descriptor", lambda: Made([Part(b"a", flags=0x808, descriptor=b"PK\x07\x08" + b"\1" * 12)]).bytes(), r.SizesLie),
    ("a missing data descriptor", lambda: Made([Part(b"a", flags=0x808)]).bytes(), r.SizesLie),
    ("an extra field that runs over", lambda: named("a", extra=struct.pack("<2H", 9, 900) + b"x"), r.SizesLie),
    ("one part of several", lambda: Made([Part(b"a")], disks=3).bytes(), r.SplitArchive),
    ("a file on another disk", lambda: Made([Part(b"a", disk=2)]).bytes(), r.SplitArchive),
    ("a cut file", lambda: Made([Part(b"a", b"x" * 999)]).bytes()[:60], r.NotAnArchive),
    ("no end record", lambda: Made([Part(b"a")], end=False).bytes(), r.NotAnArchive),
    ("an empty file", lambda: b"", r.NotAnArchive),
    ("an empty zip", lambda: Made([]).bytes(), r.EmptyPackage),
    ("only folders", lambda: Made([Part(b"a/", b"", method=0, attributes=FOLDER)]).bytes(), r.EmptyPackage),
    ("a tar file", lambda: b"course.toml".ljust(257, b"\0") + b"ustar\x0000" + b"\0" * 500, r.NotAnArchive),
    ("a 7z file", lambda: b"7z\xbc\xaf\x27\x1c" + b"\0" * 200, r.NotAnArchive),
    ("a web page", lambda: b"<!doctype html><p>PK\x03\x04", r.NotAnArchive),
]  # fmt: skip
