def next_in_turn(staff, shifts):
    counts = {}
    for name in shifts:
        counts[name] = counts.get(name, 0) + 1
    if not counts:
        return []
    fewest = min(counts.values())
    return sorted(name for name in counts if counts[name] == fewest)
