"""How long things last when some are still under way: they count as long as they have lasted, and never as ended.

Durations are in whole days or any other unit; the results are probabilities between 0
and 1. Leaving out what has not ended yet, or taking it as ended today, would make the
slow look fast; that is why every median of stages and every retention here comes from
these functions.
Sources: Kaplan and Meier 1958; Greenwood's variance with the log-log band of Kalbfleisch
and Prentice; Aalen and Johansen 1978 for exits that compete.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

Z_95 = 1.959963984540054
"""Between minus and plus this many standard deviations lie 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Point:
    """The curve from `at` on, until the next point.

    at_risk: how many had lasted until just before. ended: how many ended then.
    share: how many last longer. low, high: the 95 % band around it.
    """

    at: float
    at_risk: int
    ended: int
    share: float
    low: float
    high: float


def lasting(cases: Iterable[tuple[float, bool]]) -> list[Point]:
    """The Kaplan-Meier curve of (duration, whether it has ended) pairs, one point for each moment at which some ended.

    A case that has not ended at a moment at which others end counts as at risk there.
    """
    ended, left = _tally((duration, "end" if over else None) for duration, over in cases)
    at_risk = sum(left.values())
    points, share, variance = [], 1.0, 0.0
    for moment in sorted(left):
        n = ended[moment]["end"]
        if n:
            share *= 1 - n / at_risk
            variance += n / (at_risk * (at_risk - n)) if at_risk > n else 0.0
            points.append(Point(moment, at_risk, n, share, *_band(share, variance)))
        at_risk -= left[moment]
    return points


def _band(share: float, variance: float) -> tuple[float, float]:
    """The 95 % band, on the log-log scale, so that it stays between 0 and 1."""
    if share <= 0.0:
        return 0.0, 0.0
    if variance == 0.0 or share >= 1.0:
        return share, share
    wide = Z_95 * sqrt(variance) / log(share)
    return share ** exp(-wide), share ** exp(wide)


def _tally(cases: Iterable[tuple[float, str | None]]) -> tuple[dict[float, Counter[str]], Counter[float]]:
    """For each moment: how many ended by each exit, and how many left the risk set, ended or not."""
    ended: dict[float, Counter[str]] = {}
    left: Counter[float] = Counter()
    for duration, exit in cases:
        if duration < 0:
            raise ValueError("nothing lasts less than no time")
        left[duration] += 1
        by_exit = ended.setdefault(duration, Counter())
        if exit is not None:
            by_exit[exit] += 1
    return ended, left


def share_at(points: Sequence[Point], moment: float) -> float:
    """How many last longer than `moment`."""
    share = 1.0
    for point in points:
        if point.at > moment:
            break
        share = point.share
    return share


def median(points: Sequence[Point]) -> float | None:
    """The first moment by which half have ended; None while the curve stays above one half."""
    return next((point.at for point in points if point.share <= 0.5), None)


def at_risk(cases: Iterable[tuple[float, bool]], moments: Sequence[float]) -> list[int]:
    """How many had lasted until just before each of these moments: the numbers below a curve."""
    durations = [duration for duration, _over in cases]
    return [sum(duration >= moment for duration in durations) for moment in moments]


def exits(cases: Iterable[tuple[float, str | None]]) -> dict[str, list[tuple[float, float]]]:
    """Which part has left by each exit until each moment (Aalen-Johansen), for (duration, exit or None while it lasts) pairs.

    At every moment the exits and those who still last add up to one.
    """
    ended, left = _tally(cases)
    risk = sum(left.values())
    lasting_so_far = 1.0
    gone: dict[str, float] = {}
    curves: dict[str, list[tuple[float, float]]] = {}
    for moment in sorted(left):
        by_exit = ended[moment]
        for exit, n in sorted(by_exit.items()):
            gone[exit] = gone.get(exit, 0.0) + lasting_so_far * n / risk
            curves.setdefault(exit, []).append((moment, gone[exit]))
        lasting_so_far *= 1 - sum(by_exit.values()) / risk
        risk -= left[moment]
    return curves
