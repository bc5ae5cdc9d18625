from itertools import combinations


def luck(a, b):
    if not a or not b:
        raise ValueError
    values = a + b
    n, k, total = len(values), len(a), sum(values)
    real = abs(sum(a) * n - total * k)
    gaps = [abs(sum(values[i] for i in c) * n - total * k) for c in combinations(range(n), k)]
    return [sum(gap > real for gap in gaps), len(gaps)]
