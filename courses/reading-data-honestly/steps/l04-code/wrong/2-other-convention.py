import statistics


def look_at(values):
    if len(values) == 1:
        return {"quartiles": values * 3, "far": [], "count": 1}
    low, middle, high = statistics.quantiles(values, n=4)
    reach = 1.5 * (high - low)
    far = [value for value in values if value < low - reach or value > high + reach]
    return {"quartiles": [low, middle, high], "far": far, "count": len(values)}
