"""The processes of one installation on one machine: started together, ended together."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field

PATIENCE_SECONDS = 40


@dataclass
class Family:
    """Child processes that live and end with this one."""

    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *arguments: str) -> None:
        """Start `coursehub ARGUMENTS` as a child with our environment."""
        program = [sys.executable, "-m", "coursehub.cli", *arguments]
        self.children[name] = subprocess.Popen(program, start_new_session=True)  # noqa: S603

    def fallen(self) -> str | None:
        """The name of a child that has ended by itself, if any."""
        return next((name for name, child in self.children.items() if child.poll() is not None), None)

    def end(self) -> None:
        """Ask every child to stop, and insist after a few seconds."""
        for child in self.children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 8
        for child in self.children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, deadline - time.monotonic()))
            with suppress(ProcessLookupError):  # its own children too, should it have gone before them
                os.killpg(child.pid, signal.SIGKILL)


def is_taken(host: str, port: int) -> bool:
    """Whether another program listens on that port already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def answers(url: str) -> bool:
    """Whether something answers 200 at `url` (a loopback address of ours)."""
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:  # noqa: S310 - our own http address
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_until(url: str, family: Family) -> bool:
    """Wait until `url` answers; false when a child fell or patience ran out."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if answers(url):
            return True
        if family.fallen():
            return False
        time.sleep(0.05)
    return False


def end_on_signals() -> None:
    """Turn SIGTERM into the same orderly end as Ctrl-C, and hear Ctrl-C even if the shell started us deaf to it."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, interrupt)


def is_root() -> bool:
    """Whether we run as the machine's administrator."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def missing_programs() -> list[str]:
    """What a comfortable machine has and this one lacks, with what it costs."""
    sentences = []
    if shutil.which("bwrap") is None:
        sentences.append("bubblewrap is not installed: code exercises cannot be graded (on Debian: apt install bubblewrap).")
    if shutil.which("node") is None:
        sentences.append("Node is not installed: pages work, without live updates (Node 18 or newer brings them).")
    return sentences
