"""The second layer, where bubblewrap is missing: the same closed room, built by our own `entrance.py`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from coursehub.learning.grading import surroundings
from coursehub.learning.grading.bubblewrap import DEVICES
from coursehub.learning.grading.limits import Limits
from coursehub.learning.grading.surroundings import Interpreter

_ENTRANCE = (Path(__file__).parent / "entrance.py").read_text(encoding="utf-8")


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
    """The command line of the entrance; a number added at its end is the user id that root gives up its rights to."""
    folders, links = surroundings.libraries()
    shown = {path: path for path in (*folders, *interpreter.shown, interpreter.executable)}
    if with_tools:
        tools, tool_folders = surroundings.shell_tools()
        shown |= {path: path for path in tool_folders}
        shown |= {place: source for source, place in tools}
    plan = {
        "shown": sorted(shown.items()),
        "links": [(target, place) for target, place in links if place != "/bin" or with_tools],
        "covered": list(interpreter.covered),
        "devices": [f"/dev/{device}" for device in DEVICES],
        "rooms": [("/work", limits.disk_mib), ("/home", 4), ("/tmp", limits.disk_mib)],
        "files": limits.files * 2,
        "env": dict(env),
        "inner": inner,
        "filter_fd": filter_fd,
        "info_fd": info_fd,
    }
    own = str(getattr(sys, "_base_executable", sys.executable))
    return [own, "-I", "-S", "-B", "-c", _ENTRANCE, json.dumps(plan)]
