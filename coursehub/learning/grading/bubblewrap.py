"""The first layer: bubblewrap, every namespace unshared, a root made of a few read-only pieces."""

import shutil
from collections.abc import Mapping

from coursehub.learning.grading import surroundings
from coursehub.learning.grading.limits import MIB, Limits
from coursehub.learning.grading.surroundings import Interpreter

DEVICES = ("null", "zero", "full", "random", "urandom")


def program() -> str | None:
    """Where bubblewrap is installed, or None."""
    return shutil.which("bwrap", path=surroundings.SYSTEM_PATH)


def command(
    interpreter: Interpreter,
    inner: list[str],
    *,
    limits: Limits,
    env: Mapping[str, str],
    with_tools: bool,
    filter_fd: int | None,
    info_fd: int,
) -> list[str]:
    """The command line that builds the room and starts `inner` in it."""
    words = [
        program() or "bwrap", "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts",
        "--unshare-cgroup-try", "--disable-userns", "--uid", "1000", "--gid", "1000", "--hostname", "exercise",
        "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv",
    ]  # fmt: skip
    for name, value in env.items():
        words += ["--setenv", name, value]
    folders, links = surroundings.libraries()
    shown = {*folders, *interpreter.shown, interpreter.executable}
    if with_tools:
        tools, tool_folders = surroundings.shell_tools()
        shown |= set(tool_folders)
    for path in sorted(shown):
        words += ["--ro-bind", path, path]
    if with_tools:
        for source, place in tools:
            if place not in shown:
                words += ["--ro-bind", source, place]
    for target, place in links:
        if place != "/bin" or with_tools:
            words += ["--symlink", target, place]
    for path in interpreter.covered:
        words += ["--size", "4096", "--tmpfs", path, "--remount-ro", path]
    for device in DEVICES:
        words += ["--dev-bind", f"/dev/{device}", f"/dev/{device}"]
    for place, size in (("/work", limits.disk_mib * MIB), ("/home", 4 * MIB), ("/tmp", limits.disk_mib * MIB)):
        words += ["--size", str(size), "--tmpfs", place]
    words += ["--chdir", "/work", "--remount-ro", "/", "--info-fd", str(info_fd)]
    if filter_fd is not None:
        words += ["--seccomp", str(filter_fd)]
    return [*words, "--", *inner]
