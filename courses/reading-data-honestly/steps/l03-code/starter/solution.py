def pooled(parts):
    """The mean minutes of all rides, from summaries of stations."""
    means = [mean for station, rides, mean in parts]
    return round(sum(means) / len(means), 2)
