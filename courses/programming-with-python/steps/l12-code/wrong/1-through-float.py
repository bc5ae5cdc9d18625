def parse(line):
    kind, amount = line.split()
    return [kind, int(float(amount) * 100)]


def left_over(budgets, entries):
    left = dict(budgets)
    for kind, cents in entries:
        left[kind] = left.get(kind, 0) - cents
    return left


def report(left):
    return [f"{kind} {cents / 100:.2f}" for cents, kind in sorted((c, k) for k, c in left.items())]
