def parse(line):
    kind, amount = line.split()
    return [kind, round(float(amount) * 100)]


def left_over(budgets, entries):
    left = dict(budgets)
    for kind, cents in entries:
        left[kind] = left.get(kind, 0) - cents
    return left


def report(left):
    lines = []
    for cents, kind in sorted((c, k) for k, c in left.items()):
        lines.append(f"{kind} {cents // 100}.{cents % 100:02d}")
    return lines
