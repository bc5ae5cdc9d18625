import statistics


def look_at(values):
    """Quartiles, the values that somebody should look at, and how many there are."""
    if len(values) == 1:
        return {"quartiles": values * 3, "far": [], "count": 1}
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    reach = 1.5 * (high - low)
    far = [value for value in values if value < low - reach or value > high + reach]
    return {"quartiles": [low, middle, high], "far": far, "count": len(values)}
