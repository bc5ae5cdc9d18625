import statistics


def leans_on(xs, ys):
    try:
        r = statistics.correlation(xs, ys)
    except statistics.StatisticsError:
        return {"r": None, "point": None, "without": None}
    i = ys.index(max(ys))
    try:
        other = round(statistics.correlation(xs[:i] + xs[i + 1:], ys[:i] + ys[i + 1:]), 2)
    except statistics.StatisticsError:
        other = None
    return {"r": round(r, 2), "point": i, "without": other}
