"""What is measured: processes that answer, and the CPU time of their whole trees from the process accounts."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
READY_WITHIN = 60


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def tree(root: int) -> list[int]:
    """A process and everything below it."""
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                below.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
            except OSError:
                continue
    found = [root]
    for pid in found:
        found.extend(below.get(pid, ()))
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """User and system time of these trees, those that ended among them included (in their parents' accounts)."""
    ticks = 0
    for root in roots:
        for pid in tree(root):
            try:
                ticks += sum(int(field) for field in _stat(pid)[11:15])
            except OSError:
                continue
    return ticks / TICKS


def memory_mb(root: int) -> tuple[float, float]:
    """The proportional memory of a tree: of its largest process, which is the worker, and of all."""
    sizes = []
    for pid in tree(root):
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        sizes.append(next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024)
    return max(sizes), sum(sizes)


@dataclass
class Sample:
    """What one slice of requests cost."""

    cpu: float
    took: list[float]
    size: int = 0
    statements: str = ""


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def granian(application: str) -> list[str]:
    """The command that serves a floor: the same server as ours, with one worker and one thread."""
    return [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "1",
            "--host", "127.0.0.1", "--log-level", "warning", application]  # fmt: skip


def served_as_ours() -> list[str]:
    """The command that serves ours, as `coursehub serve` does with one worker and one thread."""
    return [sys.executable, "-m", "bench.ours"]


class Server:
    """A command that serves on a free port of this machine, and a client that keeps its connection."""

    def __init__(self, name: str, command: list[str], env: Mapping[str, str], *, database: list[int]) -> None:
        self.port, self.database = _free_port(), database
        self.name = name
        self.process = subprocess.Popen([*command, "--port", str(self.port)], env={**os.environ, **env})
        self.client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + READY_WITHIN
        while True:
            try:
                self.client.connect()
                return
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise RuntimeError(f"{self.name} did not start") from None
                time.sleep(0.05)

    def ask(self, method: str, path: str, headers: Mapping[str, str]) -> tuple[int, bytes, str]:
        """One request: status, body, number of statements."""
        self.client.request(method, path, headers={"Host": "localhost:8000", "Accept-Language": "en", **headers})
        answer = self.client.getresponse()
        return answer.status, answer.read(), answer.headers.get("X-Statements", "")

    def measure(self, method: str, paths: list[str], headers: Mapping[str, str]) -> Sample:
        """The paths in turn, one after the other on one connection."""
        self.client.close()  # a connection that waited for its turn may have been closed
        self.client.connect()
        before, took, size, statements = self.cpu(), [], 0, ""
        for path in paths:
            began = time.perf_counter()
            status, body, statements = self.ask(method, path, headers)
            took.append(time.perf_counter() - began)
            if status != 200:
                raise RuntimeError(f"{self.name} answered {status} to {path}: {body[:300]!r}")
            size += len(body)
        return Sample(self.cpu() - before, took, size, statements)

    def cpu(self) -> float:
        """CPU time of the worker and of the database so far."""
        return cpu_seconds([self.process.pid, *self.database])

    def close(self) -> None:
        """End the server."""
        self.client.close()
        _end(self.process)


class Booker:
    """A process that books journals when it is told how many."""

    def __init__(self, name: str, env: Mapping[str, str], *, database: list[int]) -> None:
        self.name, self.database = name, database
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.posting", name], env={**os.environ, **env}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=None if name != "hordak" else subprocess.DEVNULL,
        )  # fmt: skip
        self._read()

    def _read(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended")
        return json.loads(line)

    def measure(self, many: int, at_once: int = 1) -> Sample:
        """So many journals, committed one by one or so many at once; the times are those of the commits."""
        assert self.process.stdin is not None
        before = self.cpu()
        self.process.stdin.write(f"{many} {at_once}\n")
        self.process.stdin.flush()
        took = self._read()
        return Sample(self.cpu() - before, took)

    def cpu(self) -> float:
        """CPU time of the process and of the database so far."""
        return cpu_seconds([self.process.pid, *self.database])

    def close(self) -> None:
        """End the process."""
        _end(self.process)


def _end(process: "subprocess.Popen[Any]") -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
