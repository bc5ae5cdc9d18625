"""Importers: each reads one kind of package into a CourseSource, and runs nothing of it.

An importer looks at names and text only. It opens no address, executes no cell,
and gives every file of the package a fate in the report.
"""

from coursehub.archives import Package
from coursehub.catalog.importers import carpentries, house, jupyter
from coursehub.catalog.importers.opening import CourseUnreadable, Opened, UnknownFormat
from coursehub.catalog.source import CourseSource

__all__ = ["CourseUnreadable", "UnknownFormat", "read_course"]


def read_course(package: Package) -> CourseSource:
    """The course in a package, by whichever importer knows its form.

    Raises UnknownFormat when none does, CourseUnreadable when its own files contradict themselves.
    """
    opened = Opened(package)
    for knows, read in (
        (house.knows, house.read),
        (jupyter.knows, jupyter.read),
        (carpentries.knows, carpentries.read),
    ):
        if knows(opened):
            source = read(opened)
            opened.settle_rest(source)
            return source
    raise UnknownFormat
