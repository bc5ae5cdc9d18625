def next_in_turn(staff, shifts):
    counts = {name: 0 for name in staff}
    for name in shifts:
        counts[name] += 1
    fewest = min(counts.values())
    return sorted(name for name in counts if counts[name] == fewest)
