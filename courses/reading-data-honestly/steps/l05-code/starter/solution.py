def histogram(values, width):
    """Left edge and count of each bar, from small to large."""
    bars = []
    for start in range(0, 60, width):
        bars.append([start, 0])
    return bars
