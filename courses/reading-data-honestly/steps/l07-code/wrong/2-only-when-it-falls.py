import statistics


def leans_on(xs, ys):
    try:
        r = statistics.correlation(xs, ys)
    except statistics.StatisticsError:
        return {"r": None, "point": None, "without": None}
    best = None
    for i in range(len(xs)):
        try:
            other = statistics.correlation(xs[:i] + xs[i + 1:], ys[:i] + ys[i + 1:])
        except statistics.StatisticsError:
            return {"r": round(r, 2), "point": i, "without": None}
        if best is None or other < best[0]:
            best = (other, i)
    return {"r": round(r, 2), "point": best[1], "without": round(best[0], 2)}
