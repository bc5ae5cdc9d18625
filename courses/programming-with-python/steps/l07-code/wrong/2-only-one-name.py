def next_in_turn(staff, shifts):
    counts = {name: 0 for name in staff}
    for name in shifts:
        if name in counts:
            counts[name] += 1
    return [min(counts, key=counts.get)]
