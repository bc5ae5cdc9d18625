def parse(line):
    """What a line was for, and its amount in cents."""
    words = line.split()
    if len(words) != 2:
        raise ValueError(f"a line has a kind and an amount, not {line!r}")
    whole, _, after = words[1].partition(".")
    if len(after) > 2:
        raise ValueError(f"at most two digits after the point, not {after}")
    cents = int(whole) * 100
    if after:
        cents += int(after) * (10 if len(after) == 1 else 1)
    return [words[0], cents]


def left_over(budgets, entries):
    """What is left of each budget after these entries, in cents."""
    left = dict(budgets)
    for kind, cents in entries:
        left[kind] = left.get(kind, 0) - cents
    return left


def report(left):
    """One line of text for each kind, the least left first."""
    lines = []
    for cents, kind in sorted((cents, kind) for kind, cents in left.items()):
        sign = "-" if cents < 0 else ""
        lines.append(f"{kind} {sign}{abs(cents) // 100}.{abs(cents) % 100:02d}")
    return lines
