"""Why a package is refused: one class and one sentence for each kind."""

from coursehub.errors import Refusal


class ArchiveRefused(Refusal):
    """This package cannot be opened."""

    status = 422


class NotAnArchive(ArchiveRefused):
    """This is not a zip file. Pack the course folder as .zip and try again."""


class DamagedArchive(ArchiveRefused):
    """The zip file is damaged at %(name)s. Pack it again and try once more."""


class TooManyEntries(ArchiveRefused):
    """The package holds %(count)s files; at most %(limit)s are allowed."""


class TooBig(ArchiveRefused):
    """The package would be %(size)s MB unpacked; at most %(limit)s MB are allowed."""


class FileTooBig(ArchiveRefused):
    """%(name)s is too big: %(size)s MB, at most %(limit)s MB are allowed."""


class SqueezedTooHard(ArchiveRefused):
    """%(name)s grows %(ratio)s times when unpacked. Such a file is not accepted."""


class OverlappingEntries(ArchiveRefused):
    """Two files in the zip share the same bytes, near %(name)s. Such a zip is not accepted."""


class HiddenData(ArchiveRefused):
    """The zip holds bytes that belong to no file (%(count)s of them). Pack it again with an ordinary tool."""


class SizesLie(ArchiveRefused):
    """What the zip says about %(name)s is not true: sizes or checks do not agree."""


class TwoNames(ArchiveRefused):
    """The zip gives two different names for one file: %(name)s."""


class LeavesTheFolder(ArchiveRefused):
    """The path %(name)s leads out of the package. Such a package is not accepted."""


class AbsolutePath(ArchiveRefused):
    """The path %(name)s is absolute. Paths inside a package must be relative."""


class Backslash(ArchiveRefused):
    """The path %(name)s contains a backslash. Pack the folder with a tool that writes forward slashes."""


class OddName(ArchiveRefused):
    """The file name %(name)s contains characters that are not allowed in file names."""


class ReservedName(ArchiveRefused):
    """The file name %(name)s is reserved on Windows. Rename the file."""


class NameTooLong(ArchiveRefused):
    """The path %(name)s is too long; at most %(limit)s characters are allowed."""


class OddEncoding(ArchiveRefused):
    """The file name %(name)s is written in an unknown encoding. Use UTF-8."""


class NameTwice(ArchiveRefused):
    """The path %(name)s appears more than once in the package."""


class NamesCollide(ArchiveRefused):
    """The paths %(name)s and %(other)s differ only in case or accents. Rename one of them."""


class FileAndFolder(ArchiveRefused):
    """%(name)s is both a file and a folder in this package."""


class LinkInside(ArchiveRefused):
    """%(name)s is a link to another file. Replace it with the file itself."""


class NotAFile(ArchiveRefused):
    """%(name)s is neither a file nor a folder. Such an entry is not accepted."""


class Encrypted(ArchiveRefused):
    """%(name)s is encrypted. Pack the course without a password."""


class UnknownCompression(ArchiveRefused):
    """%(name)s is compressed in a way that is not supported. Use ordinary zip compression."""


class SplitArchive(ArchiveRefused):
    """This is one part of a split archive. Pack the course as one zip file."""


class EmptyPackage(ArchiveRefused):
    """The package is empty."""
