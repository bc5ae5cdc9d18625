"""A flow between places, drawn as widths: where the bands lie, in units of the picture. No database; a template draws it.

Left the places people were in at the beginning, right those at the end; a band's width is
how many went that way. A hidden number is drawn with one fixed thin width and said in
words, so that a ruler gives nothing away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, GAP, BAR, THINNEST = 960.0, 18.0, 14.0, 3.0
PATTERNS = ("plain", "dots", "lines", "cross", "waves", "grid")


@dataclass(frozen=True, slots=True)
class Flow:
    """So many people went from one place to another; people: None where the number is hidden."""

    source: str
    target: str
    people: int | None


@dataclass(frozen=True, slots=True)
class Stop:
    """One place on one side."""

    name: str
    side: str
    x: float
    y: float
    height: float
    pattern: str
    tone: int


@dataclass(frozen=True, slots=True)
class Band:
    """One flow with the outline of its shape, as an SVG path."""

    flow: Flow
    d: str
    middle: tuple[float, float]
    pattern: str
    tone: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to draw, with the height that it needs."""

    stops: list[Stop]
    bands: list[Band]
    height: float


def picture(flows: Sequence[Flow], sources: Sequence[str], targets: Sequence[str], *, height: float = 420.0) -> Picture:
    """Lay out the flows among places in their given order; places without a flow are left out."""
    shown = [flow for flow in flows if flow.people is None or flow.people > 0]
    left = [name for name in sources if any(flow.source == name for flow in shown)]
    right = [name for name in targets if any(flow.target == name for flow in shown)]
    if not shown:
        return Picture([], [], 0.0)
    known = sum(flow.people or 0 for flow in shown)
    hidden = sum(flow.people is None for flow in shown)
    room = height - GAP * (max(len(left), len(right)) - 1) - THINNEST * hidden
    scale = max(room, 40.0) / known if known else 0.0

    def width(flow: Flow) -> float:
        return THINNEST if flow.people is None else max(THINNEST / 2, flow.people * scale)

    tones = {name: n for n, name in enumerate(dict.fromkeys([*sources, *targets]))}
    places = {
        ("left", name): sum(width(f) for f in shown if f.source == name) for name in left
    } | {("right", name): sum(width(f) for f in shown if f.target == name) for name in right}  # fmt: skip
    whole = max(_whole(places, left, "left"), _whole(places, right, "right"))
    tops, stops = {}, []
    for side, names, x in (("left", left, 0.0), ("right", right, WIDTH - BAR)):
        y = (whole - _whole(places, names, side)) / 2
        for name in names:
            tall = places[side, name]
            tops[side, name] = y
            stops.append(Stop(name, side, x, round(y, 1), round(tall, 1), _pattern(tones[name]), tones[name] % 4 + 1))
            y += tall + GAP
    bands = []
    for flow in sorted(shown, key=lambda f: (left.index(f.source), right.index(f.target))):
        thick = width(flow)
        y0, y1 = tops["left", flow.source], tops["right", flow.target]
        tops["left", flow.source] += thick
        tops["right", flow.target] += thick
        tone = tones[flow.source]
        bands.append(
            Band(flow, _ribbon(y0, y1, thick), (WIDTH / 2, round((y0 + y1 + thick) / 2, 1)), _pattern(tone), tone % 4 + 1)
        )
    return Picture(stops, bands, round(whole, 1))


def _whole(places: dict[tuple[str, str], float], names: Sequence[str], side: str) -> float:
    return sum(places[side, name] for name in names) + GAP * (len(names) - 1)


def _pattern(n: int) -> str:
    return PATTERNS[n % len(PATTERNS)]


def _ribbon(y0: float, y1: float, thick: float) -> str:
    """A band from the left bar to the right one: two curves and two straight ends."""
    x0, x1, bend = BAR, WIDTH - BAR, WIDTH / 2
    points = (x0, y0, bend, y0, bend, y1, x1, y1, x1, y1 + thick, bend, y1 + thick, bend, y0 + thick, x0, y0 + thick)
    a = [f"{point:.1f}" for point in points]
    return f"M{a[0]} {a[1]}C{a[2]} {a[3]} {a[4]} {a[5]} {a[6]} {a[7]}V{a[9]}C{a[10]} {a[11]} {a[12]} {a[13]} {a[14]} {a[15]}Z"
