def histogram(values, width):
    if width <= 0:
        raise ValueError
    if not values:
        return []
    return [[s, sum(s <= v < s + width for v in values)] for s in range(min(values), max(values) + 1, width)]
