"""Run one program in a closed room: no network, no sight of our files or environment, hard limits.

Layers, best first: bubblewrap; our own namespaces (`namespaces.py`). Each is tried
once with a real run before it is believed. Where none works, `isolation()` says so
and nothing is graded.
"""

import fcntl
import marshal
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import has_app_context

from coursehub.config import current_settings
from coursehub.errors import Refusal
from coursehub.learning.grading import bubblewrap, namespaces, surroundings, syscalls
from coursehub.learning.grading.limits import Limits, Outcome
from coursehub.learning.grading.surroundings import Interpreter
from coursehub.learning.grading.watch import watch

_INSIDE = (Path(__file__).parent / "inside.py").read_text(encoding="utf-8")
_FIRST_FREE_UID = 1_879_048_192  # far above anything a system hands out; one number per slot
_PATIENCE_SECONDS = 30.0
_ENV = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/home",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "MALLOC_ARENA_MAX": "2",
}
LAYERS = ("bubblewrap", "namespaces")
_here = threading.Condition()
_taken: set[int] = set()


class CannotGradeHere(Refusal):
    """Exercises cannot be graded here: this server has no safe place to run a learner's program.

    Its operators can install bubblewrap.
    """

    status = 503


class GradingIsBusy(Refusal):
    """Many exercises are being graded right now. Your work is kept; please hand it in again in a minute."""

    status = 503


@dataclass(frozen=True)
class Isolation:
    """How programs are closed in on this machine."""

    layer: str
    interpreter: Interpreter | None
    why: str

    @property
    def available(self) -> bool:
        """Whether anything can be graded here."""
        return self.interpreter is not None


@cache
def working(layer: str) -> Isolation:
    """One layer with the first interpreter that really works in it, found by trying."""
    if layer == "bubblewrap" and bubblewrap.program() is None:
        return Isolation("none", None, "bubblewrap is not installed")
    tried: list[str] = []
    for interpreter in surroundings.interpreters():
        said = _trial(Isolation(layer, interpreter, ""))
        if not said:
            return Isolation(layer, interpreter, "")
        tried.append(f"{layer} with {interpreter.executable}: {said}")
    return Isolation("none", None, "; ".join(tried))


def isolation() -> Isolation:
    """The best layer that works here; one that is not available says why."""
    tried = []
    for layer in LAYERS:
        found = working(layer)
        if found.available:
            return found
        tried.append(found.why)
    return Isolation("none", None, "; ".join(tried))


def isolation_available() -> bool:
    """Whether learners' programs can be run safely on this machine."""
    return isolation().available


def _trial(candidate: Isolation) -> str:
    """Run a small program that tries to look around; empty when it ran and saw nothing."""
    look = "import os\ndef look():\n    return sorted(os.listdir('/')) + sorted(os.environ)\n"
    order = {"kind": "python", "files": {"t.py": look.encode()}, "file": "t.py", "call": "look", "args": []}
    try:
        outcome = _run(candidate, order, Limits(), b"", slot=0)
    except OSError as problem:
        return str(problem)
    if b'"value"' not in outcome.result:
        return outcome.stderr.decode("utf-8", "replace").strip()[:300] or "it ended without a word"
    seen = [name for name in ("root", "proc", "sys", "var", "mnt", "srv") if f'["s", "{name}"]'.encode() in outcome.result]
    hidden_prefix = candidate.interpreter is not None and candidate.interpreter.executable.startswith("/root/")
    seen = [name for name in seen if not (name == "root" and hidden_prefix)]
    return f"the room is not closed: it shows {', '.join(seen)}" if seen else ""


def run(order: Mapping[str, Any], *, limits: Limits, stdin: bytes = b"", within: Isolation | None = None) -> Outcome:
    """Do one order in a fresh room, built by the best layer or by the one given.

    Raises CannotGradeHere where no layer works, GradingIsBusy when no slot came free in time.
    """
    chosen = within or isolation()
    if not chosen.available:
        raise CannotGradeHere
    with _slot() as slot:
        return _run(chosen, order, limits, stdin, slot=slot)


def _run(chosen: Isolation, order: Mapping[str, Any], limits: Limits, stdin: bytes, *, slot: int) -> Outcome:
    interpreter = chosen.interpreter
    if interpreter is None:
        raise CannotGradeHere
    env = _ENV | dict(order.get("env", {}))
    sent = marshal.dumps({**order, "limits": asdict(limits)}, 2)
    with ExitStack() as opened:
        order_fd = _readable(opened, "order", sent)
        stdin_fd = _readable(opened, "stdin", stdin)
        filter_fd = _readable(opened, "filter", syscalls.filter_program()) if syscalls.filter_program() else None
        result, result_fd = _pipe(opened)
        info, info_fd = _pipe(opened)
        inner = [interpreter.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _INSIDE, str(order_fd), str(result_fd)]
        wanted = {
            "limits": limits,
            "env": env,
            "with_tools": order["kind"] != "python",
            "filter_fd": filter_fd,
            "info_fd": info_fd,
        }
        bubbled = chosen.layer == "bubblewrap"
        words = (bubblewrap if bubbled else namespaces).command(interpreter, inner, **wanted)
        passed = tuple(fd for fd in (order_fd, result_fd, filter_fd, info_fd) if fd is not None)
        uid = _FIRST_FREE_UID + slot if os.geteuid() == 0 else None
        as_nobody: dict[str, Any] = {"user": uid, "group": uid, "extra_groups": []} if uid and bubbled else {}
        if uid and not bubbled:
            words += [str(uid)]
        started = time.monotonic()
        try:
            child = subprocess.Popen(
                words,
                stdin=stdin_fd,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={},
                cwd="/",
                pass_fds=passed,
                **as_nobody,
            )
        finally:
            os.close(result_fd)
            os.close(info_fd)
        return watch(child, result, info, limits=limits, started=started)


def _readable(opened: ExitStack, name: str, content: bytes) -> int:
    """A descriptor from which `content` can be read; it lives in memory and has no name."""
    fd = os.memfd_create(name, 0)
    opened.callback(os.close, fd)
    with open(fd, "wb", closefd=False) as file:
        file.write(content)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _pipe(opened: ExitStack) -> tuple[int, int]:
    reading, writing = os.pipe()
    opened.callback(os.close, reading)
    return reading, writing


@contextmanager
def _slot() -> Iterator[int]:
    """One of the machine's few places for a running exercise; shared by all our processes through file locks."""
    count = current_settings().grading_slots if has_app_context() else 2
    until = time.monotonic() + _PATIENCE_SECONDS
    folder = Path(tempfile.gettempdir()) / f"coursehub-grading-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.geteuid() or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to somebody else")
    while True:
        for slot in range(count):
            file = _taken_file(folder, slot)
            if file is None:
                continue
            try:
                yield slot
            finally:
                _give_back(file, slot)
            return
        if time.monotonic() > until:
            raise GradingIsBusy
        with _here:
            _here.wait(0.02)


def _taken_file(folder: Path, slot: int) -> int | None:
    """The locked file of a slot, or None while a thread or process of ours uses it."""
    with _here:
        if slot in _taken:
            return None
        _taken.add(slot)
    file = os.open(folder / str(slot), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _give_back(file, slot)
        return None
    return file


def _give_back(file: int, slot: int) -> None:
    os.close(file)
    with _here:
        _taken.discard(slot)
        _here.notify()
