def histogram(values, width):
    if width <= 0:
        raise ValueError
    if not values:
        return []
    first = min(values) // width * width
    last = max(values) // width * width
    return [[s, sum(s <= v <= s + width for v in values)] for s in range(first, last + 1, width)]
