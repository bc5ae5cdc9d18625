def pooled(parts):
    if any(rides < 0 for _, rides, _ in parts):
        raise ValueError
    means = [mean for _, rides, mean in parts if rides]
    if not means:
        return None
    return round(sum(means) / len(means), 2)
