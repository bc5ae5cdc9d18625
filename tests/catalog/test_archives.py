"""Hostile packages: each kind is refused with its own sentence, in time, in little memory, and nothing is written."""

import io
import os
import resource
import time
import zipfile
from pathlib import Path

import pytest

from coursehub.archives import ArchiveRefused, Zip, open_package
from coursehub.archives import refusals as r
from tests.catalog.hostile import CASES, Made, Part
from tests.catalog.samples import house_course, pack

MOST_SECONDS = 5
MOST_MIB = 256


def read_whole(path: Path) -> None:
    """Open a package and read all of it, as an importer could."""
    package = open_package(path)
    for name in package.names:
        for _piece in package.chunks(name):
            pass


def everything_below(folder: Path) -> set[str]:
    """All files and folders below a folder."""
    return {str(path) for path in folder.rglob("*")}


@pytest.mark.parametrize(("said", "build", "refusal"), CASES, ids=[case[0] for case in CASES])
def test_a_hostile_zip_is_refused_with_its_own_sentence(
    said: str, build: object, refusal: type[ArchiveRefused], tmp_path: Path
) -> None:
    path = tmp_path / "inside" / "hostile.zip"
    path.parent.mkdir()
    path.write_bytes(build())  # type: ignore[operator]
    before, memory = everything_below(tmp_path), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    with pytest.raises(refusal):
        read_whole(path)
    assert time.perf_counter() - started <= MOST_SECONDS
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) // 1024 <= MOST_MIB
    assert everything_below(tmp_path) == before


def test_there_are_at_least_sixty_kinds_and_each_refusal_is_reached() -> None:
    assert len({said for said, _build, _kind in CASES}) >= 60
    reached = {kind for _said, _build, kind in CASES}
    every = {kind for kind in vars(r).values() if isinstance(kind, type) and issubclass(kind, r.ArchiveRefused)}
    assert every - reached == set()


def test_the_standard_library_would_take_what_we_refuse(tmp_path: Path) -> None:
    """The measure of these cases: a reader that believes the zip takes most of them."""
    taken = 0
    for _said, build, _kind in CASES:
        try:
            with zipfile.ZipFile(io.BytesIO(build())) as packed:
                taken += bool(packed.namelist())
        except Exception:  # any refusal of the library counts as one
            continue
    assert taken >= 60


def test_honest_zips_of_usual_tools_are_read(tmp_path: Path) -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as packed:
        packed.comment = b"made by a usual tool"
        packed.mkdir("课程")
        packed.writestr("课程/第一课.md", "你好")
        with packed.open("课程/big.txt", "w", force_zip64=True) as entry:
            entry.write(b"streamed")
    path = tmp_path / "honest.zip"
    path.write_bytes(stored.getvalue())
    package = Zip(path, open_package(path).limits)
    assert package.names == ["课程/第一课.md", "课程/big.txt"]
    assert package.read("课程/第一课.md").decode() == "你好" and package.read("课程/big.txt") == b"streamed"


def test_a_zip_written_to_a_stream_has_descriptors_and_is_read(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        """Cannot seek, as a pipe."""

        def __init__(self) -> None:
            self.got = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.got += bytes(data)  # type: ignore[call-overload]
            return len(bytes(data))  # type: ignore[call-overload]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as packed:  # type: ignore[arg-type]
        packed.writestr("a.md", "x" * 1000)
        packed.writestr("b.md", "y")
    path = tmp_path / "piped.zip"
    path.write_bytes(bytes(pipe.got))
    assert open_package(path).read("a.md") == b"x" * 1000


def test_names_as_chinese_windows_writes_them_are_read(tmp_path: Path) -> None:
    path = tmp_path / "gbk.zip"
    path.write_bytes(Made([Part("第一课.md".encode("gb18030"), flags=0)]).bytes())
    assert open_package(path).names == ["第一课.md"]


def test_a_bomb_inside_a_bomb_stays_a_closed_file(tmp_path: Path) -> None:
    inner = pack({"zeros": b"\0" * (4 << 20)})
    for _level in range(5):
        inner = pack({f"{n}.zip": inner for n in range(8)})
    path = tmp_path / "nested.zip"
    path.write_bytes(pack({"course.toml": b"", "nested.zip": inner}))
    package = open_package(path)
    assert package.names == ["course.toml", "nested.zip"] and package.size("nested.zip") == len(inner)


def test_a_folder_with_a_link_or_a_pipe_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "a.md").write_text("x")
    assert open_package(folder).names == ["a.md"]
    (folder / "link").symlink_to("/etc/passwd")
    with pytest.raises(r.LinkInside):
        open_package(folder)
    (folder / "link").unlink()
    os.mkfifo(folder / "pipe")
    with pytest.raises(r.NotAFile):
        open_package(folder)


def test_a_link_that_appears_after_the_look_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "course").mkdir()
    page = tmp_path / "course" / "a.md"
    page.write_text("x")
    package = open_package(tmp_path / "course")
    page.unlink()
    page.symlink_to("/etc/hostname")
    with pytest.raises(OSError, match=r"symbolic|loop|Too many"):
        package.read("a.md")


def test_a_refused_package_leaves_the_sample_unharmed(tmp_path: Path) -> None:
    """The planted fault: the same course is taken when nothing is wrong with it."""
    path = tmp_path / "good.zip"
    path.write_bytes(pack(house_course(), "tides-main/"))
    assert len(open_package(path).names) == len(house_course())
