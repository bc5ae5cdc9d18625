"""`make test`: the suite on PostgreSQL, on SQLite and in the browser, two of them at a time on two cores.

What each says is shown whole, one after the other. The last line adds them up in pytest's own words; the exit code is the worst.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

PARTS = (  # the longest first, so that nothing long is left for one core alone
    ("PostgreSQL", "postgresql", ("-m", "not browser and not once", "--ignore=tests/demo")),
    ("SQLite", "sqlite", ("-m", "not browser")),
    ("Browser, on SQLite", "sqlite", ("-m", "browser")),
)
NOTHING_CHOSEN = 5  # pytest's code for "no test was selected"
WORDS = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "error")
_COUNT = re.compile(rf"(\d+) ({'|'.join(WORDS)})s?\b")
_SUMMARY = re.compile(r"^\D*\d+ .* in [\d.]+s\b.*$", re.M)


@dataclass(frozen=True)
class Ended:
    """How a part of the suite ended."""

    code: int
    seconds: float


def run(database: str, arguments: tuple[str, ...], said: Path) -> Ended:
    """Run pytest once against one database; what it says goes into a file."""
    started = time.monotonic()
    env = {**os.environ, "COURSEHUB_TEST_DATABASE": database}
    with said.open("wb") as output:
        command = [sys.executable, "-m", "pytest", "-q", *arguments]
        code = subprocess.run(command, env=env, stdout=output, stderr=subprocess.STDOUT, check=False).returncode
    return Ended(code if code >= 0 else 128 - code, time.monotonic() - started)


def follow(said: Path, running: "Future[Ended]") -> Iterator[str]:
    """What a part says, as it says it, until it has ended."""
    while not said.exists() and not running.done():
        time.sleep(0.1)
    with said.open(encoding="utf-8", errors="replace") as lines:
        while True:
            over = running.done()  # asked before reading, so that the last words are not missed
            yield lines.read()
            if over:
                return
            time.sleep(0.2)


def added_up(texts: list[str], *, seconds: float) -> str:
    """One closing line in pytest's words for several runs."""
    counts: Counter[str] = Counter()
    for text in texts:
        for summary in _SUMMARY.findall(text)[-1:]:
            for number, word in _COUNT.findall(summary):
                counts[word] += int(number)
    found = ", ".join(
        f"{counts[word]} {word}{'s' if word == 'error' and counts[word] > 1 else ''}" for word in WORDS if counts[word]
    )
    return f"{found or 'no tests ran'} in {seconds:.2f}s"


def worst(codes: list[int], *, chosen: bool) -> int:
    """The worst exit code. Where tests were chosen by hand, a part that has none of them is not a failure."""
    counted = [code for code in codes if not (chosen and code == NOTHING_CHOSEN)]
    return max(counted) if counted else NOTHING_CHOSEN


def main(chosen: tuple[str, ...] = tuple(sys.argv[1:])) -> int:
    """Every part is run even if another fails, so that one look shows everything."""
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="ch-suite-") as folder,
        ThreadPoolExecutor(max(1, min(2, os.cpu_count() or 1))) as two,
    ):
        files = [Path(folder) / str(n) for n in range(len(PARTS))]
        running = [two.submit(run, part[1], (*part[2], *chosen), said) for part, said in zip(PARTS, files, strict=True)]
        for (title, _database, _arguments), said, part in zip(PARTS, files, running, strict=True):
            print(f"== {title}", flush=True)
            for words in follow(said, part):
                print(words, end="", flush=True)
            print(f"== {title}: {part.result().seconds:.0f} s", flush=True)
        texts = [said.read_text(encoding="utf-8", errors="replace") for said in files]
    print(added_up(texts, seconds=time.monotonic() - started), flush=True)
    return worst([part.result().code for part in running], chosen=bool(chosen))


if __name__ == "__main__":
    sys.exit(main())
