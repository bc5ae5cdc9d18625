def median(values):
    if not values:
        raise ValueError("empty")
    return sorted(values)[len(values) // 2]
