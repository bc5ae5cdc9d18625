"""The directory of a zip file, held against the local headers and against the file itself."""

import os
import stat
import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from coursehub.archives.names import check_name, check_set, decode_name, shown
from coursehub.archives.refusals import (
    DamagedArchive,
    Encrypted,
    HiddenData,
    LinkInside,
    NotAFile,
    NotAnArchive,
    OverlappingEntries,
    SizesLie,
    SplitArchive,
    TooManyEntries,
    TwoNames,
    UnknownCompression,
)

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_LARGEST_DIRECTORY = 16 << 20
_LONGEST_DESCRIPTOR = 24
_ENCRYPTED, _DESCRIPTOR, _STRONG, _UTF8, _MASKED = 0x1, 0x8, 0x40, 0x800, 0x2000


@dataclass(frozen=True)
class Entry:
    """One file of the zip: canonical path, sizes, checksum, and where its bytes lie."""

    path: str
    method: int
    size: int
    packed: int
    check: int
    header_at: int
    data_at: int

    @property
    def shown(self) -> str:
        """The path as a sentence may quote it."""
        return shown(self.path)


@dataclass(frozen=True)
class _Central:
    raw_name: bytes
    path: str
    is_folder: bool
    flags: int
    method: int
    size: int
    packed: int
    check: int
    header_at: int


def read_directory(file: BinaryIO, most_entries: int) -> dict[str, Entry]:
    """All files by canonical path; folders are checked and left out.

    Raises a subclass of ArchiveRefused.
    """
    length = file.seek(0, os.SEEK_END)
    count, size, start = _end_of_directory(file, length)
    if count > most_entries:
        raise TooManyEntries(count=count, limit=most_entries)
    if size > _LARGEST_DIRECTORY:
        raise TooManyEntries(count=count, limit=most_entries)
    file.seek(start)
    centrals = _centrals(file.read(size), count)
    check_set(
        (one.path for one in centrals if not one.is_folder),
        dict.fromkeys(one.path for one in centrals if one.is_folder),
    )
    return _matched(file, centrals, start)


def _end_of_directory(file: BinaryIO, length: int) -> tuple[int, int, int]:
    """How many entries, how many bytes of directory, and where it begins."""
    if length < _END.size:
        raise NotAnArchive
    file.seek(max(0, length - _END.size - _FULL16))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0 and at + _END.size > len(tail):
        at = tail.rfind(b"PK\x05\x06", 0, at)
    if at < 0:
        raise NotAnArchive
    _, disk, first_disk, here, count, size, start, comment = _END.unpack_from(tail, at)
    end_at = length - len(tail) + at
    if at + _END.size + comment != len(tail):
        raise HiddenData(count=abs(len(tail) - at - _END.size - comment))
    if _FULL16 in (here, count) or _FULL32 in (size, start):
        return _end64(file, end_at)
    if disk or first_disk or here != count:
        raise SplitArchive
    if start + size != end_at:
        raise HiddenData(count=abs(end_at - start - size))
    return count, size, start


def _end64(file: BinaryIO, end_at: int) -> tuple[int, int, int]:
    if end_at < _LOCATOR64.size + _END64.size:
        raise DamagedArchive(name="zip64")
    file.seek(end_at - _LOCATOR64.size)
    mark, disk, at, disks = _LOCATOR64.unpack(file.read(_LOCATOR64.size))
    if mark != b"PK\x06\x07" or at + _END64.size + _LOCATOR64.size != end_at:
        raise SizesLie(name="zip64")
    if disk or disks > 1:
        raise SplitArchive
    file.seek(at)
    mark, rest, _, _, disk, first_disk, here, count, size, start = _END64.unpack(file.read(_END64.size))
    if mark != b"PK\x06\x06" or rest != _END64.size - 12 or start + size != at:
        raise SizesLie(name="zip64")
    if disk or first_disk or here != count:
        raise SplitArchive
    return count, size, start


def _centrals(directory: bytes, count: int) -> list[_Central]:
    found: list[_Central] = []
    at = 0
    while at < len(directory):
        if at + _CENTRAL.size > len(directory) or directory[at : at + 4] != b"PK\x01\x02" or len(found) >= count:
            raise SizesLie(name="zip")
        fields = _CENTRAL.unpack_from(directory, at)
        name_length, extra_length, comment_length = fields[10:13]
        body_at = at + _CENTRAL.size
        raw_name = directory[body_at : body_at + name_length]
        extra = directory[body_at + name_length : body_at + name_length + extra_length]
        at = body_at + name_length + extra_length + comment_length
        if at > len(directory):
            raise DamagedArchive(name=shown(raw_name.decode("utf-8", "replace")))
        found.append(_central(fields, raw_name, extra))
    if len(found) != count:
        raise SizesLie(name="zip")
    return found


def _central(fields: tuple[int, ...], raw_name: bytes, extra: bytes) -> _Central:
    flags, method, check, packed, size = fields[3], fields[4], fields[7], fields[8], fields[9]
    disk, attributes, header_at = fields[13], fields[15], fields[16]
    name = decode_name(raw_name, says_utf8=bool(flags & _UTF8))
    path = check_name(name)
    extras = _extras(extra, path)
    size, packed, header_at = _widened(extras.get(0x0001), (size, packed, header_at), path)
    if disk not in (0, _FULL16):
        raise SplitArchive
    if flags & (_ENCRYPTED | _STRONG | _MASKED):
        raise Encrypted(name=shown(path))
    if method not in (0, 8):
        raise UnknownCompression(name=shown(path))
    if method == 0 and size != packed:
        raise SizesLie(name=shown(path))
    _check_names_agree(extras.get(0x7075), raw_name, name)
    is_folder = name.endswith("/")
    _check_kind(attributes, extras, is_folder, path)
    if is_folder and size:
        raise SizesLie(name=shown(path))
    return _Central(raw_name, path, is_folder, flags, method, size, packed, check, header_at)


def _extras(extra: bytes, path: str) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if at + 4 + length > len(extra) or (kind == 1 and kind in found):
            raise SizesLie(name=shown(path))
        found[kind] = extra[at + 4 : at + 4 + length]
        at += 4 + length
    return found


def _widened(extra: bytes | None, narrow: tuple[int, int, int], path: str) -> tuple[int, int, int]:
    """Sizes and offset, those that do not fit in 32 bits from the zip64 field."""
    wide, at = [], 0
    for value in narrow:
        if value != _FULL32:
            wide.append(value)
            continue
        if extra is None or at + 8 > len(extra):
            raise SizesLie(name=shown(path))
        wide.append(struct.unpack_from("<Q", extra, at)[0])
        at += 8
    return wide[0], wide[1], wide[2]


def _check_names_agree(unicode_path: bytes | None, raw_name: bytes, name: str) -> None:
    if unicode_path is None:
        return
    same = len(unicode_path) > 5 and unicode_path[5:].decode("utf-8", "replace") == name
    if not same or struct.unpack_from("<L", unicode_path, 1)[0] != zlib.crc32(raw_name):
        raise TwoNames(name=shown(name))


def _check_kind(attributes: int, extras: dict[int, bytes], is_folder: bool, path: str) -> None:
    kind = stat.S_IFMT(attributes >> 16)
    if kind == stat.S_IFLNK or len(extras.get(0x000D, b"")) > 12:
        raise LinkInside(name=shown(path))
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or (kind and (kind == stat.S_IFDIR) != is_folder):
        raise NotAFile(name=shown(path))


def _matched(file: BinaryIO, centrals: list[_Central], directory_at: int) -> dict[str, Entry]:
    """Read every local header in the order of the file; they must tile it up to the directory."""
    at = 0
    places: dict[str, int] = {}
    for one in sorted(centrals, key=lambda central: central.header_at):
        if one.header_at < at:
            raise OverlappingEntries(name=shown(one.path))
        if one.header_at > at:
            raise HiddenData(count=one.header_at - at)
        data_at = _local(file, one)
        at = data_at + one.packed
        if at > directory_at:
            raise SizesLie(name=shown(one.path))
        places[one.path] = data_at
        if one.flags & _DESCRIPTOR:
            at += _descriptor(file, one, at)
    if at != directory_at:
        raise HiddenData(count=abs(directory_at - at))
    return {
        one.path: Entry(one.path, one.method, one.size, one.packed, one.check, one.header_at, places[one.path])
        for one in centrals
        if not one.is_folder
    }


def _local(file: BinaryIO, one: _Central) -> int:
    """Where an entry's bytes begin, its local header saying the same as the directory."""
    file.seek(one.header_at)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
        raise SizesLie(name=shown(one.path))
    _, _, flags, method, _, _, check, packed, size, name_length, extra_length = _LOCAL.unpack(header)
    raw_name, extra = file.read(name_length), file.read(extra_length)
    if raw_name != one.raw_name:
        raise TwoNames(name=shown(one.path))
    if (flags & _ENCRYPTED, method) != (one.flags & _ENCRYPTED, one.method):
        raise SizesLie(name=shown(one.path))
    told = {(size, packed), (0, 0)} if flags & _DESCRIPTOR else {(size, packed)}
    if _FULL32 in (size, packed):
        wide = _widened(_extras(extra, one.path).get(0x0001), (size, packed, 0), one.path)
        told.add((wide[0], wide[1]))
    if (one.size, one.packed) not in told and not (flags & _DESCRIPTOR and (size, packed) == (0, 0)):
        raise SizesLie(name=shown(one.path))
    if check != one.check and not (flags & _DESCRIPTOR and check == 0):
        raise SizesLie(name=shown(one.path))
    return one.header_at + _LOCAL.size + int(name_length) + int(extra_length)


def _descriptor(file: BinaryIO, one: _Central, at: int) -> int:
    """The length of the data descriptor that follows the bytes, in whichever of its four forms."""
    file.seek(at)
    raw = file.read(_LONGEST_DESCRIPTOR)
    for form in ("<4sLLL", "<LLL", "<4sLQQ", "<LQQ"):
        size: int = struct.calcsize(form)
        if len(raw) < size:
            continue
        fields = struct.unpack_from(form, raw)
        if form.startswith("<4s"):
            if fields[0] != b"PK\x07\x08":
                continue
            fields = tuple(fields[1:])
        if fields == (one.check, one.packed, one.size):
            return size
    raise SizesLie(name=shown(one.path))
