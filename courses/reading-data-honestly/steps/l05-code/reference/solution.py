def histogram(values, width):
    """Left edge and count of each bar, from small to large."""
    if width <= 0:
        raise ValueError("the width must be positive")
    if not values:
        return []
    first = min(values) // width * width
    last = max(values) // width * width
    counts = {start: 0 for start in range(first, last + width, width)}
    for value in values:
        counts[value // width * width] += 1
    return [[start, count] for start, count in counts.items()]
