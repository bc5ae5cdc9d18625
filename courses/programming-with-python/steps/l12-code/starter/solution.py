def parse(line):
    """What a line was for, and its amount in cents."""
    kind, amount = line.split()
    return [kind, int(float(amount) * 100)]


def left_over(budgets, entries):
    """What is left of each budget after these entries, in cents."""
    return budgets


def report(left):
    """One line of text for each kind, the least left first."""
    return []
