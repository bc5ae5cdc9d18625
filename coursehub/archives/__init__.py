"""Opening what strangers send: a zip or a folder, read in place and never unpacked.

Nothing is written, so nothing can land outside. A package is judged whole before a
single byte of it is used: every odd name, link, lie about sizes or hidden data is
refused with the sentence that names it. Archives inside archives stay closed files.
"""

from pathlib import Path

from coursehub.archives.folder import Folder
from coursehub.archives.names import top_folder
from coursehub.archives.refusals import ArchiveRefused
from coursehub.archives.zips import Limits, Zip

Package = Zip | Folder

__all__ = ["ArchiveRefused", "Folder", "Limits", "Package", "Zip", "open_package", "top_folder"]


def open_package(path: Path, *, limits: Limits | None = None) -> Package:
    """A zip file or a folder, judged whole.

    Raises a subclass of ArchiveRefused that says what is wrong and where.
    """
    return Folder(path, limits or Limits()) if path.is_dir() else Zip(path, limits or Limits())
