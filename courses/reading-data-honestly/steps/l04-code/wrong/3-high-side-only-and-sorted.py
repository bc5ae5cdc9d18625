import statistics


def look_at(values):
    values.sort()
    if len(values) == 1:
        return {"quartiles": values * 3, "far": [], "count": 1}
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    far = [value for value in values if value >= high + 1.5 * (high - low)]
    return {"quartiles": [low, middle, high], "far": far, "count": len(values)}
