from itertools import combinations


def luck(a, b):
    """How many divisions have a gap at least as large as the real one, and how many there are."""
    if not a or not b:
        raise ValueError("a group is empty")
    values = a + b
    n, k, total = len(values), len(a), sum(values)
    real = abs(sum(a) * n - total * k)
    far = ways = 0
    for chosen in combinations(range(n), k):
        ways += 1
        if abs(sum(values[i] for i in chosen) * n - total * k) >= real:
            far += 1
    return [far, ways]
