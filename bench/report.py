"""The table: CPU per request and its ratio first, then the middle and the slow end of the times, bytes, statements."""

from dataclasses import dataclass, field
from statistics import median

from bench.targets import Sample


@dataclass
class Cost:
    """All samples of one target for one thing."""

    samples: list[Sample] = field(default_factory=list)

    @property
    def took(self) -> list[float]:
        """Every time, sorted."""
        return sorted(each for sample in self.samples for each in sample.took)

    @property
    def cpu_ms(self) -> float:
        """CPU time for each request, over all rounds."""
        return 1000 * sum(sample.cpu for sample in self.samples) / max(1, len(self.took))

    @property
    def bytes(self) -> int:
        """Mean size of a page."""
        return round(sum(sample.size for sample in self.samples) / max(1, len(self.took)))

    @property
    def per_second(self) -> float:
        """How many a second, each waited for: the median of the rounds."""
        return median(len(sample.took) / max(1e-9, sum(sample.took)) for sample in self.samples)

    @property
    def statements(self) -> str:
        """How many statements the last request took."""
        return self.samples[-1].statements if self.samples else ""

    def quantile_ms(self, part: float) -> float:
        """A quantile of the times."""
        took = self.took
        return 1000 * took[min(len(took) - 1, int(part * len(took)))]


@dataclass
class Line:
    """One comparison: ours against a floor or a peer. aim: the ratio of CPU that we may reach."""

    name: str
    ours: Cost
    floor: Cost
    aim: float
    faster_than_peer: bool = False

    @property
    def ratio(self) -> float:
        """How many times the CPU of the floor we take; of a peer, how many times ours it takes."""
        ours, floor = max(self.ours.cpu_ms, 1e-9), max(self.floor.cpu_ms, 1e-9)
        return floor / ours if self.faster_than_peer else ours / floor

    @property
    def holds(self) -> bool:
        """Whether the aim is met."""
        return self.ratio >= self.aim if self.faster_than_peer else self.ratio <= self.aim

    @property
    def same_bytes(self) -> bool:
        """Whether the two pages weigh the same to within a tenth."""
        return not self.floor.bytes or abs(self.ours.bytes - self.floor.bytes) <= 0.1 * self.floor.bytes


@dataclass(frozen=True)
class Rate:
    """How many times the rate of another one has. least: what it should be; None where it is only told."""

    name: str
    one: Cost
    other: Cost
    least: float | None

    def __str__(self) -> str:
        ratio = self.one.per_second / max(1e-9, self.other.per_second)
        told = f"{self.name}: {self.one.per_second:.0f} / {self.other.per_second:.0f} a second = {ratio:.2f}x"
        if self.least is None:
            return told
        return f"{told} (aim: >= {self.least:g}x, {'ok' if ratio >= self.least else 'MISSED'})"


HEAD = ("", "CPU ms", "floor", "ratio", "aim", "", "p50 ms", "floor", "p99 ms", "floor", "bytes", "floor", "SQL", "floor")


def table(title: str, lines: list[Line]) -> str:
    """One table as Markdown, which also reads well in a terminal."""
    rows = [HEAD, *(_cells(line) for line in lines)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEAD))]

    def drawn(row: tuple[str, ...]) -> str:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        return "| " + " | ".join(cells) + " |"

    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join((f"## {title}", "", drawn(rows[0]), rule, *(drawn(row) for row in rows[1:]), ""))


def _cells(line: Line) -> tuple[str, ...]:
    ours, floor = line.ours, line.floor
    aim = f">= {line.aim:g}x" if line.faster_than_peer else f"<= {line.aim:g}x"
    verdict = "ok" if line.holds else "MISSED"
    if not line.same_bytes:
        verdict += ", other bytes"
    return (
        line.name, f"{ours.cpu_ms:.2f}", f"{floor.cpu_ms:.2f}", f"{line.ratio:.2f}x", aim, verdict,
        f"{ours.quantile_ms(0.5):.2f}", f"{floor.quantile_ms(0.5):.2f}", f"{ours.quantile_ms(0.99):.1f}",
        f"{floor.quantile_ms(0.99):.1f}", str(ours.bytes or ""), str(floor.bytes or ""), ours.statements, floor.statements,
    )  # fmt: skip
