"""What a learner's program can see: an interpreter, the standard library, a few tools. Nothing of ours.

Everything is named one by one. Folders that hold other people's packages are
covered, so that an exercise has the standard library and only that.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SHELL_TOOLS = (
    "sh", "bash", "git", "cat", "ls", "cp", "mv", "rm", "mkdir", "rmdir", "touch", "echo", "printf", "head", "tail",
    "sort", "uniq", "wc", "cut", "tr", "grep", "sed", "awk", "find", "xargs", "diff", "cmp", "comm", "paste", "join",
    "tee", "env", "true", "false", "test", "expr", "date", "sleep", "basename", "dirname", "pwd", "seq", "chmod", "ln",
    "stat", "du", "readlink", "realpath", "mktemp", "nl", "tac", "rev", "fold", "od", "id", "whoami", "sha256sum", "mkfifo",
)  # fmt: skip
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
_DESCRIBE = """
import json, os, sys, sysconfig
v = sysconfig.get_config_var
print(json.dumps({
    "version": list(sys.version_info[:2]), "executable": os.path.realpath(sys.executable), "prefix": sys.base_prefix,
    "stdlib": sysconfig.get_path("stdlib"), "platstdlib": sysconfig.get_path("platstdlib"),
    "library": os.path.join(v("LIBDIR") or "", v("INSTSONAME") or "") if v("Py_ENABLE_SHARED") else ""}))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python whose standard library a learner may use."""

    executable: str
    shown: tuple[str, ...]
    covered: tuple[str, ...]


@cache
def interpreters() -> tuple[Interpreter, ...]:
    """Ours first, then the system's: the second serves when ours lies where only root may look."""
    found: dict[str, Interpreter] = {}
    own = str(getattr(sys, "_base_executable", sys.executable))
    for path in (own, "/usr/local/bin/python3", "/usr/bin/python3"):
        described = _described(path) if os.access(path, os.X_OK) else None
        if described is not None:
            found.setdefault(described.executable, described)
    return tuple(found.values())


def _described(path: str) -> Interpreter | None:
    try:
        told = subprocess.run([path, "-I", "-S", "-c", _DESCRIBE], capture_output=True, timeout=20, check=True, env={}).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    facts = json.loads(told)
    if tuple(facts["version"]) < (3, 11):
        return None
    shown = {facts["executable"], os.path.realpath(facts["stdlib"]), os.path.realpath(facts["platstdlib"])}
    if facts["library"] and os.path.exists(facts["library"]):
        shown.add(facts["library"])  # by its own name: the loader asks for it by that name
    covered = [f"{folder}/{name}" for folder in shown for name in ("site-packages", "dist-packages", "test", "ensurepip")]
    return Interpreter(
        executable=facts["executable"],
        shown=tuple(sorted(shown)),
        covered=tuple(sorted(path for path in covered if os.path.isdir(path))),
    )


@cache
def libraries() -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The system's shared libraries: folders and files to show, and the links (target, place) that lead to them."""
    march = f"{platform.machine()}-linux-gnu"
    links = tuple((os.readlink(place), place) for place in ("/lib", "/lib64", "/bin") if os.path.islink(place))
    wanted = [f"/usr/lib/{march}", f"/lib/{march}", "/usr/lib64", "/lib64"]
    if not any(os.path.isdir(folder) for folder in wanted[:3]):
        wanted = ["/usr/lib", "/lib"]  # musl systems keep everything there
    linked = {place for _target, place in links}
    shown = [w for w in wanted if os.path.isdir(w) and not any(w == p or w.startswith(p + "/") for p in linked)]
    shown += [path for path in ("/etc/ld.so.cache", "/usr/share/zoneinfo") if os.path.exists(path)]
    return tuple(shown), links


@cache
def shell_tools() -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The tools of shell exercises as (source, place), and git's own folders."""
    places: dict[str, str] = {}
    for name in SHELL_TOOLS:
        found = shutil.which(name, path=SYSTEM_PATH)
        if found:
            places[f"/usr/bin/{name}"] = os.path.realpath(found)
    folders = tuple(p for p in ("/usr/lib/git-core", "/usr/libexec/git-core", "/usr/share/git-core") if Path(p).is_dir())
    return tuple((source, place) for place, source in places.items()), folders
