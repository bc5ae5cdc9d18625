"""How much a learner's program may use, and what came of one run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

MIB = 1024 * 1024

HIGHEST = {"cpu_seconds": 20, "wall_seconds": 40, "memory_mib": 1024}


@dataclass(frozen=True)
class Limits:
    """What one process may use before it is ended."""

    cpu_seconds: int = 5
    wall_seconds: int = 10
    memory_mib: int = 256
    processes: int = 32
    file_mib: int = 8
    disk_mib: int = 32
    files: int = 4000
    open_files: int = 64
    output_kib: int = 64
    result_kib: int = 1024

    def asked(self, wishes: Mapping[str, Any]) -> "Limits":
        """These limits with what an exercise asks for, never above the house's own ceilings."""
        kept = {name: max(1, min(int(wishes[name]), HIGHEST[name])) for name in HIGHEST if name in wishes}
        return replace(self, **kept)


@dataclass(frozen=True)
class Outcome:
    """What came back from one isolated run; every byte of it is untrusted.

    limit: which limit ended it (cpu, wall, memory, output, disk), or None.
    exit_code: as the shell counts it; 128 + signal when a signal ended it.
    """

    stdout: bytes
    stderr: bytes
    result: bytes
    exit_code: int
    limit: str | None
    wall_seconds: float
