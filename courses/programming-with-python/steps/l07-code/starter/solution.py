def next_in_turn(staff, shifts):
    counts = {}
    for name in shifts:
        counts[name] += 1
    return []
