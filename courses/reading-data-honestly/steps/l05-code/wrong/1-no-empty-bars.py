def histogram(values, width):
    if width <= 0:
        raise ValueError
    counts = {}
    for value in values:
        start = value // width * width
        counts[start] = counts.get(start, 0) + 1
    return [[start, counts[start]] for start in sorted(counts)]
