import statistics


def leans_on(xs, ys):
    r = statistics.correlation(xs, ys)
    found = []
    for i in range(len(xs)):
        other = statistics.correlation(xs[:i] + xs[i + 1:], ys[:i] + ys[i + 1:])
        found.append((-round(abs(other - r), 9), i, other))
    _, point, without = min(found)
    return {"r": round(r, 2), "point": point, "without": round(without, 2)}
