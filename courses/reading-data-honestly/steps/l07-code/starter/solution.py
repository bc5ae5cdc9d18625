import statistics


def leans_on(xs, ys):
    """The correlation, the point it leans on most, and the correlation without it."""
    r = statistics.correlation(xs, ys)
    return {"r": round(r, 2), "point": 0, "without": round(r, 2)}
