"""Figures as pages show them: hidden where they are small, each with what it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from coursehub.alliance import flow, sankey
from coursehub.alliance.flow import LEARNING, NEW, OUTSIDE, UNKNOWN, Ledger, Spell
from coursehub.alliance.suppression import SMALLEST, Table, suppressed
from coursehub.talent import survival

HORIZONS = (90, 180, 365)
"""After so many days we ask whether people are still there."""


@dataclass(frozen=True)
class FlowFigure:
    """One period: the table of who went where (hidden cells are None), and its picture."""

    rows: list[str]
    columns: list[str]
    table: Table
    picture: sankey.Picture
    balances: bool
    openings: dict[str, int | None]
    closings: dict[str, int | None]


def flow_figure(found: Ledger, organisations: Sequence[str]) -> FlowFigure:
    """The flow of one period among learning, the members in their order, outside and unknown."""
    places = [LEARNING, *organisations, OUTSIDE, UNKNOWN]
    rows, columns = [NEW, *places], places
    table = suppressed(flow.matrix(found, rows, columns))
    flows = [
        sankey.Flow(rows[r], columns[c], cell)
        for r, row in enumerate(table.cells)
        for c, cell in enumerate(row)
        if cell is None or cell > 0
    ]
    return FlowFigure(
        rows, columns, table, sankey.picture(flows, rows, columns), found.balances,
        {place: table.rows[n] for n, place in enumerate(rows)}, {place: table.columns[n] for n, place in enumerate(columns)},
    )  # fmt: skip


@dataclass(frozen=True)
class Retention:
    """How many stay: the curve, the shares at the horizons, the numbers at risk, and how stays ended."""

    people: int
    points: list[survival.Point]
    shares: list[tuple[int, float | None, int]]
    """(days, share that lasts longer, how many were still at risk then); None where fewer than five were."""
    median: float | None
    exits: list[tuple[str, float]]

    @property
    def is_shown(self) -> bool:
        """Whether there are enough people to say anything."""
        return self.people >= SMALLEST


def retention(spells: Sequence[Spell]) -> Retention:
    """The retention of these stays."""
    cases = [(float(spell.days), spell.exit is not None) for spell in spells]
    points = survival.lasting(cases)
    at_risk = survival.at_risk(cases, HORIZONS)
    shares = [
        (days, survival.share_at(points, days) if many >= SMALLEST else None, many)
        for days, many in zip(HORIZONS, at_risk, strict=True)
    ]
    curves = survival.exits((float(spell.days), spell.exit) for spell in spells)
    ended = [(name, curve[-1][1]) for name, curve in sorted(curves.items())]
    return Retention(len(spells), points, shares, survival.median(points), ended)


def curve(points: Sequence[survival.Point], *, width: float, height: float, days: int) -> str:
    """A curve of steps as an SVG path from the left upper corner: x are days, y the share that is gone."""
    x = y = 0.0
    d = "M0 0"
    for point in points:
        x = min(point.at, days) * width / days
        d += f"H{x:.1f}"
        y = (1 - point.share) * height
        d += f"V{y:.1f}"
    return d + f"H{width:.1f}"


@dataclass(frozen=True)
class CourseOutcome:
    """What became of the people of a course: certified and hired, and how the others fared; None where a number is hidden."""

    course: str
    certified: int | None
    certified_hired: int | None
    others: int | None
    others_hired: int | None


def course_outcomes(
    certified: dict[str, set[int]], enrolled: dict[str, set[int]], hired: set[int], courses: Sequence[str]
) -> list[CourseOutcome]:
    """For each course the hires among those who completed it and among those who only enrolled."""
    found = []
    for course in courses:
        done = certified.get(course, set())
        rest = enrolled.get(course, set()) - done
        counts = [[len(done & hired), len(done - hired)], [len(rest & hired), len(rest - hired)]]
        table = suppressed(counts)
        found.append(CourseOutcome(course, table.rows[0], table.cells[0][0], table.rows[1], table.cells[1][0]))
    return found


def as_of(now: datetime, members: frozenset[str], facts: Sequence[flow.Fact]) -> tuple[Retention, Retention]:
    """Retention with the first employer, and inside the alliance, as known now."""
    with_employer, inside = flow.stays(flow.paths(facts), members, now)
    return retention(with_employer), retention(inside)


@dataclass(frozen=True)
class MatchedFigure:
    """What came of one run of a matching round; None stands for a number that is not shown."""

    n: int
    learners: int | None
    places: int
    matched: int | None
    unmatched: int | None


def matched_of(n: int, learners: int, places: int, matched: int) -> MatchedFigure:
    """The totals of a run with small numbers hidden, and with them what would give them away."""
    table = suppressed([[matched, learners - matched]])
    return MatchedFigure(n, table.total, places, *table.cells[0])
