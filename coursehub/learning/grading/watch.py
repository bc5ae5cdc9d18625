"""Wait for one isolated run: take in what it says, end the whole tree when a limit is passed."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import time
from typing import IO

from coursehub.learning.grading.limits import MIB, Limits, Outcome

_FIRST_LOOK_SECONDS, _EVERY_SECONDS = 0.1, 0.05


class _Ears:
    """The open ends of what the child says, each with the most we listen to."""

    def __init__(self, ends: dict[int, int]) -> None:
        self.said = {fd: bytearray() for fd in ends}
        self._most = ends
        self._selector = selectors.DefaultSelector()
        for fd in ends:
            os.set_blocking(fd, False)
            self._selector.register(fd, selectors.EVENT_READ)

    def listen(self, seconds: float) -> int | None:
        """Take in what there is; the descriptor that said too much, or None."""
        for key, _events in self._selector.select(seconds):
            chunk = os.read(key.fd, 65536)
            if not chunk:
                self._selector.unregister(key.fd)
                continue
            kept = self.said[key.fd]
            kept += chunk[: max(0, self._most[key.fd] - len(kept))]
            if len(kept) >= self._most[key.fd]:
                return key.fd
        return None

    @property
    def open(self) -> bool:
        return bool(self._selector.get_map())

    def close(self) -> None:
        self._selector.close()


def watch(child: "subprocess.Popen[bytes]", result: int, info: int, *, limits: Limits, started: float) -> Outcome:
    """Follow a run until it ends or has to be ended."""
    out, err = _fd(child.stdout), _fd(child.stderr)
    most = {out: limits.output_kib * 1024, err: limits.output_kib * 1024, result: limits.result_kib * 1024}
    ears, broken = _Ears(most), None
    looked, inner = started + _FIRST_LOOK_SECONDS - _EVERY_SECONDS, None
    try:
        while ears.open and broken is None:
            now = time.monotonic()
            if now - started >= limits.wall_seconds:
                broken = "wall"
            elif now - looked >= _EVERY_SECONDS:
                looked, inner = now, inner or _first_process(info)
                broken = _too_much(inner, limits) if inner else None
            if broken is None:
                flooded = ears.listen(_EVERY_SECONDS)
                broken = None if flooded is None else "output"
    finally:
        ears.close()
        if broken is not None:
            _end(child, inner or _first_process(info))
        _pid, status = os.waitpid(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        for pipe in (child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()
    code = child.returncode if child.returncode >= 0 else 128 - child.returncode
    took = time.monotonic() - started
    broken = broken or _ended_by_kernel(code, took, limits)
    return Outcome(
        stdout=bytes(ears.said[out]),
        stderr=bytes(ears.said[err]),
        result=b"" if broken else bytes(ears.said[result]),
        exit_code=code,
        limit=broken,
        wall_seconds=took,
    )


def _ended_by_kernel(code: int, took: float, limits: Limits) -> str | None:
    """Which limit the kernel enforced, from how the program ended."""
    if code == 128 + signal.SIGXCPU:
        return "cpu"
    if code == 128 + signal.SIGKILL:
        return "cpu" if took >= limits.cpu_seconds else "memory"
    return "disk" if code == 128 + signal.SIGXFSZ else None


def _fd(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise ValueError("the child was started without pipes")
    return pipe.fileno()


def _first_process(info: int) -> int | None:
    """Our number of the room's process 1, as the layer wrote it."""
    os.set_blocking(info, False)
    try:
        told = os.read(info, 4096)
        return int(json.loads(told)["child-pid"])
    except (BlockingIOError, ValueError, KeyError):
        return None


def _end(child: "subprocess.Popen[bytes]", inner: int | None) -> None:
    """End the room: when its process 1 goes, the kernel ends everything in it."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        if inner is not None:
            with open(f"/proc/{inner}/stat", "rb") as stat:
                parent = int(stat.read().rpartition(b")")[2].split()[1])
            if parent == child.pid:  # still the one we mean, not a stranger with its number
                os.kill(inner, signal.SIGKILL)
    os.kill(child.pid, signal.SIGKILL)  # not reaped yet, so the number is still ours


def _too_much(inner: int, limits: Limits) -> str | None:
    """Whether the whole room uses more memory or more files than one program may."""
    pages, waiting, seen = 0, [inner], 0
    with contextlib.suppress(OSError, ValueError, IndexError):
        while waiting and seen < 256:
            pid = waiting.pop()
            seen += 1
            with contextlib.suppress(OSError), open(f"/proc/{pid}/statm", "rb") as statm:
                fields = statm.read().split()
                pages += int(fields[1]) - int(fields[2])
            for task in os.listdir(f"/proc/{pid}/task"):
                with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{task}/children", "rb") as children:
                    waiting += [int(word) for word in children.read().split()]
    if pages * os.sysconf("SC_PAGE_SIZE") > limits.memory_mib * 3 // 2 * MIB:
        return "memory"
    with contextlib.suppress(OSError):
        for place in ("work", "home", "tmp"):
            held = os.statvfs(f"/proc/{inner}/root/{place}")
            is_room = (
                held.f_blocks * held.f_frsize <= limits.disk_mib * MIB
            )  # else the room is not built yet: that is our own disk
            if is_room and held.f_files - held.f_ffree > limits.files:
                return "disk"
    return None
