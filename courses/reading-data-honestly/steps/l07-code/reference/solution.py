import statistics


def correlation(xs, ys):
    """The correlation, or None where a column has one value only."""
    try:
        return statistics.correlation(xs, ys)
    except statistics.StatisticsError:
        return None


def leans_on(xs, ys):
    """The correlation, the point it leans on most, and the correlation without it."""
    r = correlation(xs, ys)
    if r is None:
        return {"r": None, "point": None, "without": None}
    most, point, without = -1, None, None
    for i in range(len(xs)):
        other = correlation(xs[:i] + xs[i + 1 :], ys[:i] + ys[i + 1 :])
        if other is None:
            return {"r": round(r, 2), "point": i, "without": None}
        if abs(other - r) > most + 1e-12:
            most, point, without = abs(other - r), i, other
    return {"r": round(r, 2), "point": point, "without": round(without, 2)}
