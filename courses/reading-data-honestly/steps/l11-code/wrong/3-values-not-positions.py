from itertools import combinations


def luck(a, b):
    if not a or not b:
        raise ValueError
    values = a + b
    n, k, total = len(values), len(a), sum(values)
    real = abs(sum(a) * n - total * k)
    halves = {tuple(sorted(half)) for half in combinations(values, k)}
    return [sum(abs(sum(half) * n - total * k) >= real for half in halves), len(halves)]
