def median(values):
    if not values:
        raise ValueError("empty")
    ordered = sorted(set(values))
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
