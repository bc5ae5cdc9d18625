def next_in_turn(staff, shifts):
    counts = {}
    for name in staff:
        counts[name] = 0
    for name in shifts:
        if name in counts:
            counts[name] += 1
    fewest = min(counts.values())
    names = []
    for name, number in counts.items():
        if number == fewest:
            names.append(name)
    return sorted(names)
